"""The latent: one point of the noise, what else is told, and what the generator makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import carrying, theme
from ganstudio.ui.banks import Banks
from ganstudio.ui.film_maker import FilmMaker
from ganstudio.ui.latent_body import LatentBody
from ganstudio.ui.latent_desk import KEYS, Desk, deed_of
from ganstudio.ui.latents import Point
from ganstudio.ui.marks import same_place
from ganstudio.ui.memory import STARS
from ganstudio.ui.mixing import Mixing
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.portrait import Portrait
from ganstudio.ui.run_place import run_place
from ganstudio.ui.sending import TAG, Sending
from ganstudio.ui.standpoint import Standpoint
from ganstudio.ui.starring import Starring
from ganstudio.ui.studio import Studio
from ganstudio.ui.walking import Mix

EMPTY = "No model yet. Once one is training or opened, move its noise here and watch."


class LatentPanel(Panel):
    """A big picture of one sample, and all that the generator of the moment can be given."""

    title = "Latent"
    area = "right"
    order = 10
    keys: ClassVar[tuple[tuple[str, str], ...]] = tuple((keys, text) for keys, text, _ in KEYS)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._examples: m.Examples | None = None
        self._run: Path | None = None
        self._build()
        self._connect()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model, studio.examples))

    @property
    def point(self) -> Point | None:
        """Where it stands; None before there is a model."""
        return self.standpoint.point

    @property
    def stand(self) -> Stand | None:
        """All that the generator is given; None before there is a model."""
        return self.standpoint.stand

    @property
    def told(self) -> m.Told:
        """All that the generator is told besides noise, (1, ...) each."""
        return self.standpoint.told

    def release(self) -> None:
        """Stop the timers and the drawing threads."""
        theme.notifier.changed.disconnect(self._on_colours)
        self._sending.release()
        self._portrait.release()
        self._films.release()
        self._mixing.release()
        self._starring.release()
        self.inputs.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        self._sending.catch_up()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        body = self._body = LatentBody(lambda: self.stand)
        self._canvas, self._caption, self._seed = body.canvas, body.caption, body.seed
        self._status, self._reset, self._stage = body.caption.status, body.reset, body.stage
        self._ways, self.memory, self.inputs, self.mixer = (
            body.ways, body.memory, body.inputs, body.mixer,
        )  # fmt: skip
        self._portrait = Portrait(body.canvas, self)
        self._banks = Banks(self.studio, body.ways.bank, self)
        self._films = FilmMaker(self.studio, lambda: body.ways.sliders, self)
        self._mixing = Mixing(self.studio, body.mixer, self)
        self._starring = Starring(self.studio, body.memory, self)
        self.standpoint = Standpoint(body, self._banks, self)
        self.standpoint.changed.connect(self._films.stir)
        self._sending = Sending(self.studio, self.standpoint, self)
        self.desk = Desk(self.studio, body.canvas, lambda: self.stand, self.standpoint.stand_on)
        self._pages = QStackedWidget()
        self._pages.addWidget(Notice(EMPTY))
        self._pages.addWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def _connect(self) -> None:
        canvas, ways, banks, bank = self._canvas, self._ways, self._banks, self._ways.bank
        here, desk, studio = self.standpoint, self.desk, self.studio
        change = here.change
        links: list[tuple[Any, Callable[..., object]]] = [
            (self._portrait.shown, self._on_shown),
            (here.refused, desk.say),
            (self._sending.sent, self._on_sent),
            (self._sending.rested, self._settle),
            (theme.notifier.changed, self._on_colours),
            (canvas.dragged, here.drag),
            (canvas.wheeled, here.wheel),
            (canvas.pressed, self.setFocus),
            (canvas.takenOut, desk.carry_this),
            (canvas.customContextMenuRequested, lambda at: desk.menu(canvas.mapToGlobal(at))),
            (self._caption.moreWanted, desk.menu),
            (self._caption.starred, self.star),
            (self._caption.pinned, self.pin),
            (self._reset.clicked, self.reset),
            (self._seed.changed, here.resample),
            (ways.moved, lambda index, amount: change(lambda p: p.move(index, amount))),
            (ways.truncated, lambda psi: change(lambda p: replace(p, psi=psi))),
            (ways.noised, lambda noise: change(lambda p: replace(p, noise=noise))),
            (ways.renamed, here.rename),
            (ways.kept, here.keep),
            (ways.stretched, here.stretch),
            (ways.looked, self._films.look),
            (bank.spaceChosen, here.lead_through),
            (bank.sourceChosen, lambda source: banks.choose(source, here.space)),
            (bank.reachSet, lambda reach: change(lambda p: p.reaching(reach))),
            (bank.picturesToggled, lambda _: change(lambda p: p)),
            (banks.found, here.lead_along),
            (banks.axesWanted, lambda: here.bend(lambda p: p.straight())),
            (banks.turnWanted, here.turn),
            (self.inputs.changed, here.tell_anew),
            (self.inputs.refused, desk.say),
            (self.memory.visitWanted, here.go),
            (self.memory.standWanted, self.stand_on),
            (self.memory.dragWanted, lambda stand, image: desk.carry(self.memory, stand, image)),
            (self.memory.changed, self._on_memory),
            (self.memory.noted, desk.say),
            (self.mixer.changed, lambda mix: change(lambda p: replace(p, mix=mix))),
            (self.mixer.refused, desk.say),
            (self._mixing.measured, self._on_measured),
            (studio.modelReady, self._on_model),
            (studio.rendered, self._on_rendered),
            (studio.latentTaken, self._on_taken),
            (studio.started, self._on_started),
        ]
        for signal, slot in links:
            signal.connect(slot)

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        point, known, self._examples = self.point, self._examples, event.examples
        if point is None or event.model != point.model:
            self._adopt(event.model, event.examples)
            return
        self._mixing.forget()
        self._open_run()
        if event.examples is not known:  # another run of the same design
            self.standpoint.take(event.model, event.examples)
            self.standpoint.stand_at(self.point or point)
        else:
            self._mixing.follow(point, self.told)
            self._sending.ask()
            self._films.newer()

    def _adopt(self, model: m.Model, examples: m.Examples | None) -> None:
        self._body.take(model, examples)
        self._portrait.take(model)
        self._mixing.forget()
        self._films.forget()
        self._pages.setCurrentIndex(1)
        self._sending.start()  # all panels hear of a model before they hear of a point of it
        point = self.standpoint.begin(model)
        self._open_run(fresh=True)
        self.standpoint.stand_at(self.point or point)

    def _open_run(self, fresh: bool = False) -> None:
        """Show what is kept in the run of the model in view, if it is another than before."""
        run, point = run_place(self.studio), self.point
        if point is None or (run == self._run and not fresh):
            return
        self._run = run
        self.memory.open(run)
        bank = self._banks.take(axes=point.axes and point.space == "z")
        if bank is not None:
            self.standpoint.lead_along(bank)

    def _on_measured(self, measured: Mix) -> None:
        """What is mixed in is known, or is another on newer weights, which is no step."""
        point, stand, current = self.point, self.stand, self.memory.trail.current
        if point is None or point.mix is None or point.mix.other is not measured.other:
            return
        mix = replace(point.mix, gap=measured.gap, seen=measured.seen)
        fresh = replace(point, mix=mix)
        again = stand is not None and current is not None and same_place(current.stand, stand)
        if again and point.mix.gap is not None:
            self.memory.amend(fresh, fresh.stand(self.told))
        self.standpoint.stand_at(fresh)

    def _on_memory(self) -> None:
        self._caption.show_starred(self.memory.starred is not None)

    def _on_started(self, event: m.Started) -> None:
        self._open_run()

    def _on_taken(self, stand: Stand) -> None:
        point = self.point
        if point is not None and stand.z.shape == (point.model.z_dim,):
            self.stand_on(stand)

    def _on_rendered(self, event: m.Rendered) -> None:
        if event.tag != TAG or self.point is None:
            return
        if event.samples.shape[1:] == self.point.model.spec.shape:
            self._caption.say(f"{event.nimg / 1000:,.1f} kimg  ·  {event.milliseconds:.1f} ms")
            self._portrait.show_sample(event.samples[:1], self._sending.point_of(event))

    def _on_sent(self) -> None:
        if self.point is not None:
            self._mixing.follow(self.point, self.told)

    def _on_shown(self) -> None:
        if self._portrait.of is self.point and not self._sending.rest.isActive():
            self._settle()

    def _on_colours(self) -> None:
        self._portrait.redraw()
        if self.point is not None and self.point.model.spec.kind != "image":
            self._films.forget()
            self._films.look()

    # What the person does -------------------------------------------------------------------

    def reset(self) -> None:
        """All sliders, truncation, noise and mixing as they were at first."""
        self.standpoint.change(lambda point: point.back())

    def stand_on(self, stand: Stand) -> None:
        """Stand there: on a favourite, on a place from elsewhere."""
        try:
            self.standpoint.stand_on(stand)
        except ValueError as error:
            self.desk.say(f"Not taken: {error}.")

    def star(self) -> None:
        """Keep the place among the favourites of the run."""
        stand = self.stand
        if stand is None:
            return
        self._settle()
        known = self.memory.starred
        if known is not None:
            self.desk.say(f"This place is kept already, as {known.name}.", "info")
            self.memory.view.choose(STARS)
        else:
            self.memory.star(stand, self.desk.picture)

    def pin(self) -> None:
        """Offer the place to the walk, and to style mixing."""
        stand = self.stand
        if stand is not None:
            self.mixer.pin(stand)
            self.studio.pinned.emit(stand)

    def _settle(self) -> None:
        """The hand rests: remember the place, and draw what lies around it."""
        stand, point = self.stand, self.point
        if stand is None or point is None:
            return
        self._sending.rest.stop()
        shown = self._portrait.of is point
        self.memory.arrive(point, stand, self.told, self.desk.picture if shown else None)
        self._banks.told = self._starring.told = self.told
        if shown and self.isVisible():
            self._films.rest(point, self.told)

    # Keys and drops -------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keep the keys of this panel from the window's shortcuts while it has the focus."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and deed_of(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the key is for, see ``keys``."""
        deeds: dict[str, Callable[[], object]] = {
            "roll": self._seed.roll, "reset": self.reset, "pin": self.pin, "star": self.star,
            "undo": self.undo, "redo": self.redo,
            "copy": self.desk.copy, "paste": self.desk.paste,
            "seed minus": lambda: self._seed.set_value(self._seed.value - 1),
            "seed plus": lambda: self._seed.set_value(self._seed.value + 1),
        }  # fmt: skip
        deed = deeds.get(deed_of(event))
        if deed is None:
            super().keyPressEvent(event)
        else:
            deed()

    def undo(self) -> None:
        """One step back; a place that was not rested on counts as well."""
        self._settle()
        self.memory.undo()

    def redo(self) -> None:
        """One step forth again."""
        self.memory.redo()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Places and latent files are welcome."""
        if self.point is not None and carrying.welcome(event.mimeData()):
            event.acceptProposedAction()
            self._canvas.set_aimed(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is held over it any more."""
        self._canvas.set_aimed(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Stand on what was dropped."""
        self._canvas.set_aimed(False)
        event.acceptProposedAction()
        self.desk.drop(event.mimeData())
