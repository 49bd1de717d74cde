"""Measuring a generator: real samples laid out once, generated ones compared with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganstudio import registry
from ganstudio.data.base import DataError, Samples, to_unit
from ganstudio.metrics._extractor import Extractor, Pause, learn, nothing
from ganstudio.metrics._inception import Inception, weights_on_disk
from ganstudio.metrics._known import known
from ganstudio.metrics.base import Better, Items, Metric, View
from ganstudio.nn.batch import Batch
from ganstudio.recipe import Recipe
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.examples import load_samples
from ganstudio.train.messages import Told
from ganstudio.train.sampler import Sampler

LEAST = 8
COUNTS = {"points": 4000, "image": 2000, "voxels": 500}
LIVE_COUNTS = {"points": 2000, "image": 500, "voxels": 200}
MOST_BYTES = 1 << 28  # of one set of samples as float32; several are held at a time
MOST_TRAIN, MOST_TRAIN_LIVE = 20_000, 4_000
MOST_INCEPTION = 1000  # pictures a side: the network takes a tenth of a second for each


@dataclass(frozen=True)
class Report:
    """One score of a generator, beside what tells whether it is good.

    Attributes:
        key: name of the score.
        title: in words, with what it depends on.
        value: of the generator.
        floor: what real samples get against other real ones; NaN where that means nothing.
        better: which way is better.
        ceiling: what the untrained generator got, where that was measured.
        headline: whether it stands for its metric where there is little room.
    """

    key: str
    title: str
    value: float
    floor: float
    better: Better
    ceiling: float | None = None
    headline: bool = False


class Ground:
    """The real side of every comparison: two sets of real samples apart, and the training set.

    Half of the real samples are compared with the generator, the other half with the first:
    that is the floor. Where a set has fewer than twice the wanted number, both have as many as
    there are; and large samples are fewer, so that a set of them fits into 256 MiB.

    Args:
        recipe: says data set and variant.
        samples: the loaded set, with the condition that the variant asks for.
        count: samples a side; as many as are usual for the kind when 0.
        live: measure only what is quick, on fewer samples.
        cache: where extractors are kept; the user's cache when None.
        pause: called often, for others to go on; may raise to give up.

    Attributes:
        last_told: what the samples drawn last were told, by kind.
    """

    def __init__(
        self,
        recipe: Recipe,
        samples: Samples,
        count: int = 0,
        live: bool = False,
        cache: Path | None = None,
        pause: Pause = nothing,
    ) -> None:
        self.spec: SampleSpec = recipe.spec
        self.samples, self._live, self._pause = samples, live, pause
        whole = len(samples.x)
        wanted = count or (LIVE_COUNTS if live else COUNTS)[self.spec.kind]
        self.count = min(wanted, whole // 2, max(LEAST, MOST_BYTES // (4 * self.spec.size)))
        if self.count < LEAST:
            raise DataError(f"{whole} samples are too few to measure with; 16 are the least")
        self.extractor = None
        if self.spec.kind != "points":
            # as the set is by itself, so that all variants on it share one extractor
            own = registry.find("data", recipe.data).spec(recipe.dataset)
            self.extractor = learn(samples, own, recipe.data, pause, cache)
        order = np.random.default_rng(0).permutation(whole)
        self._rows = order
        self._held_out = samples.held_out(recipe.held_out)
        self._worlds = self._classifier_of_worlds(recipe.data, cache)
        self.real = self._real(order[: self.count])
        self.other = self._real(order[self.count : 2 * self.count])
        most = MOST_TRAIN_LIVE if live else MOST_TRAIN
        self.train = self._training(order[:most])
        self._origin = self._elsewhere()
        self._known = known(recipe.data, recipe.dataset)
        self.metrics = [kind() for kind in registry.discover("metrics").values()]
        self._floors: dict[str, float] = {}
        self.last_told: Told = {}

    def view(self, fake: Items) -> View:
        """What metrics look at for these samples."""
        seer = self.extractor
        title = "" if seer is None else f"{seer.title}, n = {len(fake):,}"
        inception = seer is not None and seer.inception
        return View(
            self.spec,
            self.real,
            fake,
            self.train,
            title,
            inception=inception,
            known=self._known,
            origin=self._origin,
        )

    def draw(self, sampler: Sampler, count: int = 0, seed: int = 0) -> Items:
        """Generated samples, told what belongs to randomly chosen real ones, with features.

        The first of them come from pairs that were held out, half of them at most.

        Args:
            sampler: the generator.
            count: how many; as many as there are real ones when 0.
            seed: of the latents.
        """
        count = count or self.count
        rows = np.random.default_rng(seed + 1).permutation(len(self._rows))
        late = rows >= len(rows) - self._held_out
        unseen = min(self._held_out, count // 2)
        rows = np.concatenate([rows[late][:unseen], np.resize(rows[~late], count - unseen)])
        z = sampler.model.draw(count, seed)
        size = sampler.at_once
        drawn: list[np.ndarray] = []
        told: list[Told] = []
        for start in range(0, count, size):
            part = rows[start : start + size]
            told.append(self._told(sampler, part, seed + start))
            drawn.append(sampler.draw(z[start : start + size], told[-1]))
            self._pause()
        conditions = {kind: np.concatenate([part[kind] for part in told]) for kind in told[0]}
        self.last_told = conditions
        pictures = conditions.get("image")
        targets = None
        if pictures is not None and "attributes" not in conditions:
            targets = self._unit(rows)
        return self._seen(
            Items(
                np.concatenate(drawn),
                labels=conditions.get("classes"),
                attributes=conditions.get("attributes"),
                traits=self._traits(rows),
                sources=conditions.get("domain") if pictures is None else pictures,
                targets=targets,
                unseen=0 if targets is None else unseen,
            )
        )

    def _told(self, sampler: Sampler, rows: np.ndarray, seed: int) -> Told:
        """What belongs to these rows; a picture to be changed gets attributes of other rows."""
        told = self.told(sampler, rows, seed)
        if {"image", "attributes"} <= set(told):
            others = np.random.default_rng(seed).integers(len(self._rows), size=len(rows))
            told["attributes"] = self.told(sampler, others, seed)["attributes"]
        return told

    def told(self, sampler: Sampler, rows: np.ndarray, seed: int = 0) -> Told:
        """The model's inputs that belong to these rows of the data, by kind."""
        if not sampler.model.inputs:
            return {}
        c, paired = self.samples.conditions, self.spec.condition.kind != "domain"
        if c is not None:
            there = rows if paired else np.random.default_rng(seed).integers(len(c), size=len(rows))
            c = to_unit(c[torch.from_numpy(there)].clone())
        batch = Batch(torch.from_numpy(self._unit(rows)), c)
        return {kind: value.numpy() for kind, value in sampler.gan.tell(batch).items()}

    def measure(self, fake: Items, probe: Any = None) -> dict[str, float]:
        """Every score that can be taken of these samples, by name.

        Args:
            fake: generated samples, from ``draw``.
            probe: what the discriminator sees, for the metrics that ask for it.
        """
        view = replace(self.view(fake), probe=probe)
        scores: dict[str, float] = {}
        for metric in self._applying(view):
            scores |= metric.measure(view)
            self._pause()
        return scores

    def floors(self) -> dict[str, float]:
        """What real samples get against other real ones; measured once."""
        if not self._floors:
            self._floors = self.measure(self.other)
        return self._floors

    def reports(
        self,
        fake: Items,
        untrained: Items | None = None,
        probe: Any = None,
        untrained_probe: Any = None,
    ) -> list[Report]:
        """All scores of a generator with floor and, if its beginning is there, ceiling."""
        values, floors = self.measure(fake, probe), self.floors()
        ceilings = {} if untrained is None else self.measure(untrained, untrained_probe)
        view = replace(self.view(fake), probe=probe)
        return [
            Report(
                key,
                metric.named(key, view),
                values[key],
                floors.get(key, float("nan")),
                metric.scores[key].better,
                ceilings.get(key),
                key in metric.headline,
            )
            for metric in self._applying(view)
            for key in metric.scores
            if key in values
        ]

    def inception(self, fake: Items) -> list[Report]:
        """FID and KID, where Inception's weights lie on the disk; nothing where they do not."""
        path = weights_on_disk() if self.spec.kind == "image" else None
        if path is None:
            return []
        network, count = Inception(path), min(MOST_INCEPTION, len(fake), self.count)

        def look(items: Items) -> Items:
            x = items.x[:count]
            return Items(x, network.see(x, self._pause)[0])

        real, other, made = (look(items) for items in (self.real, self.other, fake))
        title = f"{network.title}, n = {count:,}"
        view = View(self.spec, real, made, real, title, inception=True)
        return [
            Report(
                f"inception_{key}",
                metric.named(key, view),
                metric.measure(view)[key],
                metric.measure(view.of(other))[key],
                metric.scores[key].better,
            )
            for metric in self.metrics
            for key in metric.scores
            if key in ("fcd", "kcd")
        ]

    def _applying(self, view: View) -> Iterable[Metric]:
        for metric in self.metrics:
            if metric.applies(view) and (metric.live or not self._live):
                yield metric

    def _real(self, rows: np.ndarray) -> Items:
        labels = self.samples.labels
        own = None if labels is None else labels[torch.from_numpy(rows)].numpy()
        return self._seen(
            Items(
                self._unit(rows),
                labels=own,
                attributes=self._attributes(rows),
                traits=self._traits(rows),
                index=rows,
            )
        )

    def _classifier_of_worlds(self, data: str, cache: Path | None) -> Extractor | None:
        """Tells the wanted world (1) from the other, where the two are not paired."""
        x, told = self.samples.x, self.samples.told
        if self.spec.condition.kind != "domain" or told is None or told.shape[1:] != x.shape[1:]:
            return None
        most = min(MOST_TRAIN_LIVE, MOST_BYTES // self.spec.size)
        there, wanted = told[:most], x[torch.from_numpy(self._rows[:most])]
        labels = torch.cat([torch.zeros(len(there)), torch.ones(len(wanted))]).long()
        spec = replace(self.spec, condition=ConditionSpec("classes", ("there", "wanted")))
        both = Samples(torch.cat([there, wanted]), labels)
        return learn(both, spec, f"worlds of {data}", self._pause, cache)

    def _elsewhere(self) -> Items | None:
        """Real pictures of the other, unpaired world."""
        told = self.samples.told
        if self._worlds is None or told is None:
            return None
        return self._seen(Items(to_unit(told[: self.count].clone()).numpy()))

    def _traits(self, rows: np.ndarray) -> dict[str, np.ndarray] | None:
        """All that is known of these rows, where words or sounds say part of it."""
        if self.spec.condition.kind not in ("text", "sound") or self.extractor is None:
            return None
        targets, chosen = self.extractor.targets, torch.from_numpy(rows)
        return {name: value[chosen].numpy() for name, value in targets.items()}

    def _attributes(self, rows: np.ndarray) -> np.ndarray | None:
        told = self.samples.told
        if self.spec.condition.kind != "attributes" or told is None:
            return None
        found: np.ndarray = told[torch.from_numpy(rows)].float().numpy()
        return found

    def _training(self, rows: np.ndarray) -> Items:
        """The training set without its values where features are enough: those take memory."""
        if self.extractor is None:
            return Items(self._unit(rows), index=rows)
        parts = [
            self.extractor.see(self._unit(part), self._pause)[0]
            for part in np.array_split(rows, -(-len(rows) // min(512, self.count)))
        ]
        features = np.concatenate(parts)
        return Items(features, features, attributes=self._attributes(rows), index=rows)

    def _seen(self, items: Items) -> Items:
        if self.extractor is None:
            return items
        features, probabilities = self.extractor.see(items.x, self._pause)
        read = None if items.traits is None else self.extractor.read(features)
        wanted = None
        if self._worlds is not None:
            sure = self._worlds.see(items.x, self._pause)[1]
            wanted = None if sure is None else sure[:, 1]
        return replace(
            items, features=features, probabilities=probabilities, read=read, wanted=wanted
        )

    def _unit(self, rows: np.ndarray) -> np.ndarray:
        x: np.ndarray = to_unit(self.samples.x[torch.from_numpy(rows)].clone()).numpy()
        return x


def finite(value: Any) -> Any:
    """The same for JSON, which knows no NaN: None instead."""
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def evaluate(
    folder: Path,
    data_root: Path,
    *,
    count: int = 0,
    checkpoint: str | None = None,
    device: str = "auto",
    cache: Path | None = None,
    tell: Callable[[str], object] = lambda text: None,
    ground: Ground | None = None,
    inception: bool = False,
) -> tuple[Sampler, Ground, list[Report]]:
    """Measure a run: its averaged generator, real samples, and its untrained beginning.

    Args:
        folder: the run.
        data_root: where data sets are kept.
        count: samples a side; as many as are usual for the kind when 0.
        checkpoint: by name; None is the newest.
        device: where samples are drawn.
        cache: where extractors are kept; the user's cache when None.
        tell: hears what is being done.
        ground: real samples laid out before, for the same data.
        inception: FID and KID too, where Inception's weights lie on the disk.

    Raises:
        RecipeError: if the run's recipe cannot be read.
        RunError: if there is no complete checkpoint.
        DataError: if the data set cannot be loaded.
    """
    from ganstudio.train.probe import probe
    from ganstudio.train.run import RunFolder

    sampler = Sampler.load(folder, device, checkpoint)
    recipe = Recipe.of_run(folder)
    if ground is None:
        tell(f"reading {recipe.data}")
        samples = load_samples(recipe, data_root)
        tell("laying out real samples")
        ground = Ground(recipe, samples, count, cache=cache)
    run = RunFolder.open(folder)
    first = next((path.name for path in run.checkpoints() if _is_start(path.name)), None)
    tell("drawing samples")
    fake = ground.draw(sampler)
    seen = probe(run, recipe, ground.samples, checkpoint)
    untrained, unlearnt = None, None
    if first is not None and sampler.nimg > 0:
        untrained = ground.draw(Sampler.load(folder, device, first))
        unlearnt = None if seen is None else probe(run, recipe, ground.samples, first)
    tell("measuring")
    reports = ground.reports(fake, untrained, seen, unlearnt)
    return sampler, ground, [*reports, *(ground.inception(fake) if inception else [])]


def _is_start(name: str) -> bool:
    return float(name.removesuffix("k")) == 0
