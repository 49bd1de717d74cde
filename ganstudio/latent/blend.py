"""What lies between places in latent space: mixing two, stacking many for drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ganstudio.latent.stand import Stand
from ganstudio.samples import Prior, Told

Way = Literal["spherical", "linear"]
BLENDED = ("classes", "attributes")  # conditions that have something between them
_STRAIGHT = 1e-4  # below this sine of their angle two latents are joined by a line


def lerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """The straight line from ``a`` at 0 to ``b`` at 1, exact at both ends."""
    if t in (0.0, 1.0):
        return a if t == 0.0 else b
    return np.asarray(a + np.float32(t) * (b - a), dtype=np.float32)


def slerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """The arc from ``a`` at 0 to ``b`` at 1, whose length changes evenly.

    Normal latents lie near a sphere: half-way along a straight line they are far too short.
    Latents that point the same way, or exactly apart, are joined by a line.

    Source: Shoemake 1985, Animating Rotation with Quaternion Curves, section 3.3; for latents
    White 2016, arXiv:1609.04468.
    """
    lengths = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if t in (0.0, 1.0) or min(lengths) == 0:
        return lerp(a, b, t)
    one, other = a.astype(np.float64) / lengths[0], b.astype(np.float64) / lengths[1]
    angle = np.arccos(np.clip((one * other).sum(), -1, 1))
    if np.sin(angle) < _STRAIGHT:
        return lerp(a, b, t)
    arc = (np.sin((1 - t) * angle) * one + np.sin(t * angle) * other) / np.sin(angle)
    return np.asarray(arc * ((1 - t) * lengths[0] + t * lengths[1]), dtype=np.float32)


def between(a: Stand, b: Stand, t: float, way: Way = "spherical", prior: Prior = "normal") -> Stand:
    """A place between two, exact at both ends.

    z, the shift, truncation, noise, class weights and attributes are blended; what is told
    besides changes in the middle. A uniform latent goes straight, since an arc would leave its
    cube. Both must have been made alike, see ``alike``.

    Args:
        a: where ``t`` is 0.
        b: where ``t`` is 1.
        t: 0 to 1.
        way: through z.
        prior: what z was drawn from.
    """
    bend = slerp if way == "spherical" and prior == "normal" else lerp
    told: Told = {}
    for kind, value in a.told.items():
        other = b.told.get(kind, value)
        soft = kind in BLENDED and value.ndim == 2 and value.shape == other.shape
        told[kind] = lerp(value, other, t) if soft else (value if t < 0.5 else other)
    shift = None
    if a.shift is not None and b.shift is not None:
        shift = lerp(a.shift, b.shift, t)
    psi, noise = a.psi + t * (b.psi - a.psi), a.noise + t * (b.noise - a.noise)
    if t == 1.0:  # no rounding at the end
        psi, noise = b.psi, b.noise
    return Stand(bend(a.z, b.z, t), told, psi, shift, noise)


def alike(stands: Sequence[Stand], classes: int = 0) -> list[Stand]:
    """The same places with all their parts in one form, so that they can be mixed and stacked.

    A condition that one leaves out is that of the one before it. Classes become weights unless
    they are the same index everywhere; shifts become zeros where others have one.

    Args:
        stands: at least one.
        classes: how many the model knows.

    Raises:
        ValueError: if latents, shifts or conditions differ in size, or a class is unknown.
    """
    if not stands:
        raise ValueError("there is no latent yet: at least one is needed")
    lengths = sorted({len(stand.z) for stand in stands})
    if len(lengths) > 1:
        raise ValueError(f"these latents belong to different models: {lengths} numbers")
    told = _filled([stand.told for stand in stands])
    if "classes" in told[0]:
        told = _weighted(told, classes)
    shifts = _shifts([stand.shift for stand in stands])
    return [
        replace(stand, told=kept, shift=shift)
        for stand, kept, shift in zip(stands, told, shifts, strict=True)
    ]


def weights_of(value: np.ndarray, classes: int) -> np.ndarray:
    """Classes as weights (N, classes) float32, from indices (N,) or from weights.

    Raises:
        ValueError: if a class is unknown.
    """
    if value.ndim == 2:
        if value.shape[1] != classes:
            raise ValueError(f"class weights must be (N, {classes}), got {value.shape}")
        return np.asarray(value, dtype=np.float32)
    if value.min() < 0 or value.max() >= classes:
        raise ValueError(f"classes must be 0 to {classes - 1}, got {value.max()}")
    return np.asarray(np.eye(classes, dtype=np.float32)[value.astype(np.int64)])


@dataclass(frozen=True, eq=False)
class Frames:
    """Many places in a row, stacked for drawing.

    Attributes:
        z: (N, z_dim) float32.
        told: by kind, (N, ...) each.
        psi: (N,) truncation of each.
        shift: (N, w_dim) or (N, layers, w_dim); None for nothing.
        noise: (N,) strength of the noise inputs.
    """

    z: np.ndarray
    told: Told
    psi: np.ndarray
    shift: np.ndarray | None
    noise: np.ndarray

    @classmethod
    def of(cls, stands: Sequence[Stand], classes: int = 0) -> Frames:
        """Stack places, made alike first.

        Raises:
            ValueError: as ``alike`` says.
        """
        same = alike(stands, classes)
        told = {k: np.concatenate([stand.told[k] for stand in same]) for k in same[0].told}
        shifts = [stand.shift for stand in same if stand.shift is not None]
        return cls(
            np.stack([stand.z for stand in same]),
            told,
            np.array([stand.psi for stand in same]),
            np.stack(shifts) if shifts else None,
            np.array([stand.noise for stand in same]),
        )

    def __len__(self) -> int:
        return len(self.z)

    def stand(self, index: int) -> Stand:
        """One of them."""
        return Stand(
            self.z[index],
            {kind: value[index : index + 1] for kind, value in self.told.items()},
            float(self.psi[index]),
            None if self.shift is None else self.shift[index],
            float(self.noise[index]),
        )

    def part(self, rows: slice) -> Frames:
        """Some of them."""
        told = {kind: value[rows] for kind, value in self.told.items()}
        shift = None if self.shift is None else self.shift[rows]
        return Frames(self.z[rows], told, self.psi[rows], shift, self.noise[rows])

    def batches(self, size: int = 16) -> Iterator[Frames]:
        """Neighbours of equal truncation and noise, which can be drawn at once, in order.

        Args:
            size: at most so many at a time.
        """
        start = 0
        for stop in range(1, len(self) + 1):
            ends = stop == len(self) or stop - start == size
            if ends or self.psi[stop] != self.psi[start] or self.noise[stop] != self.noise[start]:
                yield self.part(slice(start, stop))
                start = stop


def _filled(told: list[Told]) -> list[Told]:
    """What one leaves out is as before it, or as in the first that says it."""
    known: Told = {}
    for some in reversed(told):
        known.update(some)
    filled = []
    for some in told:
        known = known | some
        filled.append(known)
    for kind in known:
        shapes = {some[kind].shape[1:] for some in filled if kind != "classes"}
        if len(shapes) > 1:
            raise ValueError(f"{kind} of these latents differ in shape: {sorted(shapes)}")
    return filled


def _weighted(told: list[Told], classes: int) -> list[Told]:
    """Classes as weights, unless all are one index."""
    values = [some["classes"] for some in told]
    if all(value.ndim == 1 and np.array_equal(value, values[0]) for value in values):
        return told
    return [some | {"classes": weights_of(some["classes"], classes)} for some in told]


def _shifts(shifts: list[np.ndarray | None]) -> list[np.ndarray | None]:
    """Shifts of one shape; layer by layer if any is."""
    given = [shift for shift in shifts if shift is not None]
    if not given:
        return shifts
    try:
        shape = np.broadcast_shapes(*(shift.shape for shift in given))
    except ValueError:
        found = sorted({shift.shape for shift in given})
        raise ValueError(f"shifts of these latents differ in shape: {found}") from None
    nothing = np.zeros(shape, np.float32)
    return [
        nothing if s is None else np.ascontiguousarray(np.broadcast_to(s, shape)) for s in shifts
    ]
