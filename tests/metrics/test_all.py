"""What every metric promises, checked for all that the registry finds."""

import numpy as np
import pytest

from ganstudio import registry
from ganstudio.metrics.base import Items, Known, Metric, Probe, View
from ganstudio.samples import SampleSpec

KEYS = registry.keys("metrics")
SHAPES = {"points": (2,), "image": (3, 8, 8), "voxels": (1, 8, 8, 8)}


def items(kind: str, seed: int, count: int = 48, paired: bool = False) -> Items:
    random = np.random.default_rng(seed)
    x = np.tanh(random.normal(size=(count, *SHAPES[kind]))).astype(np.float32)
    sure = random.random((count, 4)).astype(np.float32)
    traits = {"class": random.integers(4, size=count), "hat": random.integers(2, size=count)}
    read = {name: np.roll(value, count // 2) for name, value in traits.items()}
    return Items(
        x,
        features=None if kind == "points" else random.normal(size=(count, 6)).astype(np.float32),
        probabilities=None if kind == "points" else sure / sure.sum(1, keepdims=True),
        labels=random.integers(4, size=count),
        attributes=(random.random((count, 3)) > 0.5).astype(np.float32),
        traits=traits,
        read=None if kind == "points" else read,
        wanted=random.random(count) if kind == "image" else None,
        sources=x[:, :1, ::2, ::2] if paired else None,
        targets=x if paired else None,
        index=np.arange(count) + 1000 * seed,
        unseen=5 if paired else 0,
    )


def view(kind: str, paired: bool) -> View:
    real, fake, train = (items(kind, seed, paired=paired) for seed in (1, 2, 3))
    known = Known(
        lambda count, seed: items("points", seed, 500).x, np.zeros((1, 2), np.float32), 0.3
    )
    assert train.features is None or train.labels is not None
    probe = None
    if kind == "voxels":
        probe = Probe(train.features, train.labels, real.features, real.labels)
    return View(
        SampleSpec(kind, SHAPES[kind]), real, fake, train, "classifier of tests, n = 48",
        known=known if kind == "points" else None, probe=probe,
        origin=items(kind, 4) if kind == "image" else None,
    )  # fmt: skip


def test_every_file_holds_a_metric_and_no_two_share_a_score():
    members = registry.discover("metrics")
    assert set(members) == set(KEYS)
    scores = [score for member in members.values() for score in member.scores]
    assert len(scores) == len(set(scores))


@pytest.mark.parametrize("key", KEYS)
def test_it_introduces_itself(key):
    kind = registry.find("metrics", key)
    assert issubclass(kind, Metric)
    assert kind.title
    assert "Source:" in kind.__doc__
    assert set(kind.headline) <= set(kind.scores)
    for score in kind.scores.values():
        assert score.title
        assert score.about.endswith(".")


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("key", KEYS)
def test_scores_are_named_finite_and_the_same_every_time(key, kind):
    metric, seen = (
        registry.find("metrics", key)(),
        view(kind, paired=key == "paired" and kind == "image"),
    )
    if not metric.applies(seen):
        assert kind not in metric.takes
        return
    first, second = metric.measure(seen), metric.measure(seen)
    assert first == second
    assert set(first) == set(metric.scores)
    assert all(np.isfinite(value) for value in first.values())
    assert all(metric.named(score, seen) for score in first)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_missing_is_not_asked_for(key):
    bare = View(SampleSpec("image", (3, 8, 8)), *[Items(items("image", 1).x)] * 3)
    metric = registry.find("metrics", key)()
    if metric.applies(bare):
        assert all(np.isfinite(value) for value in metric.measure(bare).values())
