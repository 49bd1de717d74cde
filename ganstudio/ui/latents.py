"""Points in latent space: those that stay fixed, and the one that is walked about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from math import isqrt

import numpy as np

from ganstudio.train.messages import Model, Told

FEW_DIMENSIONS = 16
DIRECTIONS = 12
REACH = 3.0
MOST_PSI = 1.5
LARGEST_TEXT = 200_000


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
    q, r = np.linalg.qr(noise)
    return np.asarray((q * np.sign(np.diag(r))).T, dtype=np.float32)


@dataclass(frozen=True)
class Point:
    """A point and how it was reached: frozen, every move makes a new one.

    Latents of few dimensions are moved along their own axes and the amounts are the
    coordinates; larger ones along a bank of random directions, z = base + sum a_i d_i.

    Attributes:
        model: what the latent is for.
        base: (z_dim,) float32, where the walk begins.
        ways: (K, z_dim) float32, the directions.
        amounts: (K,) float32, how far along each.
        home: (K,) float32, the amounts that Reset goes back to.
        psi: truncation, z' = psi z.
        category: index of the class, 0 where there are none.
    """

    model: Model
    base: np.ndarray
    ways: np.ndarray
    amounts: np.ndarray
    home: np.ndarray
    psi: float = 1.0
    category: int = 0
    names: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def at(cls, model: Model, z: np.ndarray, category: int = 0, seed: int = 0) -> Point:
        """Stand on a latent.

        Args:
            model: what the latent is for.
            z: (z_dim,).
            category: index of the class.
            seed: of the directions, where there are more dimensions than sliders.

        Raises:
            ValueError: if ``z`` is not as long as the model's latent.
        """
        z = np.asarray(z, dtype=np.float32)
        if z.shape != (model.z_dim,):
            raise ValueError(f"this model takes {model.z_dim} numbers, got {z.size}")
        if model.z_dim <= FEW_DIMENSIONS:
            base, ways, home = np.zeros_like(z), np.eye(model.z_dim, dtype=np.float32), z.copy()
            names = tuple(f"z {i + 1}" for i in range(model.z_dim))
        else:
            base, ways = z, directions(model.z_dim, DIRECTIONS, seed)
            home = np.zeros(len(ways), np.float32)
            names = tuple(f"Direction {i + 1}" for i in range(len(ways)))
        return cls(model, base, ways, home, home, 1.0, category, names)

    @property
    def reach(self) -> float:
        """How far a slider goes to either side."""
        axes = self.model.z_dim <= FEW_DIMENSIONS
        return 1.0 if axes and self.model.prior == "uniform" else REACH

    @property
    def z(self) -> np.ndarray:
        """(z_dim,) float32 before truncation; psi z never leaves a uniform prior."""
        z = self.base + self.amounts @ self.ways
        if self.model.prior == "uniform":
            z = np.clip(z, -1 / max(self.psi, 1), 1 / max(self.psi, 1))
        return np.asarray(z, dtype=np.float32)

    @property
    def used(self) -> np.ndarray:
        """(z_dim,) float32 after truncation, what the generator sees."""
        return np.asarray(self.psi * self.z, dtype=np.float32)

    @property
    def moved(self) -> bool:
        """Whether Reset would change anything."""
        return self.psi != 1.0 or not np.array_equal(self.amounts, self.home)

    def move(self, index: int, amount: float) -> Point:
        """Go so far along one direction."""
        amounts = self.amounts.copy()
        amounts[index] = amount
        return replace(self, amounts=amounts)

    def nudge(self, *steps: float) -> Point:
        """Go a little along the first directions, no further than the sliders reach."""
        amounts = self.amounts.copy()
        count = min(len(steps), len(amounts))
        amounts[:count] = np.clip(amounts[:count] + steps[:count], -self.reach, self.reach)
        return replace(self, amounts=amounts)

    def back(self) -> Point:
        """All amounts as they were at first, no truncation."""
        return replace(self, amounts=self.home, psi=1.0)

    def turned(self, seed: int) -> Point:
        """The same latent with new directions from here."""
        moved = Point.at(self.model, self.z, self.category, seed)
        return replace(moved, psi=self.psi)


@dataclass(frozen=True)
class Fixed:
    """Latents that stay the same while the generator learns: what a gallery's tiles show.

    Attributes:
        z: (N, z_dim) float32.
        classes: (N,) indices, or None where the generator takes none.
        columns: tiles in a row; 0 for any number.
        row_names: what each row is.
    """

    z: np.ndarray
    classes: np.ndarray | None = None
    columns: int = 0
    row_names: tuple[str, ...] = ()

    @property
    def told(self) -> Told:
        """What the explorer is asked for beside the latents."""
        return {} if self.classes is None else {"classes": self.classes}

    @classmethod
    def draw(cls, model: Model, count: int, seed: int) -> Fixed:
        """Latents for about so many tiles: with classes a row each, the same z in a column."""
        if not model.classes:
            return cls(model.draw(count, seed))
        rows = min(len(model.classes), count)
        if len(model.classes) > count:
            rows = isqrt(count)
        columns = max(round(count / rows), 1)
        z = np.tile(model.draw(columns, seed), (rows, 1))
        return cls(z, np.repeat(np.arange(rows), columns), columns, model.classes[:rows])

    def find(self, z: np.ndarray, category: int) -> int:
        """The tile drawn from this latent and class, or -1."""
        same = (self.z == z).all(axis=1) if self.z.shape[1:] == z.shape else np.zeros(0, bool)
        if self.classes is not None and len(same):
            same &= self.classes == category
        return int(np.argmax(same)) if same.any() else -1


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
