import gc
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.recipe import Recipe
from ganstudio.train import library as module
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.library import Library, moments
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a checkpoint at 0 and at 32 samples and snapshots at 16 and 32."""
    from ganstudio import registry

    recipe = Recipe.make("gan", "points", {"batch": 16, "width": 8, "z_dim": 4})
    samples = registry.find("data", "points")(recipe.dataset, Path("unused")).load()
    variant = registry.find("gans", "gan")
    trainer = Trainer.build(variant, recipe.gan, recipe.spec, samples, 0, CPU)
    run = RunFolder.create(tmp_path_factory.mktemp("runs"), recipe)
    for step in range(3):
        kept = trainer.snapshot()
        if step != 1:
            run.write(kept)
        if step:
            run.timeline.write(trainer.nimg, trainer.averaged_tensors())
        trainer.step()
    return run.path


def drawn(sampler: Sampler) -> np.ndarray:
    return sampler.draw(sampler.model.draw(32, seed=0))


def test_moments_are_snapshots_and_checkpoints(folder: Path) -> None:
    assert moments(folder) == (0, 16, 32)


def test_each_moment_is_another_model_and_says_which(folder: Path) -> None:
    library = Library("cpu")
    found = [library.at(folder, nimg) for nimg in (0, 16, 32)]
    assert [one.nimg for one in found] == [0, 16, 32]
    assert {one.source for one in found} == {str(folder)}
    assert found[0].model == found[2].model == library.newest(folder).model
    pictures = [drawn(one) for one in found]
    assert not np.allclose(pictures[0], pictures[1])
    assert not np.allclose(pictures[1], pictures[2])


def test_a_checkpoint_wins_over_a_snapshot_of_its_moment(folder: Path) -> None:
    library = Library("cpu")
    assert np.array_equal(drawn(library.at(folder, 32)), drawn(library.newest(folder)))


def test_a_snapshot_draws_as_the_exact_weights_do(folder: Path, tmp_path: Path) -> None:
    exact = Sampler.load(folder, "cpu", "000000.032k")
    kept = RunFolder(folder).timeline.snapshots()[-1]
    assert kept.nimg == 32
    run = RunFolder.create(tmp_path, Recipe.of_run(folder))
    run.timeline.folder.mkdir()
    shutil.copy(kept.path, run.timeline.folder)
    light = Library("cpu").at(run.path, 32)
    assert np.abs(drawn(light) - drawn(exact)).max() < 2e-3


def test_the_nearest_moment_is_taken(folder: Path) -> None:
    library = Library("cpu")
    assert [library.at(folder, nimg).nimg for nimg in (3, 15, 10**9)] == [0, 16, 32]


def test_what_was_seen_is_at_hand_while_there_is_room(folder: Path) -> None:
    library = Library("cpu")
    first = library.at(folder, 0)
    assert library.at(folder, 16) is not first
    assert library.at(folder, 0) is first
    small = Library("cpu", room_bytes=1)
    first = small.at(folder, 0)
    assert small.at(folder, 0) is first
    small.at(folder, 16)
    assert small.at(folder, 0) is not first


def test_the_one_used_longest_ago_makes_room(folder: Path) -> None:
    size = Library("cpu")
    size.at(folder, 0)
    library = Library("cpu", room_bytes=2 * size._taken_bytes)
    a, b = library.at(folder, 0), library.at(folder, 16)
    assert library.at(folder, 0) is a
    library.at(folder, 32)
    assert library.at(folder, 0) is a
    assert library.at(folder, 16) is not b


def test_a_moment_trained_anew_is_not_taken_for_the_old_one(tmp_path: Path, folder: Path) -> None:
    run = RunFolder.create(tmp_path, Recipe.of_run(folder))
    library, weights = Library("cpu"), RunFolder(folder).read_moment(16)
    run.timeline.write(16, weights)
    before = drawn(library.at(run.path, 16))
    run.cut(0)
    run.timeline.write(16, {name: value * 2 for name, value in weights.items()})
    assert not np.array_equal(drawn(library.at(run.path, 16)), before)


def test_a_run_without_a_moment_is_refused(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, Recipe.make())
    with pytest.raises(RunError, match="keeps no moment"):
        Library("cpu").at(run.path, 0)
    with pytest.raises(RunError, match=r"keeps nothing of 0\.064 kimg"):
        run.read_moment(64)


def test_an_old_run_without_snapshots_falls_back_on_checkpoints(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, Recipe.make())
    for nimg in (0, 5000):
        run.write(Checkpoint({"G.w": torch.ones(2)}, {}, {}, {"nimg": nimg}))
    assert moments(run.path) == (0, 5000)
    assert torch.equal(run.read_moment(5000)["G.w"], torch.ones(2))


@pytest.mark.parametrize("late", [False, True], ids=["once it is found", "while it is read"])
def test_a_moment_let_go_meanwhile_gives_way_to_its_neighbour(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    run = RunFolder.create(tmp_path, Recipe.of_run(folder))
    weights = RunFolder(folder).read_moment(16)
    run.timeline.write(0, weights)
    gone = run.timeline.write(16, weights)

    def nearest_then_thinned(asked: Path, nimg: int) -> module.Kept:
        found = nearest(asked, nimg)
        if not late:
            gone.unlink(missing_ok=True)
        return found

    def load_thinned(self: Library, asked: Path, nimg: int) -> Sampler:
        gone.unlink(missing_ok=True)
        return load(self, asked, nimg)

    nearest, load = module.nearest, Library._load
    monkeypatch.setattr(module, "nearest", nearest_then_thinned)
    monkeypatch.setattr(Library, "_load", load_thinned)
    assert Library("cpu").at(run.path, 16).nimg == 0


def test_a_damaged_moment_is_refused(tmp_path: Path, folder: Path) -> None:
    run = RunFolder.create(tmp_path, Recipe.of_run(folder))
    bad = run.timeline.write(16, RunFolder(folder).read_moment(16))
    bad.write_bytes(bad.read_bytes()[:-9])
    with pytest.raises(RunError, match="damaged"):
        Library("cpu").at(run.path, 16)


def test_another_run_takes_the_place_of_the_one_before(tmp_path: Path, folder: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    library = Library("cpu")
    gone = weakref.ref(library.at(folder, 16))
    library.at(other, 16)
    gc.collect()
    assert gone() is None


def test_discriminators_that_were_asked_for_count_too(folder: Path) -> None:
    alone = Library("cpu")
    alone.at(folder, 0)
    library = Library("cpu", room_bytes=2 * alone._taken_bytes)
    first = library.at(folder, 0)
    assert first.critic.nimg == 0
    library.at(folder, 16)
    assert library.at(folder, 0) is not first
