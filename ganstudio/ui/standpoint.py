"""Where the Latent panel stands, and every way in which that changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from ganstudio.latent.bank import Bank
from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui.banks import Banks, scaled
from ganstudio.ui.latent_body import LatentBody
from ganstudio.ui.latents import Point
from ganstudio.ui.trail import Visit

WHEEL_STEP = 1 / 15  # of a slider's reach in one notch


class Standpoint(QObject):
    """A point of the noise and what is told besides, shown on the sliders and inputs.

    Args:
        body: the widgets that show it.
        banks: the directions that lead away from it.
        parent: who owns it.

    Attributes:
        point: where it stands; None before there is a model.

    Signals:
        changed: it stands elsewhere, or on the same place of newer weights.
        refused (str): why it does not go there.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, body: LatentBody, banks: Banks, parent: QObject) -> None:
        super().__init__(parent)
        self._body, self._banks = body, banks
        self.point: Point | None = None
        self._exact: m.Told = {}  # told from elsewhere, finer than the inputs can show
        self._turn = 0

    @property
    def stand(self) -> Stand | None:
        """All that the generator is given; None before there is a model."""
        return None if self.point is None else self.point.stand(self.told)

    @property
    def told(self) -> m.Told:
        """All that the generator is told besides noise, (1, ...) each."""
        return self._body.inputs.told | self._exact

    @property
    def space(self) -> str:
        """The one whose directions are chosen: ``z`` or ``w``."""
        return "w" if self.point is not None and self.point.space == "w" else "z"

    def begin(self, model: m.Model) -> Point:
        """Where to begin in a model's latent space; ``stand_at`` shows it."""
        self._exact = {}
        self.point = Point.at(model, model.draw(1, self._body.seed.value)[0], self._turn)
        return self.point

    def take(self, model: m.Model, examples: m.Examples | None) -> None:
        """Tell what these examples offer from now on, in the same latent space."""
        self._body.inputs.take(model, examples)
        self._exact = {}

    # Places ---------------------------------------------------------------------------------

    def stand_at(self, point: Point) -> None:
        """Stand here, and show it on the controls."""
        self.point = point
        self._body.ways.show_point(point)
        self._body.mixer.show_point(point)
        self._body.reset.setEnabled(point.moved)
        self.changed.emit()

    def stand_on(self, stand: Stand) -> None:
        """Stand on a place from elsewhere.

        Raises:
            ValueError: if it is of another model.
        """
        if self.point is not None:
            point = self.point.going(stand)
            self._tell(stand.told)
            self.stand_at(point)

    def go(self, visit: Visit) -> None:
        """Return to a place where one was."""
        if self.point is not None:
            point = visit.point.like(self.point)
            self._tell(visit.told if point.steered else visit.stand.told)
            self.stand_at(point)

    def change(self, change: Callable[[Point], Point]) -> None:
        """Stand where a change of the point leads, if there is one."""
        if self.point is not None:
            self.stand_at(change(self.point))

    def resample(self, seed: int) -> None:
        """Stand on the latent of a seed; truncation and noise stay."""

        def fresh(point: Point) -> Point:
            there = point.going(Stand(point.model.draw(1, seed)[0]))
            return replace(there, psi=point.psi, noise=point.noise)

        self.change(fresh)

    def drag(self, right: float, up: float) -> None:
        """Go where the picture was dragged, in shares of its width and height."""
        self._go_along(x=2 * right, y=2 * up)

    def wheel(self, notches: float) -> None:
        """Go as far as the wheel was turned."""
        self._go_along(wheel=notches * WHEEL_STEP)

    def _go_along(self, **shares: float) -> None:
        """Go by shares of the reach of those directions that mouse and wheel move."""
        steps = self._body.ways.steps(**shares)
        self.change(lambda point: point.step({i: s * point.reach_of(i) for i, s in steps.items()}))

    # What is told ---------------------------------------------------------------------------

    def tell_anew(self) -> None:
        """Tell what the inputs say now, and nothing finer."""
        self._exact = {}
        self.change(lambda point: point)

    def _tell(self, told: m.Told) -> None:
        """Show what is told, and tell it as it is where the inputs can only come near it."""
        inputs = self._body.inputs
        inputs.show_told(told)
        shown, classes = inputs.told, len(self.point.model.classes) if self.point else 0
        self._exact = self._exact | {
            kind: value
            for kind, value in told.items()
            if kind in shown and (value.shape == shown[kind].shape or value.shape == (1, classes))
        }

    # Directions -----------------------------------------------------------------------------

    def bend(self, change: Callable[[Point], Point]) -> None:
        """The same place, to be left along other directions."""
        if self.point is None:
            return
        try:
            point = change(self.point)
        except ValueError as error:
            self.refused.emit(f"{error}.")
            return
        self._body.ways.clear_films()
        self.stand_at(point)

    def turn(self) -> None:
        """Other random directions."""
        self._turn += 1
        self.bend(lambda point: point.turned(self._turn))

    def lead_through(self, space: str) -> None:
        """Directions through another space."""
        self._banks.show(space)
        self.bend(lambda point: point.walking(self._banks.led(space)))

    def lead_along(self, bank: Bank) -> None:
        """The directions of a bank."""
        if self._body.ways.bank.source == "axes":
            self.bend(lambda point: point.straight(bank.names, bank.reaches))
        else:
            ways = scaled(bank)
            self.bend(lambda point: point.bent(ways, bank.names, bank.space, bank.reaches))

    def keep(self, index: int) -> None:
        """Put one direction among the person's own."""
        if self.point is not None:
            self._banks.keep(self.point, index)

    def stretch(self, index: int, reach: float) -> None:
        """Let one slider go so far; 0: as far as the others."""
        self.change(lambda point: point.reaching(reach, index))
        if self.point is not None:
            self._banks.stretch(self.point)

    def rename(self, index: int, name: str) -> None:
        """Give one direction a name."""
        if self.point is not None:
            names = self._banks.rename(self.point, index, name)
            self.change(lambda point: point.called(names))
