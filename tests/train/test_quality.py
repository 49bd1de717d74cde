"""The bench of quality: what it writes, and that it does nothing twice."""

import json

import pytest

from ganstudio.gans.gan import OriginalGAN
from ganstudio.train.quality import Bench, markdown


def score(key: str, value: float, better: str = "lower") -> dict:
    return {
        "key": key, "title": key.upper(), "value": value, "floor": 1.0, "ceiling": 250.0,
        "better": better, "headline": True,
    }  # fmt: skip


def entry(variant: str, **other) -> dict:
    return {
        "variant": variant, "data": "digits", "kind": "image", "translates": False, "kimg": 2106.8,
        "trained_s": 180.0, "n": 500, "picture": f"quality/{variant}.png", "device": "1 CPU thread",
        "features": "classifier of digits", "scores": [score("fcd", 3.456)], **other,
    }  # fmt: skip


def test_each_score_stands_between_floor_and_ceiling() -> None:
    text = markdown([entry("gan")])
    assert "| [gan](quality/gan.png) | digits | 2107 | 3.0 | 500 | **3.46** (1 … 250) |" in text
    assert "Trained on: 1 CPU thread." in text


def test_failures_are_told_apart_from_results() -> None:
    text = markdown([entry("gan"), {"variant": "dcgan", "failed": "out of memory"}])
    assert "- dcgan: out of memory" in text


def test_one_variant_on_two_sets_has_a_row_for_each() -> None:
    chairs = entry("hinge", data="furniture", kind="voxels", picture="quality/hinge-furniture.png")
    text = markdown([entry("hinge"), chairs, {**chairs, "failed": "no room"}])
    assert "| [hinge](quality/hinge.png) | digits |" in text
    assert "| [hinge](quality/hinge-furniture.png) | furniture |" in text
    assert "- hinge-furniture: no room" in text


@pytest.fixture
def bench(tmp_path):
    def make(told: list[str]) -> Bench:
        return Bench(
            tmp_path / "out", tmp_path / "runs", tmp_path, minutes=0.002, count=64, device="cpu",
            tell=told.append, cache=tmp_path / "cache",
        )  # fmt: skip

    return make


def test_a_variant_that_fails_is_written_down(bench, tmp_path, monkeypatch, capfd) -> None:
    monkeypatch.setattr(OriginalGAN, "default_data", "points")
    monkeypatch.setattr(OriginalGAN, "d_terms", lambda *_: 1 / 0)
    told: list[str] = []
    assert bench(told).run(["gan"]) == ["gan"]
    (found,) = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert "division by zero" in found["failed"]
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_pairs_are_kept_apart_and_old_entries_stay(bench, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(OriginalGAN, "default_data", "points")
    out = tmp_path / "out"
    out.mkdir()
    old = [entry("dcgan"), {"variant": "gan", "failed": "of an older version"}]
    (out / "quality.json").write_text(json.dumps(old))
    told: list[str] = []
    assert bench(told).run(["gan:digits", "gan", "gan:digits"]) == []
    entries = json.loads((out / "quality.json").read_text())
    assert [(e["variant"], e["data"]) for e in entries] == [
        ("dcgan", "digits"), ("gan", "digits"), ("gan", "points"),
    ]  # fmt: skip
    assert entries[0] == old[0]
    assert [e["picture"] for e in entries[1:]] == ["quality/gan-digits.png", "quality/gan.png"]
    assert all((out / e["picture"]).is_file() for e in entries[1:])
    assert sorted(path.name[:-9] for path in (tmp_path / "runs").iterdir()) == ["gan", "gan-digits"]
    assert bench(told).run(["gan", "gan:digits"]) == []
    assert told[-2:] == ["gan-digits: done before", "gan: done before"]


def test_a_pair_that_does_not_fit_is_written_down(bench, tmp_path) -> None:
    assert bench([]).run(["cgan:points"]) == ["cgan-points"]
    (found,) = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert found["data"] == "points"
    assert "not points" in found["failed"]


def test_damaged_results_are_never_written_over(bench, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "quality.json").write_text("{")
    with pytest.raises(OSError, match="damaged"):
        bench([])
