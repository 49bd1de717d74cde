"""Banks of directions: computed in the background, named by the person, kept in the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from send2trash import send2trash

from ganstudio.disk import insist_inside
from ganstudio.latent import bank as shelf
from ganstudio.latent.bank import Bank, BankError
from ganstudio.samples import Told
from ganstudio.train import messages as m
from ganstudio.ui.bank_box import SOURCES, BankBox
from ganstudio.ui.latents import Point, Space
from ganstudio.ui.run_place import is_gone, run_place
from ganstudio.ui.studio import Studio
from ganstudio.ui.walking import DIRECTIONS

TAG = "directions"
COMPUTED = ("pca", "sefa", "classes", "groups")
OWN = "My directions"
ALIKE = 0.8  # from this cosine on a recomputed direction keeps the name of the one before


class Banks(QObject):
    """Knows which bank is walked in each space, finds others, and keeps what was named.

    Args:
        studio: computes.
        box: shows what there is to choose and how it goes.
        parent: who owns it.

    Signals:
        found (Bank): lead the sliders along these.
        axesWanted: lead them along the axes of the noise.
        turnWanted: lead them along other random directions.
    """

    found = Signal(object)
    axesWanted = Signal()  # noqa: N815
    turnWanted = Signal()  # noqa: N815

    def __init__(self, studio: Studio, box: BankBox, parent: QObject) -> None:
        super().__init__(parent)
        self._studio, self.box = studio, box
        self.sources: dict[str, str] = {}  # by space
        self.bank: dict[str, Bank] = {}
        self._run: Path | None = None
        self._ticket, self._source = -1, ""
        self._saved: dict[str, Path] = {}
        self.told: Told = {}
        box.renewWanted.connect(self.renew)
        box.cancelWanted.connect(self.cancel)
        studio.progressed.connect(self._on_progress)
        studio.done.connect(self._on_done)
        studio.dropped.connect(self._on_dropped)
        studio.marks.changed.connect(self.offer)

    def take(self, axes: bool) -> Bank | None:
        """Another model or run: the bank of it that was used last, if one was kept.

        Args:
            axes: whether its noise is walked along its axes where there is no bank.
        """
        self.cancel()
        self._run = run_place(self._studio)
        self.sources, self.bank = {"z": "axes" if axes else "random", "w": "random"}, {}
        self._list()
        self.box.say("")
        self._show("z")
        newest = sorted(self._saved.values(), key=lambda path: path.stat().st_mtime_ns)
        for path in reversed(newest):
            kept = self._read(path)
            if kept is not None and self._fits(kept):
                self._adopt(kept, _source_of(path.stem))
                return kept
        return None

    def show(self, space: str) -> None:
        """Show the source of the directions through this space."""
        self._show(space)

    def led(self, space: str) -> Space:
        """Where its directions lead through: those of the classes stand in for z."""
        if space == "z" and self.sources.get("z") == "classes":
            return "classes"
        return "w" if space == "w" else "z"

    def choose(self, source: str, space: str) -> None:
        """Lead the sliders along directions from there: kept ones, or computed."""
        self.cancel()
        self.box.say("")
        if source in ("axes", "random"):
            kept = self._kept(source, "z" if source == "axes" else space)
            if kept is None:
                self._plain(source, space)
                return
        else:
            kept = self._kept(source, space)
        if kept is not None:
            self._announce(kept, source)
        elif source in COMPUTED:
            self._compute(source, space)

    def renew(self) -> None:
        """The same again, on the newest model, or other random ones."""
        source, space = self.box.source, self.space
        if source == "random":
            self._forget_random(space)
            self.turnWanted.emit()
        elif source in COMPUTED:
            self._compute(source, space)

    def cancel(self) -> None:
        """Whatever is being computed is not wanted any more; the directions stay as they are."""
        if self._ticket >= 0:
            self._studio.cancel(self._ticket)
            self.box.say("")
            self._show(self.space)
        self._over()

    @property
    def space(self) -> str:
        """Which space the person looks at."""
        return "w" if self.box.space.isVisibleTo(self.box) and self.box.space.value == "w" else "z"

    def rename(self, point: Point, index: int, name: str) -> tuple[str, ...]:
        """Give a direction a name and keep its bank; the names of all."""
        bank = self._as_bank(point).renamed(index, name)
        key = "classes" if bank.space == "classes" else point.space
        self.bank[key] = bank
        self._save_with_later(bank)
        return bank.names

    def stretch(self, point: Point) -> None:
        """Keep the bank of a point whose sliders have other reaches."""
        bank = self._as_bank(point)
        self.bank["classes" if bank.space == "classes" else point.space] = bank
        self._save_with_later(bank)

    def keep(self, point: Point, index: int) -> None:
        """Put one direction among the person's own, which every visit of this run offers."""
        one = self._as_bank(point).only([index])
        name = OWN if one.space == "z" else f"{OWN} ({one.space})"
        self._saved = {} if self._run is None else shelf.kept(self._run)  # by another window too
        known = self._read(self._saved[name]) if name in self._saved else None
        try:
            whole = one if known is None else known.with_ways_of(one)
        except BankError as error:
            self._warn(f"Not kept: {error}.")
            return
        whole = replace(whole, origin=OWN)
        if self._save(name, whole):
            self._studio.noted.emit(m.Noted(f"{one.names[0]} is kept in {name}."))
            self.offer()

    def offer(self) -> None:
        """List what can be chosen now."""
        model, marks = self._studio.model, self._studio.marks
        unable: dict[str, str] = {}
        if not marks.a or not marks.b:
            unable["groups"] = "Mark tiles in the gallery first: some as A, some as B."
        if model is not None and len(model.classes) < 2:
            unable["classes"] = "This model is told no classes."
        automatic = {
            self._name(source, space) for source in SOURCES for space in ("z", "w", "classes")
        }
        self.box.offer([name for name in self._saved if name not in automatic], unable)

    # Finding --------------------------------------------------------------------------------

    def _plain(self, source: str, space: str) -> None:
        """Directions that need no computing."""
        self.bank.pop(space, None)
        if source == "axes":
            self.sources["z"] = "axes"
            self._show("z")
            self.axesWanted.emit()
            return
        self.sources[space] = "random"
        self._show(space)
        self.turnWanted.emit()

    def _compute(self, source: str, space: str) -> None:
        model, marks = self._studio.model, self._studio.marks
        if model is None:
            return
        self._over()
        told: dict[str, Any] = {"told": self.told} if self.told else {}
        if source == "groups":
            told |= {"groups": (marks.a, marks.b), "names": ("A", "B")}
        wanted = space if model.w_dim else None
        self._source = source
        self.box.show_source(source)
        self.box.show_progress(0.0)
        self._ticket = self._studio.work(
            "directions", TAG, method=source, count=DIRECTIONS, space=wanted, **told
        )

    def _on_progress(self, event: m.Progressed) -> None:
        if event.ticket == self._ticket:
            self.box.show_progress(event.share, event.text)

    def _on_done(self, event: m.Done) -> None:
        if event.ticket != self._ticket:
            return
        source = self._source
        self._over()
        bank: Bank = event.result
        if not self._fits(bank):
            self._warn("These directions are of another model.")
            return
        before = self._kept(source, bank.space)
        bank = bank if before is None else _named_like(bank, before)
        self._save(self._name(source, bank.space), bank)
        self._announce(bank, source)
        self.box.say(f"Found at {event.nimg / 1000:,.1f} kimg in {event.seconds:.1f} s")

    def _on_dropped(self, event: m.Dropped) -> None:
        if event.ticket == self._ticket:
            self._over()
            self._show(self.space)
            self.box.say(event.reason, "warn")

    def _over(self) -> None:
        self._ticket = -1
        self.box.show_progress(None)

    def _announce(self, bank: Bank, source: str) -> None:
        if not self._fits(bank):
            self._show(self.space)
            self.box.say("These directions are of another model. Compute them again.", "warn")
            return
        self._adopt(bank, source)
        self.found.emit(bank)

    def _adopt(self, bank: Bank, source: str) -> None:
        key = "z" if bank.space == "classes" else bank.space
        self.sources[key], self.bank[bank.space] = source, bank
        self._show(key)

    def _show(self, space: str) -> None:
        self.box.show_source(self._source_in(space))

    def _source_in(self, space: str) -> str:
        """Where the directions walked there come from, not what is still being computed."""
        return self.sources.get("z" if space == "classes" else space, "random")

    def _fits(self, bank: Bank) -> bool:
        model = self._studio.model
        if model is None:
            return False
        dims = {"z": model.z_dim, "w": model.w_dim, "classes": len(model.classes)}
        return bank.dims == dims[bank.space] and len(bank) > 0

    # Keeping --------------------------------------------------------------------------------

    def _list(self) -> None:
        self._saved = {} if self._run is None else shelf.kept(self._run)
        self.offer()

    @staticmethod
    def _name(source: str, space: str) -> str:
        """What the bank of a source is called on the disk; a saved one has its own name."""
        return f"{source} ({space})" if source in SOURCES else source

    def _kept(self, source: str, space: str) -> Bank | None:
        names = [self._name(source, space)]
        names += [self._name(source, "classes")] if source == "classes" else []
        for name in names:
            if name in self._saved:
                return self._read(self._saved[name])
        return None

    def _read(self, path: Path) -> Bank | None:
        try:
            return shelf.load(path)
        except BankError as error:
            self._warn(f"{path.name} cannot be used: {error}.")
            return None

    def _save(self, name: str, bank: Bank) -> bool:
        if self._run is None:
            return False
        if is_gone(self._run):
            self._warn(f"Directions not kept: the run {self._run.name} is gone.")
            return False
        try:
            self._saved[name] = shelf.save(self._run, name, bank)
        except (BankError, OSError) as error:
            self._warn(f"Directions not kept: {error}.")
            return False
        return True

    def _save_with_later(self, bank: Bank) -> None:
        """Keep a bank as it is walked, and what was added to it on the disk since it was read."""
        name = self._name(bank.origin, bank.space)
        known = self._read(self._saved[name]) if name in self._saved else None
        count = len(bank)
        if known is not None and len(known) > count:
            first = known.only(range(count))
            if first.ways.shape == bank.ways.shape and np.allclose(first.ways, bank.ways):
                bank = bank.with_ways_of(known.only(range(count, len(known))))
        self._save(name, bank)

    def _forget_random(self, space: str) -> None:
        """Other random directions do not bear the names of those before."""
        before = self._saved.pop(self._name("random", space), None)
        if self._run is not None and before is not None and before.exists():
            try:
                insist_inside(self._run, before.parent)
                send2trash(str(before))
            except OSError as error:
                self._warn(f"{before.stem} cannot be put into the trash: {error}.")
            else:
                self._studio.noted.emit(m.Noted(f"{before.stem} with its names is in the trash."))

    def _as_bank(self, point: Point) -> Bank:
        """The directions that are walked now, with their names."""
        walk = point.walk
        scales = np.linalg.norm(walk.ways, axis=1).astype(np.float32)
        ways = np.asarray(walk.ways / np.maximum(scales, 1e-9)[:, None], dtype=np.float32)
        source = self._source_in(point.space)
        return Bank(point.space, walk.names, ways, scales, source, walk.reaches)

    def _warn(self, text: str) -> None:
        self._studio.noted.emit(m.Noted(text, "warning"))


def scaled(bank: Bank) -> np.ndarray:
    """(K, D) float32: the ways, each as long as one standard deviation."""
    return np.asarray(bank.ways * bank.scales[:, None], dtype=np.float32)


def _source_of(stem: str) -> str:
    """The source whose bank has this name on the disk, or the name itself."""
    source = stem.rpartition(" (")[0]
    return source if source in SOURCES else stem


def _named_like(bank: Bank, before: Bank) -> Bank:
    """The same ways, named as those before that lead the same way, if a person named them."""
    if (bank.space, bank.dims) != (before.space, before.dims):
        return bank
    alike = np.abs(bank.ways @ before.ways.T)
    plain = set(bank.names)
    for index, row in enumerate(alike):
        nearest = int(row.argmax())
        name = before.names[nearest]
        if row[nearest] >= ALIKE and name not in plain:
            bank = bank.renamed(index, name)
    return bank
