"""Points in latent space: where one stands, and the ways to go from there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ganstudio.train.messages import Model

FEW_DIMENSIONS = 16
DIRECTIONS = 12
REACH = 3.0
MOST_PSI = 1.5
LARGEST_TEXT = 200_000

Space = Literal["z", "w"]


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
        ways: (K, D) float32, the directions.
        amounts: (K,) float32, how far along each.
        home: (K,) float32, the amounts that Reset goes back to.
        names: of the directions.
    """

    base: np.ndarray
    ways: np.ndarray
    amounts: np.ndarray
    home: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def along(cls, base: np.ndarray, seed: int) -> Walk:
        """Random directions from a place, none of them gone yet."""
        ways = directions(len(base), DIRECTIONS, seed)
        home = np.zeros(len(ways), np.float32)
        return cls(base, ways, home, home, tuple(f"Direction {i + 1}" for i in range(len(ways))))

    @classmethod
    def over_axes(cls, z: np.ndarray) -> Walk:
        """One direction for each number; the amounts are the numbers."""
        names = tuple(f"z {i + 1}" for i in range(len(z)))
        return cls(np.zeros_like(z), np.eye(len(z), dtype=np.float32), z.copy(), z.copy(), names)

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


@dataclass(frozen=True)
class Point:
    """A point and how it was reached: frozen, every move makes a new one.

    Latents of few dimensions are moved along their own axes and the amounts are the
    coordinates; larger ones along a bank of random directions, z = base + sum a_i d_i. For a
    model with a mapped latent a second walk leads through w = f(z) + sum b_i e_i.

    Attributes:
        model: what the latent is for.
        z_walk: the walk through z.
        w_walk: the walk away from w = f(z), without directions where the model has no w.
        space: which of the two is walked now.
        psi: truncation, z' = psi z.
    """

    model: Model
    z_walk: Walk
    w_walk: Walk
    space: Space = "z"
    psi: float = 1.0

    @classmethod
    def at(cls, model: Model, z: np.ndarray, seed: int = 0, space: Space = "z") -> Point:
        """Stand on a latent.

        Args:
            model: what the latent is for.
            z: (z_dim,).
            seed: of the directions, where there are more dimensions than sliders.
            space: to be walked; ``z`` where the model has no w.

        Raises:
            ValueError: if ``z`` is not as long as the model's latent.
        """
        z = np.asarray(z, dtype=np.float32)
        if z.shape != (model.z_dim,):
            raise ValueError(f"this model takes {model.z_dim} numbers, got {z.size}")
        few = model.z_dim <= FEW_DIMENSIONS
        walk = Walk.over_axes(z) if few else Walk.along(z, seed)
        return cls(model, walk, _from_w(model, seed), space if model.w_dim else "z")

    @property
    def walk(self) -> Walk:
        """The walk through the space that is walked now."""
        return self.w_walk if self.space == "w" else self.z_walk

    @property
    def axes(self) -> bool:
        """Whether what is walked now is walked along its own axes."""
        return self.space == "z" and self.model.z_dim <= FEW_DIMENSIONS

    @property
    def reach(self) -> float:
        """How far a slider goes to either side."""
        return 1.0 if self.axes and self.model.prior == "uniform" else REACH

    @property
    def z(self) -> np.ndarray:
        """(z_dim,) float32 before truncation; psi z never leaves a uniform prior."""
        z = self.z_walk.place
        if self.model.prior == "uniform":
            z = np.clip(z, -1 / max(self.psi, 1), 1 / max(self.psi, 1))
        return np.asarray(z, dtype=np.float32)

    @property
    def shift(self) -> np.ndarray | None:
        """(w_dim,) float32 to be added to the mapped latent; None for nothing."""
        place = self.w_walk.place
        return place if place.any() else None

    @property
    def used(self) -> np.ndarray:
        """(z_dim,) float32 that the generator sees: truncated, unless it does that in w."""
        return self.z if self.model.w_dim else np.asarray(self.psi * self.z, dtype=np.float32)

    @property
    def moved(self) -> bool:
        """Whether Reset would change anything."""
        return self.psi != 1.0 or self.z_walk.moved or self.shift is not None

    def move(self, index: int, amount: float) -> Point:
        """Go so far along one direction."""
        amounts = self.walk.amounts.copy()
        amounts[index] = amount
        return self._gone(amounts)

    def nudge(self, *steps: float) -> Point:
        """Go a little along the first directions, no further than the sliders reach."""
        amounts = self.walk.amounts.copy()
        count = min(len(steps), len(amounts))
        amounts[:count] = np.clip(amounts[:count] + steps[:count], -self.reach, self.reach)
        return self._gone(amounts)

    def back(self) -> Point:
        """All amounts as they were at first in both spaces, no truncation."""
        z, w = self.z_walk, self.w_walk
        w = replace(w, base=np.zeros_like(w.base), amounts=w.home)
        return replace(self, z_walk=z.to(z.home), w_walk=w, psi=1.0)

    def turned(self, seed: int) -> Point:
        """The same place with new directions from here, in the space that is walked now."""
        if self.space == "w":
            return replace(self, w_walk=Walk.along(self.w_walk.place, seed))
        moved = Point.at(self.model, self.z, seed)
        return replace(moved, w_walk=self.w_walk, psi=self.psi)

    def walking(self, space: Space) -> Point:
        """The same place, to be left through the other space."""
        return replace(self, space=space if self.model.w_dim else "z")

    def _gone(self, amounts: np.ndarray) -> Point:
        walk = self.walk.to(amounts)
        if self.space == "w":
            return replace(self, w_walk=walk)
        return replace(self, z_walk=walk)


def _from_w(model: Model, seed: int) -> Walk:
    return Walk.along(np.zeros(model.w_dim, np.float32), seed)


def to_text(z: np.ndarray) -> str:
    """A latent as numbers with commas, to be kept or sent to someone."""
    return ", ".join(f"{value:.6g}" for value in z)


def from_text(text: str) -> np.ndarray:
    """Read a latent back from text: any numbers in a row.

    Raises:
        ValueError: if the text holds no finite numbers, or is too long for a latent.
    """
    if len(text) > LARGEST_TEXT:
        raise ValueError("the clipboard's text is too long for a latent")
    words = re.split(r"[\s,;\[\]()]+", text.strip(" \n\t,;[]()"))
    try:
        z = np.array([float(word) for word in words], dtype=np.float32)
    except ValueError as error:
        raise ValueError("the clipboard holds no latent, only numbers make one") from error
    if not np.isfinite(z).all():
        raise ValueError("the clipboard's numbers are not all finite")
    return z
