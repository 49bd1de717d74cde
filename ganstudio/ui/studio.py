"""The bridge between engine and window: owns session and explorer, drains them into signals."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from ganstudio import registry
from ganstudio.knobs import Value
from ganstudio.latent.stand import Stand
from ganstudio.recipe import Recipe, RecipeError
from ganstudio.resources import default_data_root, default_runs_root
from ganstudio.samples import SampleSpec
from ganstudio.train import messages as m
from ganstudio.train.branch import Parent, recipe_at
from ganstudio.train.explorer import Explorer
from ganstudio.train.judge import Judge
from ganstudio.train.lock import Holder
from ganstudio.train.session import Outbox, Session
from ganstudio.train.workshop import Workshop
from ganstudio.ui.catalogue import Catalogue
from ganstudio.ui.follower import Follower
from ganstudio.ui.marks import Marks
from ganstudio.ui.turns import Turns

log = logging.getLogger(__name__)

DRAIN_MS = 33
HEARD_S = 0.3  # between two bursts of reports: a training waits for all that is done with one
VIEWING_SHARE = 0.02  # of the time, for previews that renew themselves while training
RENEWAL_MIN_S, RENEWAL_MAX_S = 0.25, 15.0


@dataclass(frozen=True)
class _NoCatalogue:
    """Why there is nothing to choose from."""

    reason: str


class Tiles(NamedTuple):
    """The places of tiles that are shown somewhere.

    Attributes:
        stands: row by row.
        columns: tiles in a row; 0 for any number.
    """

    stands: tuple[Stand, ...] = ()
    columns: int = 0


class Studio(QObject):
    """What panels may know: commands as methods, events as signals, always on the GUI thread.

    Nothing here blocks: methods post to a thread's inbox, and a timer drains the outboxes
    30 times a second into the signals below.

    Signals:
        catalogueReady: torch is imported, ``catalogue`` is there.
        catalogueFailed (str): there will be none, and why.
        stateChanged (str, str): the session's state and what it is doing.
        started (Started): networks and data are there.
        statsArrived (list[Stats]): reports since the last burst, oldest first; three bursts a
            second.
        rendered (Rendered): the explorer drew something; look at its tag.
        progressed, done, dropped: what becomes of an errand; look at its ticket.
        modelReady (ModelReady): a newer model can be asked; panels renew what they show.
        latentChanged (Stand): where Latent stands now, with all that is told.
        latentTaken (Stand): someone else chose where Latent shall stand.
        momentsChanged: ``moments()`` has others.
        travelled (int | None): the panels show that moment from now on; None is now.
        runGrew: another program, which trains the run in view, has added to its history.
        heldChanged: it began to train that run, or ended; ``held`` says who it is.
        comparedChanged: other runs are laid over the curves.
        starred (Stand): a place shall be kept among the favourites.
        sought (ndarray): someone wants the latent of this sample, (*shape), found.
        pinned (Stand): a place shall be a key frame of the walk.
        objections (ndarray | None): how much the discriminator objects to each voxel, (X, Y, Z)
            float32, below 0 where it approves, for the object at Latent; None to show none.
        objectionsWanted (bool): somebody shows them from now on, or nobody does.
        knobWanted (str, value): a knob of the variant that is set up shall be turned.
        tuned, measured, saved, rewound, diverged, refused, failed, noted: see
            ``train/messages.py``.
    """

    catalogueReady = Signal()  # noqa: N815
    catalogueFailed = Signal(str)  # noqa: N815
    stateChanged = Signal(str, str)  # noqa: N815
    started = Signal(object)
    statsArrived = Signal(object)  # noqa: N815
    rendered = Signal(object)
    progressed = Signal(object)
    done = Signal(object)
    dropped = Signal(object)
    modelReady = Signal(object)  # noqa: N815
    latentChanged = Signal(object)  # noqa: N815
    latentTaken = Signal(object)  # noqa: N815
    momentsChanged = Signal()  # noqa: N815
    travelled = Signal(object)
    runGrew = Signal()  # noqa: N815
    heldChanged = Signal()  # noqa: N815
    comparedChanged = Signal()  # noqa: N815
    starred = Signal(object)
    sought = Signal(object)
    pinned = Signal(object)
    objections = Signal(object)
    objectionsWanted = Signal(bool)  # noqa: N815
    knobWanted = Signal(str, object)  # noqa: N815
    tuned = Signal(object)
    measured = Signal(object)
    saved = Signal(object)
    rewound = Signal(object)
    diverged = Signal(object)
    refused = Signal(object)
    failed = Signal(object)
    noted = Signal(object)

    def __init__(
        self,
        runs_root: Path | None = None,
        data_root: Path | None = None,
        device: str = "auto",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.runs_root = runs_root or default_runs_root()
        self.data_root = data_root or default_data_root()
        self.device = device
        self.catalogue: Catalogue | None = None
        self.marks = Marks(self)  # tiles in the groups A and B
        self.tiles: Callable[[], Tiles] = Tiles  # those of the gallery
        self._judging: set[str] = set()  # who looks at scores
        self._objecting: set[str] = set()  # who shows objections
        self.model: m.Model | None = None
        self.model_source = ""
        self.examples: m.Examples | None = None
        self.reals: np.ndarray | None = None
        self.recipe: Recipe | None = None
        self.turns = Turns()  # of knobs, here and in Setup
        self._turning: list[m.Tune] = []  # back or forth by ``turns``, not yet answered
        self.run_folder: Path | None = None
        self.moment: int | None = None  # nimg of the past that is shown; None is now
        self._remembered: m.Remembered | None = None
        self.compared: tuple[Path, ...] = ()  # runs whose curves lie over those in view
        self.state: m.State = "idle"
        self.outbox = Outbox()
        self.session: Session | None = None
        self.explorer = Explorer(self.outbox, device)
        self.workshop = Workshop(self.outbox, lambda: self.explorer.sampler)
        self._loader: threading.Thread | None = None
        self._follower = Follower(self)
        self._next_renewal = 0.0
        self._unheard: list[m.Stats] = []
        self._next_heard = 0.0
        self._viewing_ms = 0.0
        self._asked = False  # anything, since the last model
        self.closing = False  # the window goes as soon as it can: no training begins any more
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self.drain)
        self._timer.start()
        self._routes: dict[type, Callable[[Any], object]] = {
            m.StateChanged: self._on_state,
            m.Started: self._on_started,
            m.Rendered: self._on_rendered,
            m.Progressed: self.progressed.emit,
            m.Done: self.done.emit,
            m.Dropped: self._on_dropped,
            m.ModelReady: self._on_model,
            m.Tuned: self._on_tuned,
            m.Measured: self.measured.emit,
            m.Saved: self.saved.emit,
            m.Remembered: self._on_remembered,
            m.Rewound: self.rewound.emit,
            m.Diverged: self.diverged.emit,
            m.Refused: self._on_refused,
            m.Failed: self._on_failed,
            m.Noted: self.noted.emit,
        }

    # What there is to choose ----------------------------------------------------------------

    def load_catalogue(self) -> None:
        """Import torch and every variant and data set, on a thread; ``catalogueReady`` follows."""
        if self._loader is None:
            self._loader = threading.Thread(target=self._load, name="catalogue", daemon=True)
            self._loader.start()

    def spec_of(self, data: str, data_knobs: Mapping[str, Any] | None = None) -> SampleSpec:
        """The samples of a data set under these knobs; looks through folders, which takes time.

        Raises:
            pydantic.ValidationError: if a knob is out of range.
        """
        dataset = registry.find("data", data)
        spec: SampleSpec = dataset.spec(dataset.Config(**(data_knobs or {})))
        return spec

    def missing(self, data: str, data_knobs: Mapping[str, Any] | None = None) -> list[str]:
        """What the data set lacks to be loaded under these knobs, one line each.

        Raises:
            pydantic.ValidationError: if a knob is out of range.
        """
        dataset = registry.find("data", data)
        lines: list[str] = dataset.missing(dataset.Config(**(data_knobs or {})), self.data_root)
        return lines

    def thumbnails(
        self, data: str, count: int = 9, data_knobs: Mapping[str, Any] | None = None
    ) -> np.ndarray | None:
        """A few samples (count, *shape) float32 in [-1, 1] for a card; None if not at once.

        Raises:
            pydantic.ValidationError: if a knob is out of range.
        """
        dataset = registry.find("data", data)
        x = dataset(dataset.Config(**(data_knobs or {})), self.data_root).preview(count)
        if x is None:
            return None
        samples = np.asarray(x)
        if samples.dtype == np.uint8:
            return samples.astype(np.float32) / 127.5 - 1
        return samples.astype(np.float32)

    # Training: commands -----------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """Whether a session exists, running or paused."""
        return self.session is not None

    def start(self, recipe: Recipe, paused: bool = False) -> None:
        """Begin a new run of this recipe; does nothing while a session exists."""
        self._launch({"recipe": recipe, "runs_root": self.runs_root}, recipe, paused)

    def resume(self, folder: Path, paused: bool = True, device: str | None = None) -> None:
        """Go on with a run from its last checkpoint.

        Args:
            folder: the run.
            paused: wait for ``run`` before the first step.
            device: this one from now on, where the one so far is lost.

        Raises:
            RecipeError: if the folder's recipe cannot be read.
        """
        recipe = Recipe.of_run(folder)
        if device is not None and not self.training:
            self.device = device
            self.explorer.move(device)
        self._launch({"recipe": recipe, "folder": folder, "resume": True}, recipe, paused)

    def run(self) -> None:
        """Train on."""
        self.post(m.Run())

    def pause(self) -> None:
        """Stop stepping after the step in hand."""
        self.post(m.Pause())

    def step(self, side: m.Side | None = None) -> None:
        """One full round, or one update of one side."""
        self.post(m.Run(steps=1, side=side))

    def tune(self, knob: str, value: Value) -> None:
        """Turn a live knob; ``tuned`` or ``refused`` answers."""
        self.post(m.Tune(knob, value))

    def turn(self, knob: str, value: Value) -> None:
        """Turn a knob back or forth: of the training, or of what is set up when that has ended."""
        if self.training:
            self._turning.append(m.Tune(knob, value))
            self.post(self._turning[-1])
        else:
            self.knobWanted.emit(knob, value)

    def post(self, command: m.Command) -> None:
        """Send any command to the session; without one it is dropped."""
        if self.session is not None:
            self.session.post(command)

    def stop(self) -> None:
        """Save and end the session; ``stateChanged`` tells when it is done."""
        self.post(m.Stop())

    # Exploring --------------------------------------------------------------------------------

    def ask(
        self,
        tag: str,
        z: np.ndarray,
        told: m.Told | None = None,
        psi: float = 1.0,
        shift: np.ndarray | None = None,
        noise: float = 1.0,
    ) -> int:
        """Have the explorer draw; ``rendered`` answers with the tag and the returned ticket."""
        self._asked = True
        return self.explorer.request(m.Request(tag, z, told or {}, psi, shift, noise))

    def work(self, task: str, tag: str = "", **arguments: Any) -> int:
        """Have the workshop do a longer task on the newest model; returns the errand's ticket.

        Args:
            task: a member of ``train/tasks``.
            tag: who asks; a newer errand of the same tag replaces an older one.
            **arguments: what the task takes, by name.
        """
        return self.workshop.do(m.Errand(task, arguments, tag))

    def cancel(self, ticket: int) -> None:
        """Let go of an errand; ``dropped`` answers."""
        self.workshop.cancel(ticket)

    def look_at_scores(self, who: str, looking: bool) -> None:
        """Have the discriminator copied with each newer generator while anybody looks.

        Args:
            who: says so, and says when it looks no longer.
            looking: whether it does.
        """
        before = bool(self._judging)
        (self._judging.add if looking else self._judging.discard)(who)
        self.explorer.mailbox.with_critic = bool(self._judging)
        if self._judging and not before and self.training:
            self.explorer.refresh()
            if self.state == "paused":
                self.post(m.Pause())  # a paused session publishes only when it is spoken to

    @property
    def objections_wanted(self) -> bool:
        """Whether anybody shows ``objections``."""
        return bool(self._objecting)

    def want_objections(self, who: str, wanted: bool) -> None:
        """Have ``objections`` renewed as Latent moves, while anybody shows them.

        Args:
            who: says so, and says when it shows them no longer.
            wanted: whether it does.
        """
        before = self.objections_wanted
        (self._objecting.add if wanted else self._objecting.discard)(who)
        if self.objections_wanted != before:
            self.objectionsWanted.emit(self.objections_wanted)

    def take_latent(self, z: np.ndarray, told: m.Told | None = None) -> None:
        """Offer a point to the Latent panel: a clicked tile, a found sample.

        Args:
            z: (z_dim,).
            told: the inputs it was drawn with, (1, ...) each; others stay as they are there.
        """
        self.latentTaken.emit(Stand(z, told or {}))

    def explore(self, folder: Path) -> None:
        """Show a stored model; ``modelReady`` or ``failed`` answers. Not while training."""
        if not self.training:
            self.explorer.open(folder)
            self._stand_at(None)

    def welcome(self, folder: Path) -> None:
        """Open the shipped model, so that the first screen is alive."""
        self.explorer.open(folder)

    # The time machine -------------------------------------------------------------------------

    def moments(self) -> tuple[int, ...]:
        """Real samples seen at the kept moments of the run in view, rising."""
        return () if self._remembered is None else self._remembered.moments

    @property
    def moments_run(self) -> Path | None:
        """The run whose moments they are."""
        return None if self._remembered is None else self._remembered.run

    @property
    def run_in_view(self) -> Path | None:
        """The run that is trained, or the one that was opened last."""
        return self.run_folder if self.training else self.moments_run or self.run_folder

    @property
    def held(self) -> Holder | None:
        """The other program that trains the run in view, if one does."""
        return self._follower.held

    def travel(self, nimg: int | None) -> None:
        """Show the model as it was; ``travelled`` tells at once, ``modelReady`` when it is there.

        Training goes on meanwhile, unseen.

        Args:
            nimg: real samples seen; the kept moment next to it is shown. None is now.
        """
        run, kept = self.moments_run, self.moments()
        moment = None if nimg is None else min(kept, key=lambda k: abs(k - nimg), default=None)
        if moment == self.moment:
            return
        if moment is None:
            self.explorer.back()
            if self.training:
                self.explorer.refresh()
        elif run is not None:
            self.explorer.open(run, moment)
        self._stand_at(moment)

    def branch(
        self,
        folder: Path,
        nimg: int,
        recipe: Recipe | None = None,
        paused: bool = False,
        name: str = "",
    ) -> None:
        """Begin a new run from the checkpoint of ``folder`` nearest to, or before, a moment.

        The parent stays as it is. Does nothing while a session exists; ``failed`` tells if the
        checkpoint does not fit the recipe.

        Args:
            folder: the parent.
            nimg: real samples seen.
            recipe: what to train on; the parent's as it was then if None.
            paused: wait for ``run`` before the first step.
            name: of the new run's folder; after time and recipe if empty.

        Raises:
            RecipeError: if the parent's recipe cannot be read.
            RunError: if the parent has no checkpoint at or before that moment.
        """
        if self.training:
            return
        recipe = recipe or recipe_at(folder, nimg)
        parent = Parent(folder, nimg)
        build = {"recipe": recipe, "runs_root": self.runs_root, "parent": parent}
        build |= {"folder": self.runs_root / name} if name else {}
        self._launch(build, recipe, paused)

    def compare(self, folders: Sequence[Path]) -> None:
        """Lay the curves of these runs over those of the run in view."""
        if tuple(folders) != self.compared:
            self.compared = tuple(folders)
            self.comparedChanged.emit()

    def _stand_at(self, moment: int | None) -> None:
        if moment != self.moment:
            self.moment = moment
            self.travelled.emit(moment)

    def _on_remembered(self, event: m.Remembered) -> None:
        if event != self._remembered:
            self._remembered = event
            self.momentsChanged.emit()
        if self.moment is not None and self.moment > max(event.moments, default=-1):
            self.travel(None)  # it was rewound away

    # Ending -----------------------------------------------------------------------------------

    def close(self, timeout_s: float = 30.0) -> bool:
        """Save, end all threads and drain what they said last; False if one would not end.

        Args:
            timeout_s: how long to wait, for all of them together.
        """
        self._timer.stop()
        self._follower.release()
        end = time.monotonic() + timeout_s
        ended = self.session is None or self.session.close(timeout_s)
        ended = self.workshop.close(max(end - time.monotonic(), 0.0)) and ended
        ended = self.explorer.close(max(end - time.monotonic(), 0.0)) and ended
        if self._loader is not None:
            self._loader.join(max(end - time.monotonic(), 0.0))
            ended = not self._loader.is_alive() and ended
        self.drain()
        self._hear()
        return ended

    # Draining ---------------------------------------------------------------------------------

    def drain(self) -> None:
        """Turn what the threads said into signals; the timer calls this."""
        for event in self.outbox.drain():
            if isinstance(event, m.Stats):
                self._unheard.append(event)
                continue
            if not isinstance(event, m.Rendered | m.Progressed):
                self._hear()  # what was reported before a rewind must be heard before it
            if isinstance(event, Catalogue):
                self.catalogue = event
                self.catalogueReady.emit()
            elif isinstance(event, _NoCatalogue):
                self.catalogueFailed.emit(event.reason)
                self.noted.emit(m.Noted(event.reason, "error"))
            else:
                self._routes[type(event)](event)
        now = time.monotonic()
        if now >= self._next_heard:
            self._hear()
        renewing = self.state == "running" and self._asked and self.moment is None
        if renewing and now >= self._next_renewal:
            self._renew()

    def _hear(self) -> None:
        """Hand on the reports that wait."""
        if self._unheard:
            stats, self._unheard = self._unheard, []
            self._next_heard = time.monotonic() + HEARD_S
            self.statsArrived.emit(stats)

    def _launch(self, build: dict[str, Any], recipe: Recipe, paused: bool) -> None:
        if self.session is not None or self.closing:
            return
        self.recipe = recipe
        mailbox = self.explorer.mailbox
        judge = Judge(recipe.basics.measure_kimg)

        def engine(announce: Any) -> Any:
            from ganstudio.train.engine import Engine  # imports torch, on the session's thread

            return Engine.build(
                **build,
                announce=announce,
                mailbox=mailbox,
                judge=judge,
                data_root=self.data_root,
                device=self.device,
            )

        self.session = Session(engine, self.outbox, patient=True)
        self.session.start(paused=paused)

    def _renew(self) -> None:
        """Ask for newer weights; the more drawing costs, the rarer."""
        cost_s = self._viewing_ms / 1000
        self._viewing_ms = 0.0
        pause = min(max(cost_s / VIEWING_SHARE, RENEWAL_MIN_S), RENEWAL_MAX_S)
        self._next_renewal = time.monotonic() + pause
        self.explorer.refresh()

    def _load(self) -> None:
        try:
            catalogue = Catalogue.read()
        except Exception as error:
            log.exception("the catalogue cannot be read")
            reason = f"Variants and data sets cannot be listed: {error}"
            self.outbox.put(cast(Any, _NoCatalogue(reason)))
        else:
            self.outbox.put(cast(Any, catalogue))

    def _on_state(self, event: m.StateChanged) -> None:
        self.state = event.state
        if event.state in ("idle", "finished", "failed") and self.session is not None:
            self.session.close()
            self.session = None
        self.stateChanged.emit(event.state, event.text)

    def _on_started(self, event: m.Started) -> None:
        self.turns.clear()
        self._turning.clear()
        self.travel(None)
        self.run_folder, self.reals = event.run, event.reals
        if event.resumed:  # the checkpoint knows what was tuned, the file only what was asked for
            spec = self.recipe.spec if self.recipe is not None else None
            self.recipe = Recipe.from_dict(event.recipe, spec)
        self.started.emit(event)

    def _on_rendered(self, event: m.Rendered) -> None:
        self._viewing_ms += event.milliseconds
        self.rendered.emit(event)

    def _on_failed(self, event: m.Failed) -> None:
        self.failed.emit(event)
        if event.where == "explorer":
            self._stand_at(self.explorer.moment)  # a moment that cannot be loaded is not shown

    def _on_dropped(self, event: m.Dropped) -> None:
        if event.traceback:
            self.failed.emit(m.Failed(event.reason, event.traceback, where="workshop"))
        elif event.reason:
            self.noted.emit(m.Noted(event.reason, "warning"))
        self.dropped.emit(event)

    def _on_model(self, event: m.ModelReady) -> None:
        if event.model != self.model:
            self.marks.forget()  # places of another model mean nothing here
        self.model, self.model_source = event.model, event.source
        self.examples = event.examples
        self._asked = False
        if not self._of_this_run(event.source):
            self.reals = event.reals  # other data, perhaps under the same name
        self.modelReady.emit(event)

    def _of_this_run(self, source: str) -> bool:
        run = self.run_folder
        return source == "live" or (run is not None and Path(source).is_relative_to(run))

    def _on_refused(self, event: m.Refused) -> None:
        if event.command in self._turning:
            self._turning.remove(event.command)
        self.refused.emit(event)

    def _on_tuned(self, event: m.Tuned) -> None:
        turned = m.Tune(event.knob, event.value)
        if turned in self._turning:
            self._turning.remove(turned)
        else:
            name = event.knob.replace("_", " ")
            self.turns.done(name, partial(self.turn, event.knob), event.before, event.value)
        if self.recipe is not None:
            try:
                self.recipe = self.recipe.tuned(event.knob, event.value)
            except RecipeError:
                log.exception("a tuned knob does not fit the recipe")
        self.tuned.emit(event)
