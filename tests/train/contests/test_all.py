"""Every contest: both sides do the same amount of the same work."""

import json
from pathlib import Path

import pytest
import torch

from ganstudio import cli, registry
from ganstudio.cli import bench
from ganstudio.train.contests.base import Contest
from ganstudio.train.race import Result, compete
from ganstudio.train.speed import Machine

CPU = Machine(torch.device("cpu"), torch.float32, True, 1)
FEW = 128


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """The files of MNIST that our download brings, with a few random digits in them."""
    raw = tmp_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    digits = torch.randint(0, 256, (FEW, 28, 28), dtype=torch.uint8)
    head = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in digits.shape)
    (raw / "train-images-idx3-ubyte").write_bytes(head + digits.numpy().tobytes())
    labels = b"\0\0\x08\x01" + FEW.to_bytes(4, "big") + bytes(i % 10 for i in range(FEW))
    (raw / "train-labels-idx1-ubyte").write_bytes(labels)
    return tmp_path / "data"


def held(key: str, data_root: Path, scratch: Path) -> Contest:
    scratch.mkdir()
    contest: Contest = registry.find("train.contests", key)(CPU, data_root, scratch, FEW)
    assert contest.lacking() == ""
    contest.prepare()
    return contest


@pytest.mark.parametrize("key", ["epoch_folder", "sampling", "evaluation"])
def test_both_sides_take_as_many_samples(key: str, tmp_path: Path) -> None:
    contest = held(key, tmp_path / "none", tmp_path / "scratch")
    assert contest.plain() == contest.own() == FEW


def test_an_epoch_of_mnist_takes_as_many_samples(mnist: Path, tmp_path: Path) -> None:
    contest = held("epoch_mnist", mnist, tmp_path / "scratch")
    assert contest.plain() == contest.own() == FEW


def test_both_sides_read_the_same_pictures(tmp_path: Path) -> None:
    contest = held("epoch_folder", tmp_path / "none", tmp_path / "scratch")
    theirs = torch.stack([x for x, _ in contest.pictures()])
    ours = contest.opened().x.float() / 127.5 - 1
    assert theirs.shape == ours.shape
    assert (theirs - ours).abs().mean() < 0.05


def test_both_sides_draw_the_same_samples(tmp_path: Path) -> None:
    contest = held("sampling", tmp_path / "none", tmp_path / "scratch")
    theirs = torch.cat([x.detach() for x in contest.drawn_plainly()])
    torch.testing.assert_close(torch.from_numpy(contest.drawn()), theirs, atol=1e-4, rtol=0)


def test_mnist_is_not_downloaded_for_a_race(tmp_path: Path) -> None:
    contest = registry.find("train.contests", "epoch_mnist")(CPU, tmp_path, tmp_path)
    assert "--data-root" in contest.lacking()


def test_mnist_without_its_classes_is_lacking(mnist: Path) -> None:
    (mnist / "MNIST" / "raw" / "train-labels-idx1-ubyte").unlink()
    contest = registry.find("train.contests", "epoch_mnist")(CPU, mnist, mnist)
    assert "--data-root" in contest.lacking()


def test_a_row_that_fails_leaves_the_others(monkeypatch, tmp_path: Path, capsys) -> None:
    def race(key: str, *_: object) -> Result:
        if key == "dcgan_32":
            raise RuntimeError("out of luck")
        return compete(Counting(CPU, tmp_path, tmp_path), rounds=1)

    monkeypatch.setattr(bench, "_race", race)
    kept = tmp_path / "rows.json"
    keys = registry.keys("train.pairs")
    assert cli.main(["bench", "speed", "--only", ",".join(keys), "--json", str(kept)]) == 1
    assert len(json.loads(kept.read_text())) == len(keys) - 1
    assert "dcgan_32 failed: RuntimeError: out of luck" in capsys.readouterr().err


class Counting(Contest):
    title, source = "counting", "nobody's"

    def plain(self) -> int:
        return sum(1 for _ in range(100_000))

    def own(self) -> int:
        return 100_000


def test_a_contest_gives_a_row(tmp_path: Path) -> None:
    result = compete(Counting(CPU, tmp_path, tmp_path), rounds=3)
    assert (result.rounds, result.losses) == (3, None)
    assert result.low <= result.ratio <= result.high
    assert result.ratio > 1
