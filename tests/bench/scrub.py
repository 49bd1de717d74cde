"""How soon a past moment is on the screen, and what keeping it costs the training.

    QT_QPA_PLATFORM=offscreen python tests/bench/scrub.py
    QT_QPA_PLATFORM=offscreen python tests/bench/scrub.py --moments 40 --only faces-32

For each model a run with snapshots is made, then one travels to its moments in a random order,
through the same bridge as the window's panels: from the call to the picture of the Latent panel,
and to the whole gallery. First idle, each moment for the first time and then again; then beside
a training of the same model. The figures belong to this machine and this moment; nothing is
asserted.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import torch
from PySide6.QtCore import QCoreApplication, QEventLoop

from ganstudio import registry
from ganstudio.recipe import Recipe
from ganstudio.resources import default_data_root
from ganstudio.train import messages as m
from ganstudio.train.examples import load_samples
from ganstudio.train.run import RunFolder
from ganstudio.train.speed import choose
from ganstudio.train.timeline import read_snapshot
from ganstudio.train.trainer import Trainer
from ganstudio.ui.studio import Studio

MODELS = {
    "faces-32": Recipe.make("dcgan", "faces", {"data.size": 32}, kimg=1e5),
    "faces-64": Recipe.make("dcgan", "faces", {"data.size": 64}, kimg=1e5),
    "style-32": Recipe.make("stylegan2", "faces", {"data.size": 32}, kimg=1e5),
    "furniture-32": Recipe.make("gan3d", "furniture", {}, kimg=1e5),
}
GALLERY = {"image": 64, "voxels": 16}
LONGEST_S, LOADING_S = 20.0, 180.0


class Watch:
    """Asks for pictures as the panels do, and notes when they are there."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.began = studio, 0.0
        self.wanted: tuple[str, int] | None = None
        self.tickets: dict[int, str] = {}
        self.reached: dict[str, float] = {}
        studio.modelReady.connect(self._on_model)
        studio.rendered.connect(self._on_rendered)

    def travel(self, moment: int) -> dict[str, float]:
        """Milliseconds until each of the pictures of this moment is there."""
        self.began, self.reached = time.perf_counter(), {}
        self.wanted = (str(self.studio.moments_run), moment)
        self.studio.travel(moment)
        until(lambda: {"latent", "gallery"} <= set(self.reached))
        return self.reached

    def _on_model(self, event: m.ModelReady) -> None:
        if (event.source, event.nimg) != self.wanted:
            return
        for tag, count in (("latent", 1), ("gallery", GALLERY[event.model.spec.kind])):
            self.tickets[self.studio.ask(tag, event.model.draw(count, 0))] = tag

    def _on_rendered(self, event: m.Rendered) -> None:
        if self.wanted is not None and event.nimg == self.wanted[1]:
            tag = self.tickets.get(event.ticket)
            if tag is not None:
                self.reached.setdefault(tag, (time.perf_counter() - self.began) * 1000)


def until(condition: Callable[[], bool], longest_s: float = LONGEST_S) -> None:
    """Run the event loop until this is so."""
    end = time.monotonic() + longest_s
    while not condition() and time.monotonic() < end:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        time.sleep(0.001)


def make_run(recipe: Recipe, root: Path, moments: int) -> tuple[Path, str]:
    """A run with so many snapshots of weights that differ a little, and what keeping them costs."""
    machine = choose("cpu", recipe.spec)
    samples = load_samples(recipe, default_data_root())
    variant = registry.find("gans", recipe.variant)
    trainer = Trainer.build(variant, recipe.gan, recipe.spec, samples, 0, machine)
    run, copying, writing = RunFolder.create(root, recipe), [], []
    begun = trainer.snapshot()
    begun.state.update(recipe=recipe.to_dict(), seconds=0.0)
    run.write(begun)
    for index in range(moments):
        began = time.perf_counter()
        tensors = trainer.averaged_tensors()
        copied = time.perf_counter()
        noisy = {
            name: value * (1 + 0.01 * index) if value.is_floating_point() else value
            for name, value in tensors.items()
        }
        before = time.perf_counter()
        run.timeline.write((index + 1) * 1000, noisy)
        copying.append((copied - began) * 1000)
        writing.append((time.perf_counter() - before) * 1000)
    kept = run.timeline.snapshots()
    weights = sum(value.numel() for value in tensors.values()) / 1e6
    began = time.perf_counter()
    read_snapshot(kept[0].path)
    reading = (time.perf_counter() - began) * 1000
    return run.path, (
        f"{weights:.2f} M weights, {kept[0].size_bytes / 1e6:.2f} MB a snapshot; training waits "
        f"{np.median(copying):.2f} ms for the copy; written in {np.median(writing):.1f} ms, read "
        f"in {reading:.1f} ms"
    )


def told(name: str, times: list[dict[str, float]]) -> str:
    """Percentiles in one line."""
    parts = []
    for tag in ("latent", "gallery"):
        found = [one[tag] for one in times if tag in one]
        lost = len(times) - len(found)
        p50, p95 = np.percentile(found, (50, 95)) if found else (float("nan"),) * 2
        parts.append(f"{tag} p50 {p50:6.0f} p95 {p95:6.0f}{f' ({lost} lost)' if lost else ''}")
    return f"  {name:22} {'   '.join(parts)} ms"


def measure(name: str, recipe: Recipe, root: Path, count: int) -> None:
    """Print all figures of one model."""
    run, cost = make_run(recipe, root / "runs", count)
    print(f"{name}: {cost}", flush=True)
    studio = Studio(root / "runs", default_data_root(), device="cpu")
    watch, dice = Watch(studio), random.Random(0)
    moments = [(index + 1) * 1000 for index in range(count)]
    try:
        studio.explore(run)
        until(lambda: len(studio.moments()) > count)
        for how in ("idle, first time", "idle, again"):
            dice.shuffle(moments)
            print(told(how, [watch.travel(moment) for moment in moments]), flush=True)
        studio.resume(run, paused=False)  # cuts what came after its checkpoint, moments too
        old = moments[0]
        until(lambda: old not in studio.moments() and len(studio.moments()) > 8, LOADING_S)
        seen = list(studio.moments())
        for how in ("training, first time", "training, again"):
            dice.shuffle(seen)
            print(told(how, [watch.travel(moment) for moment in seen]), flush=True)
    finally:
        studio.close()


def main() -> None:
    """Measure every model."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--moments", type=int, default=30)
    options.add_argument("--only", choices=sorted(MODELS))
    arguments = options.parse_args()
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    application = QCoreApplication([])
    for name, recipe in MODELS.items():
        if arguments.only in (None, name):
            with tempfile.TemporaryDirectory() as root:
                measure(name, recipe, Path(root), arguments.moments)
    application.quit()


if __name__ == "__main__":
    main()
