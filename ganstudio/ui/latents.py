"""Points in latent space: where one stands, and the ways to go from there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ganstudio.latent.blend import weights_of
from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.train.messages import Model
from ganstudio.ui.walking import REACH, Mix, Walk

FEW_DIMENSIONS = 16
MOST_PSI, MOST_NOISE = 1.5, 2.0
LARGEST_TEXT = 200_000
CLASS_REACH = 1.0  # the whole way to a class

Space = Literal["z", "w", "classes"]


_NOWHERE = Walk.through(np.zeros(0, np.float32), np.zeros((0, 0), np.float32), ())


@dataclass(frozen=True)
class Point:
    """A point and how it was reached: frozen, every move makes a new one.

    Latents of few dimensions are moved along their own axes at first and the amounts are the
    coordinates; larger ones along a bank of directions, z = base + sum a_i d_i. For a model with
    a mapped latent a second walk leads through w = f(z) + sum b_i e_i, and for a model that is
    told a class a third one may lead through the weights of the classes.

    Attributes:
        model: what the latent is for.
        z_walk: the walk through z.
        w_walk: the walk away from w = f(z), without directions where the model has no w.
        space: which of them is walked now.
        psi: truncation, z' = psi z.
        noise: strength of the noise inputs.
        layered: (layers, w_dim) added layer by layer, as it came with a place from elsewhere.
        mix: a second latent whose style some layers take.
        c_walk: the walk away from the class that is told, if there is one.
    """

    model: Model
    z_walk: Walk
    w_walk: Walk
    space: Space = "z"
    psi: float = 1.0
    noise: float = 1.0
    layered: np.ndarray | None = None
    mix: Mix | None = None
    c_walk: Walk = _NOWHERE

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
        z = _fitting(model, z)
        few = model.z_dim <= FEW_DIMENSIONS
        walk = _axes(model, z) if few else Walk.along(z, seed)
        return cls(model, walk, _from_w(model, seed), space if model.w_dim else "z")

    @property
    def walk(self) -> Walk:
        """The walk through the space that is walked now."""
        return {"z": self.z_walk, "w": self.w_walk, "classes": self.c_walk}[self.space]

    @property
    def axes(self) -> bool:
        """Whether what is walked now is walked along its own axes."""
        return self.walk.axes

    @property
    def reach(self) -> float:
        """How far sliders go to either side that have no reach of their own."""
        return self.walk.reach

    def reach_of(self, index: int) -> float:
        """How far this slider goes to either side."""
        return self.walk.reach_of(index)

    @property
    def z(self) -> np.ndarray:
        """(z_dim,) float32 before truncation; psi z never leaves a uniform prior."""
        z = self.z_walk.place
        if self.model.prior == "uniform":
            z = np.clip(z, -1 / max(self.psi, 1), 1 / max(self.psi, 1))
        return np.asarray(z, dtype=np.float32)

    @property
    def shift(self) -> np.ndarray | None:
        """Added to the mapped latent: (w_dim,) or (layers, w_dim) float32; None for nothing."""
        place = self.w_walk.place
        mixed = None if self.mix is None else self.mix.shift(self.model.layers, self.psi)
        layered = [part for part in (self.layered, mixed) if part is not None and part.any()]
        if layered:
            return np.asarray(sum(layered) + place[None], dtype=np.float32)
        return place if place.any() else None

    @property
    def used(self) -> np.ndarray:
        """(z_dim,) float32 that the generator sees: truncated, unless it does that in w."""
        return self.z if self.model.w_dim else np.asarray(self.psi * self.z, dtype=np.float32)

    @property
    def moved(self) -> bool:
        """Whether Reset would change anything."""
        bent = self.psi != 1.0 or self.noise != 1.0 or self.mix is not None
        return bent or self.z_walk.moved or self.steered or self.shift is not None

    @property
    def steered(self) -> bool:
        """Whether the class weights are moved."""
        return bool(self.c_walk.place.any())

    def stand(self, told: Told) -> Stand:
        """All that the generator is given here, where it is told this besides."""
        if self.steered and "classes" in told:
            weights = weights_of(told["classes"], len(self.model.classes)) + self.c_walk.place
            weights = np.clip(weights, 0, None)
            shares = weights / max(float(weights.sum()), 1e-6)
            told = told | {"classes": np.asarray(shares, dtype=np.float32)}
        return Stand(self.z, told, self.psi, self.shift, self.noise)

    def going(self, stand: Stand) -> Point:
        """The same directions from another place.

        Raises:
            ValueError: if the place is of another model.
        """
        model, shift = self.model, stand.shift
        z = _fitting(model, stand.z)
        if shift is not None and not model.takes_shift(shift[None], 1):
            takes = f"({model.w_dim},)" if model.w_dim else "no"
            raise ValueError(f"this model takes {takes} shifts of its w, got {shift.shape}")
        flat = shift if shift is not None and shift.ndim == 1 else np.zeros(model.w_dim, np.float32)
        layered = shift if shift is not None and shift.ndim == 2 else None
        return replace(
            self,
            z_walk=self.z_walk.from_(z),
            w_walk=self.w_walk.from_(flat),
            psi=stand.psi,
            noise=stand.noise,
            layered=layered,
            mix=None,
            c_walk=self._class_as_told(),
        )

    def move(self, index: int, amount: float) -> Point:
        """Go so far along one direction."""
        amounts = self.walk.amounts.copy()
        amounts[index] = amount
        return self._gone(self.walk.to(amounts))

    def step(self, steps: dict[int, float]) -> Point:
        """Go a little along some directions, no further than the sliders reach."""
        amounts = self.walk.amounts.copy()
        for index, step in steps.items():
            if index < len(amounts):
                reach = self.reach_of(index)
                amounts[index] = np.clip(amounts[index] + step, -reach, reach)
        return self._gone(self.walk.to(amounts))

    def along(self, index: int, amounts: np.ndarray, told: Told) -> list[Stand]:
        """Places with one amount at each of these and all others as they are."""
        return [self.move(index, float(amount)).stand(told) for amount in amounts]

    def back(self) -> Point:
        """All amounts as they were at first in both spaces, nothing bent or mixed."""
        z, w = self.z_walk, self.w_walk
        w = replace(w, base=np.zeros_like(w.base), amounts=w.home)
        home = replace(self, z_walk=z.to(z.home), w_walk=w, psi=1.0, noise=1.0)
        return replace(home, layered=None, mix=None, c_walk=self._class_as_told())

    def turned(self, seed: int) -> Point:
        """The same place with new random directions from here: through w, or else through z."""
        if self.space == "w":
            return replace(self, w_walk=Walk.along(self.w_walk.place, seed))
        return replace(self, z_walk=Walk.along(self.z, seed), space="z")

    def bent(
        self,
        ways: np.ndarray,
        names: tuple[str, ...],
        space: Space,
        reaches: tuple[float, ...] = (),
    ) -> Point:
        """The same place, to be left along other directions.

        Args:
            ways: (K, D), each as long as one standard deviation.
            names: of the directions.
            space: which they lead through.
            reaches: of the sliders that have one of their own, as in ``Walk``.

        Raises:
            ValueError: if the directions are of another model.
        """
        model = self.model
        wanted = {"z": model.z_dim, "w": model.w_dim, "classes": len(model.classes)}[space]
        if ways.ndim != 2 or ways.shape[1] != wanted or not wanted:
            raise ValueError(f"directions through {space} must be (K, {wanted}), got {ways.shape}")
        own = np.asarray(ways, dtype=np.float32)
        if space == "w":
            reach = self.w_walk.reach
            walk = Walk.through(self.w_walk.place, own, names, reach, reaches)
            return replace(self, w_walk=walk, space="w")
        if space == "classes":
            here = self.c_walk.place if self.steered else np.zeros(wanted, np.float32)
            walk = Walk.through(here, own, names, CLASS_REACH, reaches)
            return replace(self, c_walk=walk, space="classes")
        reach = REACH if self.z_walk.axes else self.z_walk.reach
        walk = Walk.through(self.z, own, names, reach, reaches)
        return replace(self, z_walk=walk, space="z")

    def straight(self, names: tuple[str, ...] = (), reaches: tuple[float, ...] = ()) -> Point:
        """The same place, to be left along the axes of the noise, perhaps with other names."""
        walk = _axes(self.model, self.z)
        if len(names) == len(walk.names):
            walk = replace(walk, names=names, reaches=reaches)
        return replace(self, z_walk=walk, space="z")

    def called(self, names: tuple[str, ...]) -> Point:
        """The same, with other names for the directions that are walked now."""
        return self._gone(replace(self.walk, names=names))

    def walking(self, space: Space) -> Point:
        """The same place, to be left through the other space."""
        return replace(self, space=space if self.model.w_dim else "z")

    def like(self, other: Point) -> Point:
        """This place, to be left along the directions of another point.

        Where the directions are the same already, how far one went along each is kept.
        """
        pairs = (
            (self.z_walk, other.z_walk),
            (self.w_walk, other.w_walk),
            (self.c_walk, other.c_walk),
        )
        if all(mine.same_ways(theirs) for mine, theirs in pairs):
            return replace(self, space=other.space)
        return other.going(self.stand({}))

    def reaching(self, reach: float, index: int | None = None) -> Point:
        """The same place, with sliders that go so far to either side, or this one alone."""
        return self._gone(self.walk.reaching(reach, index))

    def _class_as_told(self) -> Walk:
        walk = self.c_walk
        return replace(walk, base=np.zeros_like(walk.base), amounts=walk.home)

    def _gone(self, walk: Walk) -> Point:
        part = {"z": "z_walk", "w": "w_walk", "classes": "c_walk"}[self.space]
        return replace(self, **{part: walk})  # type: ignore[arg-type]


def _fitting(model: Model, z: np.ndarray) -> np.ndarray:
    """The latent as float32.

    Raises:
        ValueError: if it is not as long as the model's.
    """
    z = np.asarray(z, dtype=np.float32)
    if z.shape != (model.z_dim,):
        raise ValueError(f"this model takes {model.z_dim} numbers, got {z.size}")
    return z


def _axes(model: Model, z: np.ndarray) -> Walk:
    return Walk.over_axes(z, reach=1.0 if model.prior == "uniform" else REACH)


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
