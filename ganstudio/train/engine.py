"""What a session drives: a trainer, its run folder, and the writer that never stops training."""

from __future__ import annotations

import platform
import shutil
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import torch

import ganstudio
from ganstudio import registry
from ganstudio.data.base import DataError, Dataset, Samples, to_unit
from ganstudio.gans.base import GAN, Side
from ganstudio.recipe import Recipe
from ganstudio.train import examples, reals
from ganstudio.train import messages as m
from ganstudio.train.branch import Parent, note_parent
from ganstudio.train.critic import Critic
from ganstudio.train.explorer import Mailbox
from ganstudio.train.judge import Judge
from ganstudio.train.keeper import Keeper
from ganstudio.train.origin import Origin, take_up
from ganstudio.train.run import Checkpoint, RunError, RunFolder, write_atomically
from ganstudio.train.sampler import Sampler, model_of
from ganstudio.train.speed import Machine, choose
from ganstudio.train.timeline import age
from ganstudio.train.trainer import Trainer

AUTOSAVE_S = 60.0
SOONEST_S = 10.0
CHECKPOINT_GROWTH = 0.1  # of ``timeline.age``
SAVING_SHARE = 0.05  # of the writer's time, for checkpoints that come sooner than each minute
HISTORY_S = 0.5
REALS_SHOWN = {"points": 2048, "image": 100, "voxels": 16}
SIDES: dict[m.Side, Side] = {"generator": "G", "discriminator": "D"}
RATE_WINDOW = 40  # reports over which samples a second are taken


class Engine:
    """A training with its folder, as ``train/session.py`` wants it.

    Checkpoints are copied on the caller's thread and written on another. A disk that refuses
    does not stop training: the failure is told, and the next save tries again.

    Args:
        trainer: stands where training begins.
        run: where it is kept; locked by the caller.
        recipe: what is trained.
        announce: takes events.
        mailbox: where fresh weights are left for the explorer.
        judge: measures beside the training; ends with it.
    """

    def __init__(
        self,
        trainer: Trainer,
        run: RunFolder,
        recipe: Recipe,
        announce: Callable[[m.Event], None],
        mailbox: Mailbox | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.trainer, self.run, self.recipe = trainer, run, recipe
        self._announce, self._mailbox, self._judge = announce, mailbox, judge
        self._model = model_of(recipe, trainer.gan)
        self._keeper = Keeper(run, recipe.basics.timeline_mb, announce)
        self._saved_at = time.monotonic()
        self._saved_age = 0.0
        self._saved_updates = -1
        self._examples: m.Examples | None = None
        self._reals: reals.Reals | None = None
        self.target_nimg = recipe.basics.kimg * 1000
        self._seconds = 0.0
        self._line_at = 0.0
        self._line: dict[str, list[float]] = {}
        self._recent: deque[tuple[float, int]] = deque(maxlen=RATE_WINDOW)

    @classmethod
    def build(
        cls,
        recipe: Recipe,
        announce: Callable[[m.Event], None],
        mailbox: Mailbox | None = None,
        *,
        judge: Judge | None = None,
        runs_root: Path = Path("runs"),
        folder: Path | None = None,
        resume: bool = False,
        parent: Parent | None = None,
        endless: bool = False,
        data_root: Path,
        device: str = "auto",
        spare_core: bool = True,
    ) -> Engine:
        """Load the data, build the networks, make or open the run folder.

        Args:
            recipe: what to train.
            announce: takes events; loading tells what it does.
            mailbox: where fresh weights are left for the explorer.
            judge: measures beside the training.
            runs_root: where new runs are kept.
            folder: this run folder instead.
            resume: go on from the newest checkpoint of ``folder``. A run that had reached its
                length goes on for as long again.
            parent: go on in a new folder from the checkpoint of another run that is nearest to,
                or before, a moment; that run stays as it is.
            endless: train until stopped, whatever length the recipe has.
            data_root: where data sets are kept.
            device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            spare_core: leave one core for a window.

        Raises:
            DataError: if the data set cannot be loaded.
            RunError: if the folder cannot be used, or was trained on other samples.
            ValueError: if the device is missing.
        """
        announce(m.StateChanged("loading", f"reading {recipe.data}"))
        variant: type[GAN] = registry.find("gans", recipe.variant)
        kind: type[Dataset] = registry.find("data", recipe.data)
        if lacking := kind.missing(recipe.dataset, data_root):
            raise DataError("; ".join(lacking))
        recipe = Recipe.from_dict(recipe.to_dict())  # its folder may have changed since
        spec = recipe.spec
        run = RunFolder.open(folder) if resume and folder is not None else None
        if run is not None and (change := examples.change(Recipe.of_run(run.path), spec)):
            raise RunError(f"{recipe.data} is not what {run.path} was trained on: {change}")
        machine = choose(device, spec, spare_core, recipe.precision)
        torch.set_num_threads(machine.threads)
        samples = examples.load_samples(recipe, data_root)
        if kind.spec(recipe.dataset).telling(variant.told) != spec:
            raise DataError(f"{recipe.data} changed while it was read: begin again")
        for note in samples.notes:
            announce(m.Noted(note, "warning"))
        announce(m.StateChanged("loading", f"building {recipe.variant}"))
        trainer = Trainer.build(variant, recipe.gan, spec, samples, recipe.basics.seed, machine)
        announce(m.StateChanged("loading", "opening the run folder"))
        origin = None if parent is None else take_up(trainer, recipe, parent)
        fresh = run is None and (folder is None or not folder.exists())
        if run is None:
            run = RunFolder.create(runs_root, recipe, folder)
        run.acquire()
        engine: Engine | None = None
        try:
            engine = cls(trainer, run, recipe, announce, mailbox, judge)
            if resume:
                engine._go_back_to(run.read())
                engine._lengthen()
            elif origin is not None:
                engine._grow_from(origin)
                engine._lengthen()
            if endless:
                engine.target_nimg = float("inf")
            engine._begin(samples, machine, resume, origin)
        except BaseException:
            try:
                if engine is not None:
                    engine.close()
            finally:
                run.release()
                if fresh:  # nobody could resume it
                    shutil.rmtree(run.path, ignore_errors=True)
                elif not resume:
                    (run.path / "recipe.toml").unlink(missing_ok=True)
            raise
        return engine

    @property
    def finished(self) -> bool:
        """Whether the recipe's length is reached."""
        return self.trainer.nimg >= self.target_nimg

    def step(self, side: m.Side | None) -> None:
        """One full round, or one update of one side."""
        began = time.monotonic()
        self.trainer.step(SIDES[side] if side else None)
        self._seconds += time.monotonic() - began

    def report(self) -> None:
        """Tell the means since the last report, and write them down now and then.

        Raises:
            FloatingPointError: if a term is not finite.
        """
        began = time.monotonic()
        terms = self.trainer.read()  # waits for the device
        self._seconds += time.monotonic() - began
        if not terms:
            return
        nimg = self.trainer.nimg
        self._recent.append((self._seconds, nimg))
        rate = self._rate()
        self._announce(
            m.Stats(
                self.trainer.steps,
                nimg,
                self._seconds,
                rate,
                terms,
                _memory(self.trainer.machine),
                self.trainer.gan.status,
            )
        )
        for name, value in terms.items():
            self._line.setdefault(name, []).append(value)
        if self._seconds - self._line_at >= HISTORY_S:
            self._write_line()

    def tune(self, knob: str, value: int | float | bool | str) -> None:
        """Turn a live knob.

        Raises:
            RecipeError: if it will not go; nothing has changed then.
        """
        recipe = self.recipe.tuned(knob, value)
        before, self.recipe = getattr(self.recipe.gan, knob), recipe
        self.trainer.gan.config = self.recipe.gan
        self._saved_updates = -1
        after = getattr(self.recipe.gan, knob)
        nimg = self.trainer.nimg
        self._keeper.record(
            {"nimg": nimg, "event": "tuned", "knob": knob, "value": after, "before": before}
        )
        self._announce(m.Tuned(knob, after, before, nimg))

    def save(self, wait: bool = False) -> None:
        """Write a checkpoint, unless this very state is on the disk already.

        Args:
            wait: until it is on the disk.

        Raises:
            FloatingPointError: if a weight is not finite; what is on the disk stays.
            OSError: if ``wait`` and the disk will not take it.
        """
        self._wait()
        if self.trainer.updates == self._saved_updates:
            if not wait and self.trainer.updates:
                newest = self.run.checkpoint()
                self._announce(m.Saved(newest, self.trainer.nimg))
            return
        if not self.trainer.finite():
            raise FloatingPointError(
                "the weights became not finite; the checkpoints on the disk are still good: "
                "resume, and lower the learning rates or raise the penalty"
            )
        self._write_line()
        self._saved_updates, self._saved_at = self.trainer.updates, time.monotonic()
        self._saved_age = age(self.trainer.nimg)
        self._keeper.save(self._checkpoint(), self._sampler())
        if wait:
            self._wait()
            if self._keeper.fault is not None:
                raise self._keeper.fault

    def autosave(self) -> None:
        """Write a checkpoint if it is time for one, or else a snapshot if one is due.

        A checkpoint is due a minute after the last one, or sooner where training has aged by a
        tenth since, so that there is one to branch off from near every moment. Nothing is begun
        while something is being written.
        """
        passed_s = time.monotonic() - self._saved_at
        aged = age(self.trainer.nimg) - self._saved_age >= CHECKPOINT_GROWTH
        soonest_s = max(SOONEST_S, self._keeper.saving_s / SAVING_SHARE)
        if passed_s >= (soonest_s if aged else AUTOSAVE_S) and not self._keeper.busy:
            self.save()
        self._keeper.remember(self.trainer.nimg, self.trainer.averaged_tensors)

    def rewind(self, checkpoint: str | None) -> None:
        """Go back to a checkpoint of this run; None is the last one.

        Knobs turned since then go back too, and are told one by one.

        Raises:
            RunError: if there is none of that name.
            OSError: if the disk will not take the shorter history; nothing has changed then.
            RuntimeError: if training stands there, but what came after cannot be removed.
        """
        self._wait()
        turned = self.recipe.gan.model_dump()
        self._go_back_to(self.run.read(checkpoint))
        nimg = self.trainer.nimg
        self._announce(m.Rewound(nimg, self.trainer.steps))
        with suppress(OSError):  # it has been rewound, whether the log takes a line or not
            self.run.note(f"rewound to {nimg / 1000:.3f} kimg")
        for knob, value in self.recipe.gan.model_dump().items():
            if value != turned[knob]:
                self._announce(m.Tuned(knob, value, turned[knob], nimg))

    def rescue(self) -> Path | None:
        """Save after a failure if the weights are still numbers."""
        if not self.trainer.finite():
            return None
        self.save(wait=True)
        return self.run.checkpoint()

    def serve(self, always: bool = False) -> None:
        """Leave a copy of the averaged generator for the explorer if it asked for one."""
        if self._mailbox is not None and (always or self._mailbox.wanted):
            self._mailbox.offer(self._sampler(judged=self._mailbox.with_critic))
        if self._judge is not None and self._judge.due(self.trainer.nimg):
            self._judge.offer(self._sampler())

    def close(self) -> None:
        """Finish writing and let others have the folder."""
        if self._judge is not None:
            self._judge.close()
        try:
            self._keeper.close()
        finally:
            self.run.release()

    def _begin(
        self, samples: Samples, machine: Machine, resumed: bool, origin: Origin | None
    ) -> None:
        players = self.trainer.gan.players
        weights = {
            name: sum(p.numel() for p in player.parameters()) for name, player in players.items()
        }
        summary = {
            "device": str(machine),
            "samples": f"{len(samples.x):,} {self.trainer.gan.spec}",
            "weights": ", ".join(f"{name} {n / 1e6:.2f} M" for name, n in weights.items()),
            "seed": str(self.recipe.basics.seed),
            "versions": f"ganstudio {ganstudio.__version__}, torch {torch.__version__}, "
            f"Python {platform.python_version()}, {platform.system()}",
        }
        for key, text in summary.items():
            self.run.note(f"{key}: {text}")
        if origin is not None:
            self.run.note(f"branched off {origin.parent.run}")
        self.run.note(
            f"{'resumed' if resumed else 'started'} at {self.trainer.nimg / 1000:.3f} kimg"
        )
        kind = self.trainer.gan.spec.kind
        shown = to_unit(samples.x[: REALS_SHOWN[kind]].clone())
        self._announce(
            m.Started(
                self.run.path,
                resumed or origin is not None,
                summary,
                self.recipe.to_dict(),
                np.ascontiguousarray(shown.numpy()),
                round(min(self.target_nimg, 1e12)),
                self.trainer.nimg,
                self.trainer.steps,
            )
        )
        self._examples = examples.choose(self.trainer.gan, samples)
        self._reals = reals.choose(self.trainer.gan, samples)
        if not resumed:
            self._keeper.begin(self.trainer.nimg)
            examples.write(self.run.path, self.trainer.gan.spec, self._examples)
            reals.write(self.run.path, self._reals)
            self.save()
        if self._judge is not None:
            self._judge.begin(self.recipe, samples, self.trainer.nimg, self._on_judged)

    def _on_judged(self, event: m.Event) -> None:
        """On the judge's thread: keep what it found."""
        if isinstance(event, m.Noted):
            self._keeper.tell(event)
        elif isinstance(event, m.Measured):
            scores = {name: round(value, 6) for name, value in event.values.items()}
            floors = {name: round(value, 6) for name, value in event.floors.items()}
            self._keeper.record(
                {
                    "nimg": event.nimg,
                    "event": "measured",
                    "values": scores,
                    "floors": floors,
                    "seconds": round(event.seconds, 3),
                }
            )
            self._announce(event)

    def _go_back_to(self, checkpoint: Checkpoint) -> None:
        kept = checkpoint.state
        recipe = Recipe.from_dict(kept["recipe"], self.recipe.spec)
        if self._judge is not None:
            self._judge.forget()  # before the cut, or a score of what is undone would follow it
        self.run.cut_history(checkpoint.nimg)  # refused here, nothing has changed yet
        self.trainer.restore(checkpoint)
        self._seconds = self._line_at = float(kept["seconds"])
        asked = self.recipe.basics
        self.recipe = recipe.replace(
            kimg=asked.kimg, timeline_mb=asked.timeline_mb, measure_kimg=asked.measure_kimg
        )
        self.trainer.gan.config = self.recipe.gan
        self._line.clear()
        self._recent.clear()
        self._saved_updates, self._saved_age = self.trainer.updates, age(self.trainer.nimg)
        try:
            self.run.cut_files(self.trainer.nimg)
            self._keeper.begin(self.trainer.nimg)
        except OSError as error:  # too late to be refused
            raise RuntimeError(
                f"training is back at {self.trainer.nimg / 1000:.3f} kimg, but what came after "
                f"cannot be removed: {error}"
            ) from error

    def _grow_from(self, origin: Origin) -> None:
        """Note the parent, and take over what it has of the training until then."""
        note_parent(self.run.path, origin.parent)
        self.run.inherit(RunFolder(origin.parent.run), origin.parent.nimg)
        self._seconds = self._line_at = origin.seconds

    def _lengthen(self) -> None:
        """Give a run that had reached its length as much again, and keep the new length."""
        length = self.recipe.basics.kimg
        kimg = length * (self.trainer.nimg // round(length * 1000) + 1)
        if self.finished:
            self.recipe = self.recipe.replace(kimg=kimg)
            self._announce(m.Noted(f"The run had reached its length; it goes on to {kimg:g} kimg"))
        self.target_nimg = self.recipe.basics.kimg * 1000
        if Recipe.of_run(self.run.path) != self.recipe:
            write_atomically(self.run.path / "recipe.toml", self.recipe.to_toml().encode())

    def _checkpoint(self) -> Checkpoint:
        checkpoint = self.trainer.snapshot()
        checkpoint.state["seconds"] = self._seconds
        checkpoint.state["recipe"] = self.recipe.to_dict()
        return checkpoint

    def _sampler(self, judged: bool = False) -> Sampler:
        """The averaged generator now; ``judged`` with a copy of the discriminator's side."""
        trainer = self.trainer
        critic = Critic.of(trainer.gan, trainer.nimg, self._reals) if judged else None
        return Sampler(
            trainer.gan,
            trainer.averaged(),
            self._model,
            trainer.nimg,
            "live",
            self._examples,
            critic,
            self.run.path,
        )

    def _rate(self) -> float:
        """Real samples a second over the last reports."""
        if not self._recent:
            return 0.0
        (begun, first), (now, last) = self._recent[0], self._recent[-1]
        return (last - first) / (now - begun) if now > begun else 0.0

    def _wait(self) -> None:
        """Until all that was handed over is written; one that failed is tried again."""
        self._keeper.wait()
        if self._keeper.fault is not None:
            self._saved_updates = -1

    def _write_line(self) -> None:
        if not self._line:
            return
        terms = {name: round(sum(v) / len(v), 6) for name, v in self._line.items()}
        self._keeper.record(
            {
                "nimg": self.trainer.nimg,
                "step": self.trainer.steps,
                "seconds": round(self._seconds, 3),
                "samples_per_second": round(self._rate(), 1),
                "terms": terms,
            }
        )
        self._line.clear()
        self._line_at = self._seconds


def _memory(machine: Machine) -> int:
    if machine.device.type == "cuda":
        return torch.cuda.memory_allocated(machine.device)
    return int(psutil.Process().memory_info().rss)
