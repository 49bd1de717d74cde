"""Every command that a session takes and every event it tells, on one page.

Commands are imperatives, events are facts. Both are frozen and carry numbers, texts and CPU
numpy arrays only: no tensor, no network and no widget ever crosses a thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ganstudio.samples import ConditionSpec, Prior, SampleSpec
from ganstudio.samples import Told as Told

Side = Literal["generator", "discriminator"]
Level = Literal["info", "warning", "error"]
ORDINALS = {2: "second", 3: "third", 4: "fourth"}
State = Literal["idle", "loading", "paused", "running", "stopping", "finished", "failed"]


# Commands: window or command line -> session ------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Train on; with ``steps`` that many and then pause; with ``side`` one player alone."""

    steps: int | None = None
    side: Side | None = None


@dataclass(frozen=True)
class Pause:
    """Stop stepping; the thread blocks on its inbox and uses no processor."""


@dataclass(frozen=True)
class Pace:
    """Slow motion: at most so many steps a second; None for full speed."""

    steps_per_second: float | None = None


@dataclass(frozen=True)
class Tune:
    """Set a live knob of the variant from the next step on."""

    knob: str
    value: int | float | bool | str


@dataclass(frozen=True)
class Save:
    """Write a checkpoint now."""


@dataclass(frozen=True)
class Rewind:
    """Go back to a checkpoint of this run by name; None is the last one."""

    checkpoint: str | None = None


@dataclass(frozen=True)
class Stop:
    """End the session; the state is saved first unless ``save`` says otherwise."""

    save: bool = True


Command = Run | Pause | Pace | Tune | Save | Rewind | Stop


# Events: session or explorer -> window or command line ----------------------------------------


@dataclass(frozen=True)
class StateChanged:
    """The session became this, on its own thread.

    Attributes:
        state: what it is now.
        text: what is being done, in words, such as ``reading digits``.
    """

    state: State
    text: str = ""


@dataclass(frozen=True)
class Started:
    """The networks stand and the data is loaded.

    Attributes:
        run: the run's folder.
        resumed: whether it goes on from a checkpoint.
        summary: facts for the log and the status bar: device, precision, parameters, samples.
        recipe: the nested form of the recipe, see ``Recipe.to_dict``.
        reals: some real samples to compare with, (N, *shape) float32 in [-1, 1].
        target_nimg: where training ends by itself.
        nimg: real samples seen so far; above zero where it was resumed.
        step: full rounds done so far.
    """

    run: Path
    resumed: bool
    summary: dict[str, str]
    recipe: dict[str, Any]
    reals: np.ndarray
    target_nimg: int
    nimg: int = 0
    step: int = 0


@dataclass(frozen=True)
class Stats:
    """Means of the named terms since the report before.

    Attributes:
        step: full rounds done.
        nimg: real samples seen.
        seconds: time spent training, pauses left out.
        samples_per_second: real samples a second, lately.
        terms: side and name, such as ``D/real`` or ``G/fooled``, to the mean value.
        memory_bytes: memory of this process, or of the device where there is one.
        status: where a scheduled variant stands, in a few words; else empty.
    """

    step: int
    nimg: int
    seconds: float
    samples_per_second: float
    terms: dict[str, float]
    memory_bytes: int
    status: str = ""


@dataclass(frozen=True)
class Rendered:
    """Samples that the explorer made.

    Attributes:
        tag: who asked, such as ``gallery`` or ``latent``; a newer one replaces an older one.
        samples: (N, *shape) float32 in [-1, 1].
        ticket: the number that the request got, rising.
        nimg: how far trained the model was.
        milliseconds: what it cost.
        beside: what else is worth seeing with the samples, by name, (N, *shape) each.
    """

    tag: str
    samples: np.ndarray
    ticket: int
    nimg: int
    milliseconds: float
    beside: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Progressed:
    """A task is on its way.

    Attributes:
        ticket: the number that it got.
        task: which, see ``train/tasks``.
        share: of the work that is done, 0 to 1.
        text: what is being done, in a few words.
        preview: what there is to see of it so far, if anything.
    """

    ticket: int
    task: str
    share: float
    text: str = ""
    preview: np.ndarray | None = None


@dataclass(frozen=True)
class Done:
    """A task is finished.

    Attributes:
        ticket: the number that it got.
        task: which.
        result: what it found: numbers, texts, paths, arrays.
        source: the model that was asked: ``live`` or the folder it came from.
        nimg: how far trained it was.
        seconds: what it cost.
    """

    ticket: int
    task: str
    result: Any
    source: str
    nimg: int
    seconds: float


@dataclass(frozen=True)
class Dropped:
    """A task came to nothing.

    Attributes:
        ticket: the number that it got.
        task: which.
        reason: one sentence; empty where it was cancelled.
        traceback: for the log, where it failed in a way that nobody foresaw.
    """

    ticket: int
    task: str
    reason: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Examples:
    """Some of the data a model was trained on, for models that need more than noise and classes.

    Attributes:
        x: (N, *shape) float32 in [-1, 1], real samples.
        told: the model's inputs that belong to them.
        waves: (N, T) int16 where one of them is a sound.
    """

    x: np.ndarray
    told: Told
    waves: np.ndarray | None = None


@dataclass(frozen=True)
class Model:
    """What a generator takes and makes, for panels that offer controls for it.

    Attributes:
        variant: its key.
        data: key of the data set it was trained on.
        spec: the samples it makes.
        z_dim: dimensions of its latent; 0 where it takes no noise.
        prior: what z was drawn from: ``normal`` (0, 1) or ``uniform`` in [-1, 1].
        inputs: what it takes besides noise, one of a kind.
        w_dim: dimensions of the mapped latent w, for a model that has one; else 0.
        layers: how many layers take a style of their own, for a model with w; else 0.
        noisy: whether it has noise inputs besides z, whose strength can be set.
    """

    variant: str
    data: str
    spec: SampleSpec
    z_dim: int
    prior: Prior = "normal"
    inputs: tuple[ConditionSpec, ...] = ()
    w_dim: int = 0
    layers: int = 0
    noisy: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes it can be told; empty when it takes none."""
        taken = self.input("classes")
        return () if taken is None else taken.names

    def input(self, kind: str) -> ConditionSpec | None:
        """What it takes of this kind; None if nothing."""
        return next((taken for taken in self.inputs if taken.kind == kind), None)

    def takes_shift(self, shift: np.ndarray, count: int) -> bool:
        """Whether so many mapped latents can be moved by it, all layers alike or one by one."""
        alike, each = (count, self.w_dim), (count, self.layers, self.w_dim)
        return self.w_dim > 0 and shift.shape in (alike, each)

    def draw(self, count: int, seed: int) -> np.ndarray:
        """Latents (count, z_dim) float32 from the prior; the same seed gives the same."""
        generator = np.random.default_rng(seed)
        if self.prior == "uniform":
            return generator.uniform(-1, 1, (count, self.z_dim)).astype(np.float32)
        return generator.standard_normal((count, self.z_dim), dtype=np.float32)


@dataclass(frozen=True)
class ModelReady:
    """The explorer can draw: a model was opened or the live one published itself.

    Attributes:
        source: ``live`` or the folder it came from.
        nimg: how far trained it is.
        model: what it takes and makes.
        examples: some of its data, where it needs more than noise and classes.
        reals: real samples that the run it was opened from keeps, (N, *shape) in [-1, 1]; of a
            live model ``Started`` brought them.
    """

    source: str
    nimg: int
    model: Model
    examples: Examples | None = None
    reals: np.ndarray | None = None


@dataclass(frozen=True)
class Tuned:
    """A live knob took effect."""

    knob: str
    value: int | float | bool | str
    before: int | float | bool | str
    nimg: int


@dataclass(frozen=True)
class Measured:
    """The averaged generator of a moment was measured beside the training.

    Attributes:
        nimg: how far trained it was.
        values: scores by name, those that matter most first.
        floors: what real samples get against other real ones, for the same names.
        seconds: what measuring took, pauses included.
        titles: the scores in words, with what they depend on.
        better: which way each is better: ``lower``, ``higher``, or ``floor`` if it shall be what
            real samples get.
    """

    nimg: int
    values: dict[str, float]
    floors: dict[str, float]
    seconds: float
    titles: dict[str, str] = field(default_factory=dict)
    better: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Saved:
    """A checkpoint is on the disk, complete."""

    checkpoint: Path
    nimg: int


@dataclass(frozen=True)
class Remembered:
    """The past moments of a run that one can travel to; told again whenever they change.

    Attributes:
        run: its folder.
        moments: real samples seen by then, rising.
    """

    run: Path
    moments: tuple[int, ...]


@dataclass(frozen=True)
class Rewound:
    """Training stands at an earlier moment again: curves after it are no longer true."""

    nimg: int
    step: int


@dataclass(frozen=True)
class Remedy:
    """What may keep a training from diverging once more.

    Attributes:
        text: in words, such as ``generator rate 0.002 instead of 0.02``.
        knob: the knob of the variant that does it.
        value: what to set it to.
        live: whether it can be turned now; else it takes a branch or a new run.
    """

    text: str
    knob: str
    value: int | float | bool | str
    live: bool = True


@dataclass(frozen=True)
class Diverged:
    """Numbers became infinite or undefined; training went back by itself, and waits.

    Attributes:
        place: the terms or tensors that did.
        nimg: real samples seen by then.
        back_nimg: where training stands again.
        evidence: the file with what was found; None if the disk would not take it.
        remedies: what to try, the likeliest first.
        times: how often in a row this happened without getting further.
    """

    place: str
    nimg: int
    back_nimg: int
    evidence: Path | None = None
    remedies: tuple[Remedy, ...] = ()
    times: int = 1

    @property
    def live(self) -> tuple[Remedy, ...]:
        """The remedies that can be taken at once."""
        return tuple(one for one in self.remedies if one.live)

    def __str__(self) -> str:
        again = "" if self.times == 1 else f", the {ORDINALS.get(self.times, 'next')} time in a row"
        return (
            f"{self.place} became not finite at {self.nimg / 1000:.1f} kimg{again}; training is "
            f"back at {self.back_nimg / 1000:.1f} kimg and waits"
        )


@dataclass(frozen=True)
class Refused:
    """A command could not be obeyed; training goes on as if it had not come."""

    command: Command
    reason: str


@dataclass(frozen=True)
class Failed:
    """Something raised; what was saved before is safe.

    Attributes:
        reason: one sentence.
        traceback: for the log and the copy button.
        rescued: the checkpoint written after the failure, if that went well.
        where: ``session``, ``explorer``, ``workshop``, ``judge`` or ``window``; training goes on
            unless it is the session.
        cause: what could be done about it depends on this, where it is known: ``memory`` ran
            out, or a ``device`` is lost and the CPU could go on.
    """

    reason: str
    traceback: str
    rescued: Path | None = None
    where: Literal["session", "explorer", "workshop", "judge", "window"] = "session"
    cause: Literal["", "memory", "device"] = ""


@dataclass(frozen=True)
class Forecast:
    """What a training will take, before it is begun.

    Attributes:
        free_bytes: what it may take on top of what is in use already.
        data_bytes: of the samples alone, which cannot do with less.
        fixed_bytes: of weights, gradients, optimisers and averages, which cannot either.
        batch_bytes: of working off a batch whole; None where that cannot be told.
        device: whether it is the memory of a GPU.
    """

    free_bytes: int
    data_bytes: int
    fixed_bytes: int
    batch_bytes: int | None
    device: bool = False

    @property
    def needed_bytes(self) -> int:
        """All of it, as far as it can be told."""
        return self.data_bytes + self.fixed_bytes + (self.batch_bytes or 0)

    @property
    def fits(self) -> bool:
        """Whether all of it will be there."""
        return self.needed_bytes <= self.free_bytes

    def __str__(self) -> str:
        where = "device memory" if self.device else "memory"
        much = "about" if self.batch_bytes is not None else "at least"
        return f"{much} {_gb(self.needed_bytes)} of {where}; {_gb(self.free_bytes)} are free"

    @property
    def warning(self) -> str:
        """What to do if it does not fit; else empty."""
        if self.fits:
            return ""
        return f"Training takes {self}. Lower batch, width or the size of the samples."


@dataclass(frozen=True)
class Noted:
    """A line for the log.

    Attributes:
        text: what it says.
        level: how grave it is.
        topic: what it is about, such as ``saving``, where a later one takes its place; an
            ``info`` about it says that all is well again.
        detail: lines that unfold under it in the log.
    """

    text: str
    level: Level = "info"
    topic: str = ""
    detail: str = ""


Event = (
    StateChanged
    | Started
    | Stats
    | Rendered
    | Progressed
    | Done
    | Dropped
    | ModelReady
    | Tuned
    | Measured
    | Saved
    | Remembered
    | Rewound
    | Diverged
    | Refused
    | Failed
    | Noted
)


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


# What a panel asks of the explorer ---------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """Samples, please: at these latents, from the newest model.

    Attributes:
        tag: who asks; a newer request of the same tag replaces an older one.
        z: (N, z_dim) float32.
        told: the model's inputs, by kind; what is left out is filled in: classes take turns,
            all else comes from the examples.
        psi: truncation, z' = psi z for a latent around zero; 1 leaves it alone.
        shift: added to the mapped latent, for a model that has one: (N, w_dim), or
            (N, layers, w_dim) layer by layer.
        noise: strength of the noise inputs of a ``noisy`` model; 0 switches them off.
    """

    tag: str
    z: np.ndarray
    told: Told = field(default_factory=dict)
    psi: float = 1.0
    shift: np.ndarray | None = None
    noise: float = 1.0
    ticket: int = field(default=0)


@dataclass(frozen=True)
class Errand:
    """Longer work on the newest model, please.

    Attributes:
        task: a member of ``train/tasks``.
        arguments: what it takes, by name.
        tag: who asks; a newer errand of the same tag replaces an older one, done or half-done.
    """

    task: str
    arguments: dict[str, Any] = field(default_factory=dict)
    tag: str = ""
    ticket: int = field(default=0)
