from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.cli import main
from ganstudio.data.base import DataError, Samples
from ganstudio.metrics import _extractor
from ganstudio.metrics.base import Items
from ganstudio.recipe import Recipe
from ganstudio.train.branch import Parent
from ganstudio.train.engine import Engine
from ganstudio.train.evaluation import Ground, evaluate
from ganstudio.train.quality import Bench, markdown
from ganstudio.train.run import RunError
from ganstudio.train.sampler import Sampler

TINY = {"batch": 8, "width": 4, "z_dim": 4}


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "ring"
    recipe = Recipe.make("gan", "points", {**TINY, "count": 600})
    engine = Engine.build(recipe, lambda event: None, folder=folder, data_root=folder, device="cpu")
    for _ in range(5):
        engine.step(None)
    engine.save(wait=True)
    engine.close()
    return folder


def test_a_run_is_measured_between_real_samples_and_its_own_beginning(ring):
    sampler, ground, reports = evaluate(ring, ring, device="cpu")
    scores = {report.key: report for report in reports}
    assert sampler.nimg == 40
    assert ground.count == 300
    assert {"js", "tv", "kl", "modes", "on_modes", "w1"} <= set(scores)
    js = scores["js"]
    assert js.floor < js.value
    assert js.ceiling == pytest.approx(js.value, abs=0.2)  # five steps taught it little
    assert js.better == "lower"
    assert scores["modes"].floor == 8


def test_the_command_prints_a_table_and_writes_the_numbers(ring, capsys, tmp_path):
    path = tmp_path / "scores.json"
    assert main(["evaluate", str(ring), "--n", "100", "--json", str(path), "--device", "cpu"]) == 0
    out = capsys.readouterr().out
    assert "100 generated against 100 real points" in out
    for word in ("metric", "real", "untrained", "Jensen-Shannon", "higher"):
        assert word in out
    assert '"key": "js"' in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["evaluate", "nowhere"], "no recipe.toml"),
        (["evaluate", "nowhere", "--n", "3"], "--n 3"),
        (["evaluate", "nowhere", "--device", "abacus"], "--device abacus"),
        (["bench", "quality", "--only", "nonesuch"], "nonesuch"),
        (["bench", "quality", "--only", "gan:nowhere"], "no such data set"),
        (["bench", "quality", "--minutes", "soon"], "--minutes soon"),
        (["train", "--measure", "often"], "--measure often"),
    ],
)
def test_what_cannot_be_measured_is_said(arguments, word, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert word in capsys.readouterr().err


def test_an_unknown_checkpoint_is_a_wrong_argument(ring, capsys):
    assert main(["evaluate", str(ring), "--checkpoint", "1k", "--device", "cpu"]) == 2
    assert "000000.000k" in capsys.readouterr().err


def pictures(count: int = 64) -> Samples:
    random = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (count, 1, 16, 16), dtype=torch.uint8, generator=random)
    return Samples(x, torch.arange(count) % 10)


@pytest.fixture
def quick(monkeypatch):
    """Extractors that learn for two steps only."""
    monkeypatch.setitem(_extractor.RECIPE, "steps", 2)


@pytest.mark.usefixtures("quick")
def test_copies_of_the_training_set_are_told_from_real_samples(tmp_path):
    ground = Ground(Recipe.make("dcgan", "digits"), pictures(), cache=tmp_path)
    assert ground.count == 32
    assert set(ground.real.index).isdisjoint(ground.other.index)
    floors = ground.floors()
    assert floors["novelty"] == pytest.approx(1, abs=0.2)
    copied = ground._seen(Items(ground.real.x))
    assert ground.measure(copied)["copies"] == 1


@pytest.mark.usefixtures("quick")
def test_fid_is_taken_only_where_inception_lies_on_the_disk(tmp_path, monkeypatch):
    ground = Ground(Recipe.make("dcgan", "digits"), pictures(), cache=tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert ground.inception(ground.other) == []
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "inception_v3_google-0cc3c7bd.pth").touch()

    class Eyes:
        title = "torchvision Inception v3"

        def __init__(self, path):
            assert path.parent == folder

        def see(self, x, pause):
            return x.reshape(len(x), -1)[:, :8], None

    monkeypatch.setattr("ganstudio.train.evaluation.Inception", Eyes)
    reports = ground.inception(ground._seen(Items(np.ones_like(ground.real.x))))
    assert [report.key for report in reports] == ["inception_fcd", "inception_kcd"]
    assert reports[0].title == "FID (torchvision Inception v3, n = 32)"
    assert reports[0].floor < reports[0].value


@pytest.mark.usefixtures("quick")
def test_captions_bring_the_traits_of_their_samples(tmp_path):
    recipe = Recipe.make("text2image", "faces")
    taken = recipe.spec.condition
    count = 40
    samples = Samples(
        torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8),
        torch.arange(count) % 6,
        {"hat": torch.arange(count) % 2},
        torch.randint(0, len(taken.names), (count, *taken.shape)),
    )
    ground = Ground(recipe, samples, cache=tmp_path)
    np.testing.assert_array_equal(ground.other.traits["attribute hat"], ground.other.index % 2)
    assert set(ground.other.read) == {"class", "attribute hat"}
    assert {"agreed", "agreed_shuffled", "agreed_class"} <= set(ground.floors())


def test_translations_stand_beside_the_world_they_come_from(tmp_path, monkeypatch):
    monkeypatch.setitem(_extractor.RECIPE, "steps", 8)
    x, told = (torch.full((40, 3, 32, 32), value, dtype=torch.uint8) for value in (0, 255))
    ground = Ground(Recipe.make("cyclegan", "faces"), Samples(x, told=told), cache=tmp_path)
    floors = ground.floors()
    assert floors["arrived"] == 1
    assert floors["arrived_source"] == 0


@pytest.mark.usefixtures("quick")
def test_large_samples_are_fewer(tmp_path, monkeypatch):
    monkeypatch.setattr("ganstudio.train.evaluation.MOST_BYTES", 20 * 16 * 16 * 4)
    ground = Ground(Recipe.make("dcgan", "digits"), pictures(), cache=tmp_path)
    assert ground.count == len(ground.real) == len(ground.other) == 20
    assert len(ground.train) == 64


def test_too_few_samples_are_refused(tmp_path):
    with pytest.raises(DataError, match="9 samples are too few"):
        Ground(Recipe.make("dcgan", "digits"), pictures(9), cache=tmp_path)


@pytest.fixture
def pairs(tmp_path) -> Path:
    """A folder of eighty dark pairs, but for the last eight, which are bright."""
    from PIL import Image

    folder = tmp_path / "pairs"
    folder.mkdir()
    for index in range(80):
        shade = 200 if index >= 72 else 40
        Image.new("RGB", (64, 32), (shade, index, shade)).save(folder / f"{index:03}.png")
    return folder


@pytest.mark.usefixtures("quick")
def test_pairs_that_are_held_out_are_never_trained_on_and_measured_first(pairs, tmp_path):
    knobs = {"batch": 8, "width": 4, "folder": str(pairs), "size": 32}
    recipe = Recipe.make("pix2pix", "paired_folder", {**knobs, "held_out": 0.1})
    seen: list[float] = []
    engine = Engine.build(
        recipe, lambda event: None, folder=tmp_path / "run", data_root=tmp_path, device="cpu"
    )
    for _ in range(20):
        seen.append(float(next(engine.trainer.batches).x.max()))
    engine.step(None)
    engine.save(wait=True)
    engine.close()
    assert max(seen) < 0.2  # the bright ones were not among them
    _, ground, reports = evaluate(
        tmp_path / "run", tmp_path, count=16, device="cpu", cache=tmp_path / "cache"
    )
    assert {"l1", "l1_unseen"} <= {report.key for report in reports}
    fakes = ground.draw(Sampler.load(tmp_path / "run", "cpu"), 16)
    assert fakes.unseen == 8
    assert fakes.targets[:8].max(axis=(1, 2, 3)).min() > 0.5
    assert fakes.targets[8:].max() < 0.2


def test_a_branch_cannot_hold_out_what_its_parent_saw(pairs, tmp_path):
    knobs = {"batch": 8, "width": 4, "folder": str(pairs), "size": 32, "held_out": 0.1}

    def build(name: str, share: float, **more: object) -> Engine:
        recipe = Recipe.make("pix2pix", "paired_folder", {**knobs, "held_out": share})
        folder = tmp_path / name
        return Engine.build(
            recipe, lambda event: None, folder=folder, data_root=tmp_path, device="cpu", **more
        )

    parent = build("parent", 0.1)
    parent.save(wait=True)
    parent.close()
    with pytest.raises(RunError, match=r"held_out is 0\.2.*its held_out is 0\.1"):
        build("more", 0.2, parent=Parent(tmp_path / "parent", 0))
    fewer = build("fewer", 0.05, parent=Parent(tmp_path / "parent", 0))
    fewer.step(None)
    fewer.close()


def test_new_runs_hold_pairs_out_and_old_ones_go_on_as_they_were():
    assert Recipe.make("srgan", "faces").held_out == 0.05
    assert Recipe.make("pix2pix", "faces").held_out == 0.05
    assert Recipe.make("cyclegan", "faces").held_out == 0
    old = Recipe.make("srgan", "faces").to_dict()
    del old["gan"]["held_out"]
    assert Recipe.from_dict(old).held_out == 0


def test_the_bench_does_nothing_twice(tmp_path, monkeypatch):
    monkeypatch.setattr("ganstudio.train.quality.ENDLESS_KIMG", 1000.0)
    said: list[str] = []

    def bench(minutes: float) -> Bench:
        return Bench(
            tmp_path / "out", tmp_path / "runs", tmp_path, minutes=minutes, count=100,
            device="cpu", tell=said.append,
        )  # fmt: skip

    assert main(["list", "metrics"]) == 0
    first = bench(1 / 6000)
    monkeypatch.setattr("ganstudio.train.quality.Recipe.make", _points)
    monkeypatch.setattr("ganstudio.gans.gan.OriginalGAN.default_data", "points")
    assert first.run(["gan", "no such variant"]) == ["no such variant"]
    table = first.table_path.read_text()
    assert "[gan](quality/gan.png) | points" in table
    assert "## Failed" in table
    assert (tmp_path / "out" / "quality" / "gan.png").is_file()
    said.clear()
    assert bench(1 / 6000).run(["gan"]) == []
    assert said == ["gan: done before"]
    said.clear()
    assert bench(1 / 3000).run(["gan"]) == []  # more minutes: it goes on
    assert len(list((tmp_path / "runs").iterdir())) == 1


_MAKE = Recipe.make


def _points(variant: str, data: str, **basics: object) -> Recipe:
    return _MAKE(variant, "points", {**TINY, "count": 400}, **basics)


def test_the_table_parts_kinds_and_marks_directions():
    def score(key, value, headline=True, **other):
        return {"key": key, "title": f"{key.upper()} (n = 5)", "value": value, "floor": 0.1,
                "ceiling": None, "better": "lower", "headline": headline, **other}  # fmt: skip

    common = {"data": "faces", "kimg": 12.5, "trained_s": 60.0, "n": 500, "kind": "image"}
    scores = [score("fcd", 3.0), score("l1", 0.2, floor=None)]
    entries = [
        {"variant": "a", "picture": "a.png", "scores": [score("fcd", 2.0)], **common},
        {"variant": "b", "picture": "b.png", "translates": True, "scores": scores, **common},
        {"variant": "c", "failed": "it broke"},
    ]
    text = markdown(entries)
    assert text.index("## Pictures") < text.index("[a](a.png)") < text.index("## Translations")
    assert "| FCD ↓ |" in text
    assert "**0.2** |" in text
    assert "- c: it broke" in text
    assert np.all([line.count("|") > 5 for line in text.splitlines() if line.startswith("| [")])
