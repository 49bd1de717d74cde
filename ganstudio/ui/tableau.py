"""What a gallery's tiles show: latents and inputs that stay fixed, and how their pictures stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isqrt

import numpy as np

from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec
from ganstudio.train.messages import Examples, Model, Told
from ganstudio.ui.pictures import resized, shown_as
from ganstudio.words import decode

SEEN = ("image", "domain", "sound")  # conditions that can be shown as pictures
MOST_RESULTS = 6  # beside one source
TILES_A_GROUP = 4  # what a group of source, result and more counts for at least
TARGET = "Target"


@dataclass(frozen=True)
class Fixed:
    """Latents and inputs that stay the same while the generator learns.

    Attributes:
        z: (N, z_dim) float32.
        told: the inputs that go with them, (N, ...) each.
        columns: tiles in a row; 0 for any number.
        row_names: what each row is.
        sources: pictures that the results are made from, by name, (G, H, W, 3) uint8; result i
            is made from picture i // ``len(results)``.
        targets: (G, *shape) what the results should be; None where nobody can say.
        results: names of the results from one source.
    """

    z: np.ndarray
    told: Told = field(default_factory=dict)
    columns: int = 0
    row_names: tuple[str, ...] = ()
    sources: Mapping[str, np.ndarray] = field(default_factory=dict)
    targets: np.ndarray | None = None
    results: tuple[str, ...] = ("Result",)

    @classmethod
    def draw(cls, model: Model, count: int, seed: int, examples: Examples | None = None) -> Fixed:
        """Latents for about so many tiles, and inputs that suit them.

        Classes get a row each and captions too, with the same z in a column; pictures and
        sounds stand beside what is made of them.

        Args:
            model: what they are for.
            count: tiles wanted.
            seed: of the latents.
            examples: of the data, for a model that takes more than classes.
        """
        kinds = {taken.kind for taken in model.inputs}
        if examples is not None and kinds & set(SEEN):
            return _groups(model, count, seed, examples)
        if examples is not None and kinds & {"text", "attributes"}:
            return _rows(model, count, seed, examples)
        if not model.classes:
            return cls(model.draw(count, seed))
        rows = min(len(model.classes), count)
        if len(model.classes) > count:
            rows = isqrt(count)
        columns = max(round(count / rows), 1)
        z = np.tile(model.draw(columns, seed), (rows, 1))
        told = {"classes": np.repeat(np.arange(rows), columns)}
        return cls(z, told, columns, model.classes[:rows])

    def of(self, index: int) -> tuple[np.ndarray, Told]:
        """The latent (z_dim,) of one result, and what it was told, (1, ...) each."""
        told = {kind: value[index : index + 1].copy() for kind, value in self.told.items()}
        return self.z[index].copy(), told

    def find(self, stand: Stand) -> int:
        """The result that was drawn from what someone stands on, or -1."""
        if self.z.shape[1:] != stand.z.shape:
            return -1
        same = (self.z == stand.z).all(axis=1)
        for kind, value in self.told.items():
            there = stand.told.get(kind)
            if there is not None:
                if there.shape[1:] != value.shape[1:]:
                    return -1
                same &= (value == there).reshape(len(value), -1).all(axis=1)
        return int(np.argmax(same)) if same.any() else -1


@dataclass(frozen=True)
class Tableau:
    """Pictures in the order in which they stand.

    Attributes:
        fixed: what the results were drawn from.
        pixels: (P, H, W, 3) uint8.
        headers: names of the pictures of a group, which follow each other; empty where each
            picture is a result of its own.
        first: place of the first result in a group.
        order: (G,) the group that stands at each place, or the result where each picture is one;
            None for the order in which they were drawn.
    """

    fixed: Fixed
    pixels: np.ndarray
    headers: tuple[str, ...] = ()
    first: int = 0
    order: np.ndarray | None = None

    @property
    def wide(self) -> int:
        """Pictures in a group."""
        return max(len(self.headers), 1)

    @property
    def each(self) -> int:
        """Results in a group."""
        return len(self.fixed.results) if self.headers else 1

    def picture_of(self, result: int) -> int:
        """The picture of a result; -1 for none."""
        if result < 0:
            return -1
        group, place = divmod(result, self.each)
        if self.order is not None:
            group = int(np.flatnonzero(self.order == group)[0])
        return group * self.wide + self.first + place

    def result_of(self, picture: int) -> int:
        """The result that a picture shows or belongs to."""
        return max(self.shown_in(picture), self._group_at(picture) * self.each)

    def shown_in(self, picture: int) -> int:
        """The result that a picture shows; -1 where it shows a source, a target or more."""
        place = picture % self.wide - self.first
        return self._group_at(picture) * self.each + place if 0 <= place < self.each else -1

    def ranked(self, scores: np.ndarray) -> Tableau:
        """The same with the highest score first, groups by their mean; rows are ranked each.

        Args:
            scores: (N,) one for each result.
        """
        means = scores.reshape(-1, self.each).mean(1)
        row = self.fixed.columns if self.fixed.row_names else len(means)
        starts = range(0, len(means), row)
        order = np.concatenate([s + np.argsort(-means[s : s + row], kind="stable") for s in starts])
        groups = self.pixels.reshape(len(means), self.wide, *self.pixels.shape[1:])
        return replace(self, pixels=groups[order].reshape(self.pixels.shape), order=order)

    def _group_at(self, picture: int) -> int:
        place = picture // self.wide
        return place if self.order is None else int(self.order[place])


def compose(
    fixed: Fixed,
    samples: np.ndarray,
    beside: Mapping[str, np.ndarray],
    paint: Callable[[np.ndarray], np.ndarray],
) -> Tableau:
    """Put results, what they were made from, and what else is worth seeing, side by side.

    Args:
        fixed: what the results were drawn from.
        samples: (N, *shape) the results.
        beside: (N, *shape) each, by name; left out where one source has several results.
        paint: makes pictures (N, H, W, 3) uint8 of samples.
    """
    each = len(fixed.results)
    more = {name: x for name, x in beside.items() if each == 1 and not fixed.row_names}
    if not fixed.sources and not more:
        return Tableau(fixed, paint(samples))
    painted = paint(samples)
    parts = dict(fixed.sources)
    first = len(parts)
    for place, name in enumerate(fixed.results):
        parts[name] = painted[place::each]
    if fixed.targets is not None:
        parts[TARGET] = paint(fixed.targets)
    parts |= {name.capitalize(): paint(x) for name, x in more.items()}
    height = max(pixels.shape[1] for pixels in parts.values())
    width = max(pixels.shape[2] for pixels in parts.values())
    same = [resized(pixels, height, width) for pixels in parts.values()]
    pixels = np.stack(same, axis=1).reshape(-1, height, width, 3)
    return Tableau(fixed, pixels, tuple(parts), first)


def _groups(model: Model, count: int, seed: int, examples: Examples) -> Fixed:
    """Sources out of the examples, each with one result, or one for every class or attribute."""
    known: Told = {taken.kind: examples.told[taken.kind] for taken in model.inputs}
    each = len(_variations(model, known)[0])
    there = min(len(value) for value in known.values())  # another domain may hold fewer
    groups = max(min(count // max(TILES_A_GROUP, each + 1), there), 1)
    told: Told = {kind: value[:groups] for kind, value in known.items()}
    names, varied = _variations(model, told)
    z = np.repeat(model.draw(groups, seed), each, axis=0)
    told = {kind: np.repeat(value, each, axis=0) for kind, value in told.items()} | varied
    sources = {
        _name(taken): shown_as(taken.kind, known[taken.kind][:groups])
        for taken in model.inputs
        if taken.kind in SEEN
    }
    paired = [taken.kind for taken in model.inputs] == ["image"]
    targets = examples.x[:groups] if paired else None
    return Fixed(z, told, sources=sources, targets=targets, results=names)


def _variations(model: Model, told: Told) -> tuple[tuple[str, ...], Told]:
    """What one source is turned into, and the inputs that say so."""
    groups = len(next(iter(told.values())))
    attributes = model.input("attributes")
    if model.classes:
        names = model.classes[:MOST_RESULTS]
        return names, {"classes": np.tile(np.arange(len(names)), groups)}
    if attributes is not None and len(attributes.names) > 1:
        names = tuple(f"± {name}" for name in attributes.names[:MOST_RESULTS])
        rows = np.repeat(told["attributes"], len(names), axis=0)
        place = np.tile(np.arange(len(names)), groups)
        rows[np.arange(len(rows)), place] = 1 - rows[np.arange(len(rows)), place]
        return names, {"attributes": rows}
    return ("Result",), {}


def _rows(model: Model, count: int, seed: int, examples: Examples) -> Fixed:
    """A row for each caption or set of attributes, the same z in a column."""
    rows = max(min(isqrt(count), len(examples.x)), 1)
    columns = max(round(count / rows), 1) if model.z_dim else 1
    z = np.tile(model.draw(columns, seed), (rows, 1))
    told: Told = {
        taken.kind: np.repeat(examples.told[taken.kind][:rows], columns, axis=0)
        for taken in model.inputs
    }
    names = tuple(_caption(model, examples, row) for row in range(rows))
    return Fixed(z, told, columns, names)


def _caption(model: Model, examples: Examples, row: int) -> str:
    """What a row was told, in words."""
    text, attributes = model.input("text"), model.input("attributes")
    if text is not None:
        return decode((int(word) for word in examples.told["text"][row]), text.names)
    if attributes is not None:
        amounts = zip(attributes.names, examples.told["attributes"][row], strict=True)
        return ", ".join(name for name, amount in amounts if amount >= 0.5) or "none"
    return ""


def _name(taken: ConditionSpec) -> str:
    return taken.title.capitalize() or "Source"
