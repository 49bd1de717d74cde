"""Memory that runs out: for real in a child process with a limit, and as a GPU would say it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN
from ganstudio.recipe import Recipe
from ganstudio.registry import find
from ganstudio.train import memory
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.explorer import Mailbox
from ganstudio.train.mishaps import MemoryShortError, lacks_memory, lost_device
from ganstudio.train.run import RunFolder
from ganstudio.train.speed import choose
from ganstudio.train.trainer import Trainer

SMALL = {"batch": 16, "width": 4, "z_dim": 4}
posix = pytest.mark.skipif(os.name != "posix", reason="limits as on POSIX")


def trainer(variant: str = "gan", **knobs: Any) -> Trainer:
    recipe = Recipe.make(variant, "points", {**SMALL, **knobs})
    samples = Samples(torch.randn(64, 2, generator=torch.Generator().manual_seed(0)))
    machine = choose("cpu", recipe.spec)
    return Trainer.build(find("gans", variant), recipe.gan, recipe.spec, samples, 0, machine)


def refuse_above(gan: GAN, count: int) -> list[int]:
    """Have D raise what a GPU raises if it is shown more samples than this at a time.

    Real ones and fakes together: this D is asked about both at once.
    """
    seen: list[int] = []

    def guard(module: object, given: tuple[torch.Tensor, ...]) -> None:
        seen.append(len(given[0]))
        if len(given[0]) > count:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    gan.D.register_forward_pre_hook(guard)
    return seen


@pytest.mark.parametrize("variant", ["gan", "lsgan", "wgan_gp", "r3gan"])
def test_a_batch_in_portions_has_the_gradients_of_the_whole(variant: str) -> None:
    whole, parted = trainer(variant), trainer(variant)
    parted.parts = 4
    for one in (whole, parted):
        one._move = lambda phase, count: None  # type: ignore[method-assign]
        one.step()
    for side in ("D", "G"):
        for a, b in zip(whole._weights[side], parted._weights[side], strict=True):
            assert a.grad is not None
            assert b.grad is not None
            torch.testing.assert_close(a.grad, b.grad, rtol=1e-4, atol=1e-6)
    expected, found = whole.read(), parted.read()
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert parted.nimg == whole.nimg


def test_a_step_that_does_not_fit_is_begun_again_in_portions_and_moves_as_the_whole() -> None:
    free, short = trainer(), trainer()
    seen = refuse_above(short.gan, 8)
    for one in (free, short):
        one.step()
    assert short.parts == 4
    assert seen[:3] == [32, 16, 8]
    assert short.nimg == free.nimg == 16
    for a, b in zip(free.gan.G.parameters(), short.gan.G.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


def test_where_not_even_one_sample_fits_it_says_so_and_no_weight_has_moved() -> None:
    one = trainer()
    before = [p.clone() for p in one.gan.D.parameters()]
    refuse_above(one.gan, 0)
    with pytest.raises(MemoryShortError, match="one sample of a batch at a time: lower width"):
        one.step()
    assert all(torch.equal(a, b) for a, b in zip(before, one.gan.D.parameters(), strict=True))


def build(folder: Path, events: list[m.Event], **more: Any) -> Engine:
    recipe = Recipe.make("gan", "points", SMALL, kimg=100.0)
    return Engine.build(
        recipe, events.append, folder=folder, data_root=folder, device="cpu", **more
    )


def test_portions_are_told_written_into_the_run_and_begun_anew_when_it_is_resumed(
    tmp_path: Path,
) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    refuse_above(engine.trainer.gan, 16)
    engine.step(None)
    engine.report()
    engine.save()
    engine.close()
    (told,) = [e for e in events if isinstance(e, m.Noted) and "2 portions of 8" in e.text]
    assert told.level == "warning"
    assert "batch norm" in told.text
    lines = RunFolder.open(tmp_path / "run").history()
    assert [line["parts"] for line in lines if line.get("event") == "split"] == [2]
    again = build(tmp_path / "run", [], resume=True)
    assert again.trainer.parts == 1  # there may be more memory now
    again.close()


def test_memory_that_runs_out_while_weights_move_goes_back_to_the_last_checkpoint(
    tmp_path: Path,
) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    engine.step(None)
    engine.save(wait=True)
    saved = [p.clone() for p in engine.trainer.gan.D.parameters()]
    optimizer, real = engine.trainer.optimizers["D"], engine.trainer.optimizers["D"].step

    def half(*_: object) -> None:
        next(engine.trainer.gan.D.parameters()).data.add_(1)  # the first has moved already
        optimizer.step = real  # type: ignore[method-assign]
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: not enough")

    optimizer.step = half  # type: ignore[method-assign]
    engine.step(None)
    assert engine.trainer.nimg == 16
    assert engine.trainer.parts == 2
    now = engine.trainer.gan.D.parameters()
    assert all(torch.equal(a, b) for a, b in zip(saved, now, strict=True))
    engine.step(None)
    engine.close()
    assert any(isinstance(e, m.Rewound) for e in events)


def short(*_: object, **__: object) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def test_copies_that_do_not_fit_are_left_out_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events, mailbox=Mailbox(lambda: None))
    monkeypatch.setattr(engine.trainer, "averaged", short)
    monkeypatch.setattr(engine._keeper, "remember", short)
    for _ in range(3):
        engine.step(None)
        engine.serve(always=True)
        engine.autosave()
    engine.close()
    told = [e for e in events if isinstance(e, m.Noted) and "are left out while" in e.text]
    assert [note.text.split()[0] for note in told] == ["Newer", "Snapshots"]
    assert engine.trainer.steps == 3


def test_a_save_that_does_not_fit_is_not_tried_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    monkeypatch.setattr(engine.trainer, "snapshot", short)
    engine._wait()  # for what it began with
    engine._broken = True
    for _ in range(3):
        engine.step(None)
        engine.autosave()
    engine.close()
    assert sum(isinstance(e, m.Noted) and "Not saved" in e.text for e in events) == 1


def test_memory_that_runs_out_half_way_back_is_never_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build(tmp_path / "run", [])
    engine.save(wait=True)
    kept = engine.run.checkpoint()
    engine.step(None)
    monkeypatch.setattr(engine.trainer, "restore", short)
    with pytest.raises(MemoryShortError, match="go back to 0"):
        engine.rewind(None)
    assert engine.rescue() == kept
    engine.close()


def test_a_variant_that_cannot_be_built_without_numbers_is_tried(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def picky(*_: object) -> None:
        raise NotImplementedError("Cannot copy out of meta tensor")

    recipe = Recipe.make("gan", "points", SMALL)
    machine = choose("cpu", recipe.spec)
    assert memory._fixed_bytes(recipe, machine) > 0
    find = registry.find
    monkeypatch.setattr(
        memory.registry, "find", lambda kind, key: picky if kind == "gans" else find(kind, key)
    )
    memory.insist_room(recipe, machine)
    assert "what gan takes is not known" in caplog.text


def test_a_set_that_stays_on_the_disk_takes_no_memory() -> None:
    assert memory.data_bytes(Recipe.make("dcgan", "faces", {})) > 0
    assert memory.data_bytes(Recipe.make("dcgan", "celeba", {})) == 0


def test_what_torch_holds_unused_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (100, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 70)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 20)
    assert memory.free_bytes(torch.device("cuda")) == 150


CHILD = """
import json, resource, sys
import torch
torch.set_num_threads(1)
from pathlib import Path
from ganstudio.recipe import Recipe
from ganstudio.train.engine import Engine
folder, spare_mb, data, knobs, data_knobs = json.loads(sys.argv[1])
import psutil
recipe = Recipe.make("dcgan", data, {**knobs, **data_knobs}, kimg=1e5)
def limit():
    used = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (used + (spare_mb << 20),) * 2)
def tell(event):
    if type(event).__name__ == "Noted":
        print(event.text)
if data == "faces":
    limit()
try:
    engine = Engine.build(recipe, tell, folder=Path(folder), data_root=Path(folder), device="cpu")
except Exception as error:
    print(type(error).__name__, error)
    sys.exit()
torch.set_num_threads(1)
limit()
for _ in range(2):
    engine.step(None)
    engine.report()
print(json.dumps([engine.trainer.parts, engine.trainer.steps, engine.trainer.finite()]))
engine.save(wait=True)
engine.close()
"""


def child(*given: Any) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(given)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@posix
def test_a_real_limit_of_memory_halves_the_batch_and_training_goes_on(tmp_path: Path) -> None:
    knobs = {"batch": 4096, "width": 32, "z_dim": 4, "precision": "float32"}
    said = child(str(tmp_path / "run"), 256, "digits", knobs, {})
    parts, steps, finite = json.loads(said.splitlines()[-1])
    assert parts > 1
    assert steps == 2
    assert finite
    assert "Memory ran out" in said
    assert RunFolder.open(tmp_path / "run").read().state["parts"] == parts


@posix
def test_samples_that_do_not_fit_are_refused_before_they_are_allocated(tmp_path: Path) -> None:
    said = child(str(tmp_path / "run"), 300, "faces", {}, {"data.size": 128, "data.count": 200_000})
    assert "DataError faces takes 9,830 MB of memory" in said
    assert "lower count or the size" in said
    assert not (tmp_path / "run").exists()


def test_what_machines_say_is_told_apart() -> None:
    assert lacks_memory(MemoryError())
    assert lacks_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert not lost_device(torch.OutOfMemoryError("CUDA error: out of memory"))
    assert lost_device(torch.AcceleratorError("CUDA error: device-side assert triggered"))
    assert not lacks_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not lost_device(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
