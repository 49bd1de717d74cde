"""What a session drives: a trainer, its run folder, and the writer that never stops training."""

from __future__ import annotations

import platform
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import ganstudio
from ganstudio import registry
from ganstudio.data.base import DataError, Dataset, Samples, to_unit
from ganstudio.gans.base import GAN, Side
from ganstudio.reading import shown
from ganstudio.recipe import Recipe
from ganstudio.train import examples, reals
from ganstudio.train import messages as m
from ganstudio.train.branch import Parent, note_parent
from ganstudio.train.critic import Critic
from ganstudio.train.divergence import MOST_TIMES, Divergence, keep_evidence
from ganstudio.train.explorer import Mailbox
from ganstudio.train.files import nimg_of
from ganstudio.train.files_told import tell_of_files
from ganstudio.train.judge import Judge
from ganstudio.train.keeper import Keeper
from ganstudio.train.memory import insist_room
from ganstudio.train.mishaps import (
    DeviceLostError,
    MemoryShortError,
    NotFiniteError,
    lacks_memory,
    lost_device,
)
from ganstudio.train.origin import Origin, take_up
from ganstudio.train.remedies import remedies
from ganstudio.train.reporter import Reporter
from ganstudio.train.run import Checkpoint, RunError, RunFolder, write_atomically
from ganstudio.train.sampler import Sampler, model_of
from ganstudio.train.speed import Machine, choose, cores
from ganstudio.train.timeline import age
from ganstudio.train.trainer import Trainer
from ganstudio.train.trial import settle

AUTOSAVE_S = 60.0
SOONEST_S = 10.0
CHECKPOINT_GROWTH = 0.1  # of ``timeline.age``
SAVING_SHARE = 0.05  # of the writer's time, for checkpoints that come sooner than each minute
FINITE_S = 0.5  # between two looks at all weights; terms are looked at in every report
REALS_SHOWN = {"points": 2048, "image": 100, "voxels": 16}
SIDES: dict[m.Side, Side] = {"generator": "G", "discriminator": "D"}


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
        self._reporter = Reporter(trainer, announce, self._keeper.record)
        self._looked_at = 0.0  # at all weights, in seconds of training
        self._divergence = Divergence(run)
        self._broken = False  # a part that is not the training failed: save soon
        self._lost = False  # what is on the device cannot be read, or is not worth it
        self._forgone: set[str] = set()  # what there is no memory for, told once

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
        machine = choose(device, spec, spare_core, recipe.precision, recipe.memory_format)
        torch.set_num_threads(machine.threads)
        insist_room(recipe, machine)
        samples = examples.load_samples(
            recipe, data_root, lambda text: announce(m.StateChanged("loading", text))
        )
        if kind.spec(recipe.dataset).telling(variant.told) != spec:
            raise DataError(f"{recipe.data} changed while it was read: begin again")
        announce(m.StateChanged("loading", f"building {recipe.variant}"))
        if run is None:  # a resumed one keeps what it began with
            machine = settle(machine, recipe, variant, samples)
            torch.set_num_threads(machine.threads)
        seen = samples.without_last(samples.held_out(recipe.held_out))
        trainer = Trainer.build(variant, recipe.gan, spec, seen, recipe.basics.seed, machine)
        announce(m.StateChanged("loading", "opening the run folder"))
        origin = None if parent is None else take_up(trainer, recipe, parent)
        fresh = run is None and (folder is None or not folder.exists())
        if run is None:
            run = RunFolder.create(runs_root, recipe, folder)
        run.acquire()
        engine: Engine | None = None
        damages: list[str] = []
        try:
            engine = cls(trainer, run, recipe, announce, mailbox, judge)
            if resume:
                engine._go_back_to(run.recover(damages.append))
                engine._lengthen()
            elif origin is not None:
                engine._grow_from(origin)
                engine._lengthen()
            if endless:
                engine.target_nimg = float("inf")
            engine._begin(samples, trainer.machine, resume, origin)
            for text in damages:
                engine._keeper.tell(m.Noted(text, "error"))
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
        """One full round, or one update of one side.

        Raises:
            MemoryShortError: if memory runs out however small a part of a batch is.
            DeviceLostError: if the device does not answer any more.
        """
        parts = self.trainer.parts
        with self._reporter.clock.lap(), self._device_there():
            try:
                self.trainer.step(SIDES[side] if side else None)
            except MemoryShortError:
                raise
            except (RuntimeError, MemoryError) as error:
                if not lacks_memory(error):
                    raise
                said = str(error)
            else:
                said = ""
        if said:  # while weights moved: some have, and some have not
            self._begin_again(said)
        if self.trainer.parts != parts:
            self._tell_parts()

    def report(self) -> None:
        """Tell the means since the last report, and write them down now and then.

        Raises:
            NotFiniteError: if a term is not finite, or now and then a weight.
            DeviceLostError: if the device does not answer any more.
        """
        with self._device_there():
            self._reporter.report()
            if self._reporter.clock.seconds - self._looked_at >= FINITE_S:
                self._insist_finite()

    def fall_back(self, error: FloatingPointError) -> None:
        """Keep what is known of numbers that are not finite, and go back to where they were.

        Raises:
            FloatingPointError: if this is where it always ends, or there is no way back.
        """
        if not isinstance(error, NotFiniteError):
            raise error
        self._wait()
        evidence: Path | None = None
        try:
            evidence = keep_evidence(
                self.run, error, self.trainer, self.recipe, self._reporter.last
            )
        except OSError as fault:
            self._keeper.tell(m.Noted(f"The evidence cannot be written: {fault}", "error"))
        times = self._divergence.count(error.nimg)
        if times > MOST_TIMES:
            raise NotFiniteError(error.what, error.values, error.nimg) from error
        self._rewind_to(self._divergence.way_back(error.nimg))
        precision = str(self.trainer.machine.precision).removeprefix("torch.")
        told = m.Diverged(
            error.place,
            error.nimg,
            self.trainer.nimg,
            evidence,
            remedies(self.recipe.gan, precision),
            times,
        )
        with suppress(OSError):
            self.run.note(f"error: {told}; the evidence: {evidence}")
        self._announce(told)

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
            NotFiniteError: if a weight is not finite; what is on the disk stays.
            DeviceLostError: if the device does not answer any more.
            OSError: if ``wait`` and the disk will not take it.
            MemoryShortError: if ``wait`` and there is no memory for a copy.
        """
        self._wait()
        if self.trainer.updates == self._saved_updates:
            if not wait and self.trainer.updates:
                newest = self.run.checkpoint()
                self._announce(m.Saved(newest, self.trainer.nimg))
            return
        self._reporter.write_line()
        with self._device_there():
            self._insist_finite()
            try:
                checkpoint, sampler = self._checkpoint(), self._sampler()
            except (RuntimeError, MemoryError) as error:
                if not lacks_memory(error):
                    raise
                self._do_without(str(error), wait)
                return
        self._saved_updates, self._saved_at = self.trainer.updates, time.monotonic()
        self._saved_age = age(self.trainer.nimg)
        self._broken = False
        self._keeper.save(checkpoint, sampler)
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
        due = passed_s >= (soonest_s if aged else AUTOSAVE_S)
        if (due or self._broken) and not (self._keeper.busy or self._keeper.retrying):
            self.save()
        with self._device_there(), self._spared("Snapshots for the time machine"):
            self._keeper.remember(self.trainer.nimg, self.trainer.averaged_tensors)

    def rewind(self, checkpoint: str | None) -> None:
        """Go back to a checkpoint of this run; None is the last one.

        Knobs turned since then go back too, and are told one by one.

        Raises:
            RunError: if there is none of that name.
            OSError: if the disk will not take the shorter history; nothing has changed then.
            RuntimeError: if training stands there, but what came after cannot be removed.
            DeviceLostError: if the device does not answer any more.
            MemoryShortError: if memory runs out half way.
        """
        self._wait()
        damages: list[str] = []
        run = self.run
        self._rewind_to(run.read(checkpoint) if checkpoint else run.recover(damages.append))
        for text in damages:
            self._keeper.tell(m.Noted(text, "error"))

    def _rewind_to(self, checkpoint: Checkpoint) -> None:
        """Stand there again, and tell it with every knob that goes back too."""
        turned = self.recipe.gan.model_dump()
        with self._device_there():
            self._go_back_to(checkpoint)
        nimg = self.trainer.nimg
        self._announce(m.Rewound(nimg, self.trainer.steps))
        with suppress(OSError):  # it has been rewound, whether the log takes a line or not
            self.run.note(f"rewound to {nimg / 1000:.3f} kimg")
        for knob, value in self.recipe.gan.model_dump().items():
            if value != turned[knob]:
                self._announce(m.Tuned(knob, value, turned[knob], nimg))

    def rescue(self) -> Path | None:
        """Save after a failure if the weights are still numbers.

        A device that is lost cannot be read any more: then what the disk has is what there is.
        """
        if not self._lost:
            with suppress(DeviceLostError):
                with self._device_there():
                    finite = self.trainer.finite()
                if not finite:
                    return None
                self.save(wait=True)
                return self.run.checkpoint()
        self._wait()
        return self.run.checkpoint()

    def serve(self, always: bool = False) -> None:
        """Leave a copy of the averaged generator for the explorer if it asked for one.

        Where there is no memory for one, that is told, and training goes on without.

        Raises:
            DeviceLostError: if the device does not answer any more.
        """
        if self._mailbox is not None and (always or self._mailbox.wanted):
            with self._device_there(), self._spared("Newer weights to explore"):
                self._mailbox.offer(self._sampler(judged=self._mailbox.with_critic))
        if self._judge is not None and self._judge.due(self.trainer.nimg):
            with self._device_there(), self._spared("Measurements"):
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
        tell_of_files(samples, self.run.path, self._announce)
        try:
            self._examples = examples.choose(self.trainer.gan, samples)
            self._reals = reals.choose(self.trainer.gan, samples)
        except Exception as error:  # of a variant: not worth a training
            reason = f"There are no examples to explore with: {error}"
            self._on_broken(m.Failed(reason, traceback.format_exc(), where="explorer"))
        if not resumed:
            self._keeper.begin(self.trainer.nimg)
            examples.write(self.run.path, self.trainer.gan.spec, self._examples)
            if self._reals is not None:
                reals.write(self.run.path, self._reals)
            self.save()
        if self._judge is not None:
            self._judge.begin(self.recipe, samples, self.trainer.nimg, self._on_judged)

    def _on_judged(self, event: m.Event) -> None:
        """On the judge's thread: keep what it found."""
        if isinstance(event, m.Noted):
            self._keeper.tell(event)
        elif isinstance(event, m.Failed):
            self._on_broken(event)
        elif isinstance(event, m.Measured):
            scores = {name: round(value, 6) for name, value in event.values.items()}
            floors = {name: round(value, 6) for name, value in event.floors.items()}
            self._keeper.record(
                {
                    "nimg": event.nimg,
                    "event": "measured",
                    "values": scores,
                    "floors": floors,
                    "better": event.better,
                    "seconds": round(event.seconds, 3),
                }
            )
            self._announce(event)

    def _go_back_to(self, checkpoint: Checkpoint) -> None:
        kept = checkpoint.state
        recipe = Recipe.from_dict(kept.get("recipe", {}), self.recipe.spec)
        if self._judge is not None:
            self._judge.forget()  # before the cut, or a score of what is undone would follow it
        self._keeper.drop()
        self.run.cut_history(checkpoint.nimg)  # refused here, nothing has changed yet
        try:
            self.trainer.restore(checkpoint)
            self._reporter.begin(float(kept["seconds"]))
            self._looked_at = self._reporter.clock.seconds
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise RunError(f"{self.run.path} holds a damaged state: {shown(error)}") from error
        except (RuntimeError, MemoryError) as error:
            if not lacks_memory(error):
                raise
            self._lost = True  # half of this and half of that is nothing to save
            raise MemoryShortError(
                f"memory is too short to go back to {checkpoint.nimg / 1000:.3f} kimg; the "
                "checkpoints on the disk are good: close other programs, and resume"
            ) from error
        asked = self.recipe.basics
        self.recipe = recipe.replace(
            kimg=asked.kimg, timeline_mb=asked.timeline_mb, measure_kimg=asked.measure_kimg
        )
        self.trainer.gan.config = self.recipe.gan
        self._keep_threads(kept.get("threads"))
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
        self._reporter.begin(origin.seconds)

    def _lengthen(self) -> None:
        """Give a run that had reached its length as much again, and keep the new length."""
        length = self.recipe.basics.kimg
        kimg = length * (self.trainer.nimg // round(length * 1000) + 1)
        if self.finished:
            self.recipe = self.recipe.replace(kimg=kimg)
            self._announce(m.Noted(f"The run had reached its length; it goes on to {kimg:g} kimg"))
        self.target_nimg = self.recipe.basics.kimg * 1000
        if Recipe.of_run(self.run.path) != self.recipe:
            try:
                write_atomically(self.run.path / "recipe.toml", self.recipe.to_toml().encode())
            except OSError as error:  # the checkpoints have it too
                self._announce(m.Noted(f"The recipe of the run stays as it was: {error}", "error"))

    def _checkpoint(self) -> Checkpoint:
        checkpoint = self.trainer.snapshot()
        checkpoint.state["seconds"] = self._reporter.clock.seconds
        checkpoint.state["recipe"] = self.recipe.to_dict()
        checkpoint.state["threads"] = self.trainer.machine.threads
        return checkpoint

    def _keep_threads(self, kept: object) -> None:
        """Train with as many threads as then, where there are so many: others round otherwise."""
        machine = self.trainer.machine
        most = cores() if self.recipe.threads else machine.threads
        if isinstance(kept, int) and 1 <= kept <= most:
            self.trainer.machine = replace(machine, threads=kept)
            torch.set_num_threads(kept)

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

    def _wait(self) -> None:
        """Until all that was handed over is written; one that failed is tried again."""
        self._keeper.wait()
        if self._keeper.fault is not None:
            self._saved_updates = -1

    # Mishaps ----------------------------------------------------------------------------------

    @contextmanager
    def _device_there(self) -> Iterator[None]:
        """Say so in words if the device does not answer any more."""
        try:
            yield
        except RuntimeError as error:
            if not lost_device(error):
                raise
            self._lost = True
            kept = self.run.checkpoints()
            kept_nimg = nimg_of(kept[-1].name) if kept else 0
            raise DeviceLostError(
                f"{self.trainer.machine.device} does not answer any more. Training is kept up to "
                f"{kept_nimg / 1000:.1f} kimg; {(self.trainer.nimg - kept_nimg) / 1000:.1f} kimg "
                f"after it are lost. Go on on the CPU, or start GAN Studio anew to use the device "
                f"again ({str(error).splitlines()[0][:200]})"
            ) from error

    @contextmanager
    def _spared(self, what: str) -> Iterator[None]:
        """Go on without something beside the training for which there is no memory."""
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not lacks_memory(error):
                raise
            if what not in self._forgone:
                self._forgone.add(what)
                text = f"{what} are left out while there is no memory for a copy of the networks"
                self._keeper.tell(m.Noted(f"{text}: {str(error)[:200]}", "warning"))

    def _on_broken(self, event: m.Failed) -> None:
        """A part that is not the training failed: say so, and save at the next step."""
        self._broken = True
        self._announce(event)
        with suppress(OSError):
            self.run.note(f"error: {event.reason}\n{event.traceback}")

    def _insist_finite(self) -> None:
        self._looked_at = self._reporter.clock.seconds
        if faulty := self.trainer.faulty():
            raise NotFiniteError("tensors", faulty, self.trainer.nimg)

    def _begin_again(self, said: str) -> None:
        """Memory ran out while weights moved: go on from the newest checkpoint, with less."""
        parts = 2 * self.trainer.parts
        if parts > self.trainer.gan.config.batch:
            raise MemoryShortError(f"memory is too short to train at all: {said}")
        self._wait()
        self._rewind_to(self.run.read())
        self.trainer.parts = parts

    def _do_without(self, said: str, wait: bool) -> None:
        """There is no memory for the copy that is saved."""
        self._broken = False  # or every step from here on would try
        text = f"not saved, for there is no memory for a copy of the networks: {said[:200]}"
        if wait:
            raise MemoryShortError(text)
        self._saved_at = time.monotonic()
        self._keeper.tell(m.Noted(f"{text[:1].upper()}{text[1:]}", "error"))

    def _tell_parts(self) -> None:
        """Batches are worked off in more portions from here on: say so, and keep it."""
        parts, batch = self.trainer.parts, self.trainer.gan.config.batch
        nimg = self.trainer.nimg
        self._keeper.record({"nimg": nimg, "event": "split", "parts": parts})
        self._keeper.tell(
            m.Noted(
                f"Memory ran out: from {nimg / 1000:.1f} kimg on each batch of {batch} is computed "
                f"in {parts} portions of {batch // parts}, which takes less memory and more time. "
                "The gradients are the same, except where samples of a batch are compared with "
                "each other, as batch norm does: those see one portion",
                "warning",
            )
        )
