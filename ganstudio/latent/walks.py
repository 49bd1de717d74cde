"""Walks: a path through places in latent space, with key frames, easing and a loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ganstudio.latent.blend import Frames, Way, alike, between
from ganstudio.latent.blend import lerp as lerp
from ganstudio.latent.blend import slerp as slerp
from ganstudio.latent.stand import Stand
from ganstudio.samples import Prior

MOST_FRAMES = 36_000  # ten minutes at 60 a second


def _smooth(t: float) -> float:
    return t * t * (3 - 2 * t)


def _smoother(t: float) -> float:
    return t * t * t * (t * (6 * t - 15) + 10)


def _rest(t: float) -> float:
    """Stays at each end for a quarter of the time."""
    return _smooth(min(max(2 * t - 0.5, 0.0), 1.0))


EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "smooth": _smooth,
    "smoother": _smoother,
    "ease in": lambda t: t * t,
    "ease out": lambda t: t * (2 - t),
    "rest": _rest,
}


@dataclass(frozen=True, eq=False)
class KeyFrames:
    """A path through places, with the time that each leg takes.

    Attributes:
        stands: the places, at least one, in order.
        seconds: of each leg: one number for all, or one a leg.
        way: through z: ``spherical`` keeps to where latents lie, ``linear`` cuts across.
        easing: how each leg begins and ends, a key of ``EASINGS``.
        loop: whether a last leg leads back to the first place.
        classes: how many classes the model knows.
        prior: what z is drawn from.

    Raises:
        ValueError: if the places do not go together, or a leg takes no time.
    """

    stands: tuple[Stand, ...]
    seconds: float | tuple[float, ...] = 2.0
    way: Way = "spherical"
    easing: str = "smooth"
    loop: bool = False
    classes: int = 0
    prior: Prior = "normal"

    def __post_init__(self) -> None:
        if self.easing not in EASINGS:
            raise ValueError(f"easing must be one of {', '.join(EASINGS)}, got {self.easing}")
        if isinstance(self.seconds, tuple) and len(self.seconds) != self.legs:
            raise ValueError(f"{self.legs} legs, but times for {len(self.seconds)}")
        if not all(0 < seconds < float("inf") for seconds in self.times):
            raise ValueError(f"a leg must take more than 0 s, got {self.seconds}")
        _ = self._alike

    @property
    def legs(self) -> int:
        """How many ways from place to place there are."""
        return 0 if len(self.stands) < 2 else len(self.stands) - (not self.loop)

    @property
    def times(self) -> tuple[float, ...]:
        """Seconds of each leg."""
        own = self.seconds
        return own if isinstance(own, tuple) else (own,) * self.legs

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last, or once around."""
        return float(sum(self.times))

    def starts(self) -> tuple[float, ...]:
        """Second at which each place is reached first."""
        ends = np.cumsum((0.0, *self.times))
        return tuple(float(end) for end in ends[: len(self.stands)])

    def at(self, second: float) -> Stand:
        """Where one is at this time; a loop goes round and round, else the ends hold."""
        if not self.legs:
            return self._alike[0]
        total = self.duration
        second = second % total if self.loop else min(max(second, 0.0), total)
        ends = np.cumsum(self.times)
        leg = min(int(np.searchsorted(ends, second, "right")), self.legs - 1)
        begun = float(ends[leg] - self.times[leg])
        t = EASINGS[self.easing](min(max((second - begun) / self.times[leg], 0.0), 1.0))
        one, other = self._alike[leg], self._alike[(leg + 1) % len(self.stands)]
        return between(one, other, t, self.way, self.prior)

    def frames(self, fps: float) -> Frames:
        """The whole walk, ready for drawing; a loop does not show its first frame twice.

        Raises:
            ValueError: if that were no frame a second, or more than anyone will watch.
        """
        count = self.count(fps)
        whole = max(count - (not self.loop), 1)
        times = [i * self.duration / whole for i in range(count)]
        return Frames.of([self.at(second) for second in times], self.classes)

    def count(self, fps: float) -> int:
        """Frames of the whole walk.

        Raises:
            ValueError: as ``frames``.
        """
        if not 0 < fps <= 240:
            raise ValueError(f"frames a second must be above 0 and at most 240, got {fps}")
        if not self.legs:
            return 1
        count = max(1, round(self.duration * fps)) + (not self.loop)
        if count > MOST_FRAMES:
            raise ValueError(
                f"{count} frames are too many: make the walk shorter, or show fewer a second; "
                f"at most {MOST_FRAMES} are drawn"
            )
        return count

    @cached_property
    def _alike(self) -> list[Stand]:
        return alike(self.stands, self.classes)
