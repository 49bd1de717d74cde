"""Directions to walk along from a place in latent space, and a second latent to mix in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ganstudio.latent.stand import Stand

MOST_AXES = 64
DIRECTIONS = 12
REACH = 3.0


def directions(z_dim: int, count: int, seed: int) -> np.ndarray:
    """Random directions at right angles to each other, each of length 1.

    Along such a direction a normal latent has standard deviation 1, so amounts are in
    standard deviations.

    Args:
        z_dim: dimensions of the latent.
        count: how many; no more than ``z_dim`` are possible.
        seed: the same seed gives the same directions.

    Returns:
        (min(count, z_dim), z_dim) float32.
    """
    noise = np.random.default_rng(seed).standard_normal((z_dim, min(count, z_dim)))
    if not noise.size:
        return noise.T.astype(np.float32)
    q, r = np.linalg.qr(noise)
    return np.asarray((q * np.sign(np.diag(r))).T, dtype=np.float32)


@dataclass(frozen=True)
class Walk:
    """Directions from a place, and how far one went along each.

    Attributes:
        base: (D,) float32, the place.
        ways: (K, D) float32, the directions, each as long as one standard deviation.
        amounts: (K,) float32, how far along each, in standard deviations.
        home: (K,) float32, the amounts that Reset goes back to.
        names: of the directions.
        reach: how far a slider goes to either side.
        reaches: of each slider one of its own, 0 for none; empty where none has one.
        axes: whether the amounts are the first numbers of the latent itself.
    """

    base: np.ndarray
    ways: np.ndarray
    amounts: np.ndarray
    home: np.ndarray
    names: tuple[str, ...]
    reach: float = REACH
    reaches: tuple[float, ...] = ()
    axes: bool = False

    @classmethod
    def through(
        cls,
        base: np.ndarray,
        ways: np.ndarray,
        names: tuple[str, ...],
        reach: float = REACH,
        reaches: tuple[float, ...] = (),
    ) -> Walk:
        """These directions from a place, none of them gone yet."""
        home = np.zeros(len(ways), np.float32)
        return cls(base, ways, home, home, names, reach, reaches)

    @classmethod
    def along(cls, base: np.ndarray, seed: int) -> Walk:
        """Random directions from a place, none of them gone yet."""
        ways = directions(len(base), DIRECTIONS, seed)
        return cls.through(base, ways, tuple(f"Direction {i + 1}" for i in range(len(ways))))

    @classmethod
    def over_axes(cls, z: np.ndarray, letter: str = "z", reach: float = REACH) -> Walk:
        """One direction for each of the first numbers; the amounts are the numbers."""
        count = min(len(z), MOST_AXES)
        names = tuple(f"{letter} {i + 1}" for i in range(count))
        base, amounts = z.copy(), z[:count].copy()
        base[:count] = 0
        ways = np.eye(count, len(z), dtype=np.float32)
        return cls(base, ways, amounts, amounts.copy(), names, reach, (), axes=True)

    @property
    def place(self) -> np.ndarray:
        """(D,) float32, where all amounts together lead."""
        return np.asarray(self.base + self.amounts @ self.ways, dtype=np.float32)

    @property
    def moved(self) -> bool:
        """Whether going home would change anything."""
        return not np.array_equal(self.amounts, self.home)

    def to(self, amounts: np.ndarray) -> Walk:
        """The same directions, other amounts."""
        return replace(self, amounts=amounts)

    def same_ways(self, other: Walk) -> bool:
        """Whether the other leads along the same directions."""
        return self.ways is other.ways or (self.axes and other.axes)

    def from_(self, place: np.ndarray) -> Walk:
        """The same directions from another place."""
        if self.axes:
            fresh = Walk.over_axes(place, reach=self.reach)
            return replace(fresh, names=self.names, reaches=self.reaches)
        return Walk.through(place, self.ways, self.names, self.reach, self.reaches)

    def reach_of(self, index: int) -> float:
        """How far this slider goes to either side."""
        own = self.reaches[index] if index < len(self.reaches) else 0.0
        return own or self.reach

    def reaching(self, reach: float, index: int | None = None) -> Walk:
        """The same with sliders that go so far, or this one alone; 0: as far as the others."""
        if index is None:
            return replace(self, reach=reach)
        own = [*self.reaches, *[0.0] * (len(self.names) - len(self.reaches))]
        own[index] = reach
        return replace(self, reaches=tuple(own) if any(own) else ())


@dataclass(frozen=True)
class Mix:
    """A second latent whose style some layers take.

    Attributes:
        other: the second latent.
        layers: which layers take its style, by number.
        gap: (w_dim,) float32 from the mapped latent of the point to that of the other; None
            until it is known.
        seen: bytes of the latent of the point that ``gap`` was measured from.
    """

    other: Stand
    layers: frozenset[int] = frozenset()
    gap: np.ndarray | None = None
    seen: bytes = b""

    def shift(self, layers: int, psi: float) -> np.ndarray | None:
        """(layers, w_dim) float32, psi (w_B - w_A) where the other's style is taken.

        Where the other was moved in w, that comes with it.
        """
        if self.gap is None or not self.layers:
            return None
        taken = np.isin(np.arange(layers), sorted(self.layers))
        far = psi * self.gap if self.other.shift is None else psi * self.gap + self.other.shift
        return np.asarray(taken[:, None] * far, dtype=np.float32)
