"""Metrics on features: closed forms, and the order in which they put sets of known faults."""

from dataclasses import replace

import numpy as np
import pytest

from ganstudio import registry
from ganstudio.metrics.agreement import Agreement
from ganstudio.metrics.arrival import Arrival
from ganstudio.metrics.base import Items, View
from ganstudio.metrics.frechet import Frechet, between, gaussian
from ganstudio.metrics.kernel import polynomial_mmd
from ganstudio.samples import SampleSpec

CLASSES, SIZE = 5, 400
CENTRES = 6 * np.random.default_rng(100).normal(size=(CLASSES, 8))


def drawn(seed: int, classes: int = CLASSES, count: int = SIZE, spread: float = 1.0) -> Items:
    """A mixture of five Gaussians in features, with a classifier that knows their centres."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    return seen(CENTRES[labels] + spread * random.normal(size=(count, 8)), labels)


def seen(features: np.ndarray, labels: np.ndarray | None = None) -> Items:
    logits = -np.square(features[:, None] - CENTRES[None]).sum(2) / 8
    sure = np.exp(logits - logits.max(1, keepdims=True))
    sure /= sure.sum(1, keepdims=True)
    x = np.zeros((len(features), 1, 1, 1), np.float32)
    return Items(x, features.astype(np.float32), sure.astype(np.float32), labels)


REAL, TRAIN = drawn(1), drawn(2, count=1000)
SETS = {
    "real": drawn(3),
    "noisy": drawn(3, spread=1.6),
    "two classes": drawn(3, classes=2),
    "one class": drawn(3, classes=1),
    "repeated": seen(np.resize(drawn(3).features[:20], (SIZE, 8)), np.resize(np.arange(5), SIZE)),
    "copies": seen(TRAIN.features[:SIZE], TRAIN.labels[:SIZE]),
    "garbage": seen(np.random.default_rng(0).uniform(-90, 90, (SIZE, 8))),
}


def measured(key: str) -> dict[str, dict[str, float]]:
    """The scores of each set, by name of the set."""
    metric = registry.find("metrics", key)()
    view = View(SampleSpec("image", (1, 1, 1)), REAL, SETS["real"], TRAIN, "five Gaussians")
    return {name: metric.measure(view.of(items)) for name, items in SETS.items()
            if metric.applies(view.of(items))}  # fmt: skip


def test_gaussians_have_the_frechet_distance_of_the_closed_form():
    a, b = np.array([4.0, 1.0, 0.25]), np.array([1.0, 9.0, 0.25])
    expected = 9 + ((a**0.5 - b**0.5) ** 2).sum()  # commuting covariances
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    covariances = [turn @ np.diag(v) @ turn.T for v in (a, b)]
    mean = np.zeros(3)
    found = between(mean, covariances[0], mean + np.array([3.0, 0, 0]), covariances[1])
    assert found == pytest.approx(expected)


def test_the_frechet_distance_knows_covariances_that_do_not_commute():
    sqrtm = pytest.importorskip("scipy.linalg").sqrtm
    (m1, s1), (m2, s2) = gaussian(REAL.features), gaussian(SETS["noisy"].features)
    expected = ((m1 - m2) ** 2).sum() + np.trace(s1 + s2 - 2 * sqrtm(s1 @ s2).real)
    assert between(m1, s1, m2, s2) == pytest.approx(expected, rel=1e-6)
    assert between(m1, s1, m1, s1) == pytest.approx(0, abs=1e-6)


def test_the_frechet_distance_puts_faults_in_order():
    fcd = {name: scores["fcd"] for name, scores in measured("frechet").items()}
    assert fcd["real"] < fcd["noisy"] < fcd["two classes"] < fcd["one class"] < fcd["garbage"]


def test_the_word_fid_needs_inception():
    view = View(SampleSpec("image", (1, 1, 1)), REAL, REAL, TRAIN, "classifier of digits")
    assert Frechet().named("fcd", view) == "FCD (classifier of digits)"
    inception = View(SampleSpec("image", (1, 1, 1)), REAL, REAL, TRAIN, "Inception", inception=True)
    assert Frechet().named("fcd", inception) == "FID (Inception)"


def test_the_kernel_distance_has_no_bias():
    random = np.random.default_rng(0)
    same = [
        polynomial_mmd(random.normal(size=(40, 4)), random.normal(size=(40, 4))) for _ in range(200)
    ]
    assert abs(np.mean(same)) < 3 * np.std(same) / 200**0.5
    x, y = np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]])
    # k(1, 2) = 27, k(0, 1) = 1; across: k(1, 0), k(1, 1), k(2, 0), k(2, 1) = 1, 8, 1, 27
    assert polynomial_mmd(x, y) == pytest.approx(27 + 1 - 2 * 37 / 4)


def test_the_kernel_distance_puts_faults_in_order():
    kcd = {name: scores["kcd"] for name, scores in measured("kernel").items()}
    assert abs(kcd["real"]) < 100 < kcd["two classes"] < kcd["garbage"]


def test_repetition_kills_recall_and_coverage_and_no_precision():
    scores = measured("manifold")
    assert min(scores["real"].values()) > 0.85
    assert scores["repeated"]["precision"] > 0.85
    assert scores["repeated"]["recall"] < 0.05
    assert scores["repeated"]["coverage"] < 0.3
    assert scores["garbage"]["precision"] == scores["garbage"]["coverage"] == 0
    assert scores["garbage"]["recall"] == 1  # balls as wide as the world: never read alone
    assert scores["two classes"]["coverage"] < 0.5 < scores["two classes"]["precision"]
    assert scores["noisy"]["density"] < 0.6 * scores["real"]["density"]


def test_lost_classes_cost_diversity_and_sure_garbage_passes_for_quality():
    scores = measured("certainty")
    assert scores["real"]["quality"] > 0.9
    assert scores["real"]["diversity"] > 0.99
    assert 4 < scores["real"]["is"] <= CLASSES
    assert scores["one class"]["diversity"] < 0.1
    assert scores["two classes"]["diversity"] < 0.6
    assert scores["garbage"]["quality"] > 0.9  # why it is never shown alone


def test_copies_of_the_training_set_are_flagged():
    scores = measured("memory")
    assert scores["real"]["novelty"] == pytest.approx(1, abs=0.1)
    assert scores["real"]["copies"] < 0.03
    assert scores["copies"] == {"novelty": 0, "copies": 1}
    assert scores["garbage"]["novelty"] > 5


def test_a_real_sample_is_no_copy_of_itself():
    metric = registry.find("metrics", "memory")()
    index = np.arange(1000)
    train = Items(TRAIN.x, TRAIN.features, index=index)
    real = Items(TRAIN.x[:300], TRAIN.features[:300], index=index[:300])
    other = Items(TRAIN.x[300:600], TRAIN.features[300:600], index=index[300:600])
    scores = metric.measure(View(SampleSpec("image", (1, 1, 1)), real, other, train))
    assert scores["novelty"] == pytest.approx(1, abs=0.1)
    assert scores["copies"] < 0.05


def test_asked_for_classes_are_recognised():
    scores = measured("obedience")
    assert scores["real"]["obeyed"] > 0.95
    assert "garbage" not in scores  # nothing was asked for
    wrong = seen(SETS["real"].features, np.roll(SETS["real"].labels, 1))
    metric = registry.find("metrics", "obedience")()
    view = View(SampleSpec("image", (1, 1, 1)), REAL, wrong, TRAIN)
    assert metric.measure(view)["obeyed"] < 0.05


def test_asked_for_attributes_are_read_from_features():
    metric = registry.find("metrics", "attributes")()
    random = np.random.default_rng(0)

    def told(seed: int, rare: float) -> Items:
        x = np.random.default_rng(seed).normal(size=(600, 8)).astype(np.float32)
        attributes = np.stack([x[:, 0] > 0, x[:, 1] > rare], axis=1)
        return Items(np.zeros((600, 1, 1, 1)), x, attributes=attributes.astype(np.float32))

    train, fake = told(1, 1.3), told(2, 1.3)
    view = View(SampleSpec("image", (1, 1, 1)), train, fake, train)
    assert metric.measure(view)["attributes"] > 0.9
    disobedient = Items(fake.x, random.permutation(fake.features), attributes=fake.attributes)
    assert metric.measure(view.of(disobedient))["attributes"] == pytest.approx(0.5, abs=0.08)


def test_a_generator_that_does_not_listen_agrees_no_more_than_shuffled_pairs():
    random = np.random.default_rng(0)
    due = {"class": random.integers(5, size=2000), "hat": (random.random(2000) < 0.1).astype(int)}
    blank = np.zeros((2000, 1, 1, 1), np.float32)
    deaf = {"class": random.integers(5, size=2000), "hat": np.zeros(2000, int)}
    half = {"class": due["class"], "hat": deaf["hat"]}

    def scores(read: dict[str, np.ndarray]) -> dict[str, float]:
        fake = Items(blank, blank[:, 0, 0], traits=due, read=read)
        return Agreement().measure(View(SampleSpec("image", (1, 1, 1)), REAL, fake, TRAIN))

    chance = (1 / 5 + 1 / 2) / 2  # a rare hat that nobody ever wears earns no more
    assert scores(deaf) == {
        "agreed": pytest.approx(chance, abs=0.03),
        "agreed_shuffled": pytest.approx(chance, abs=0.03),
        "agreed_class": pytest.approx(1 / 5, abs=0.03),
    }
    assert scores(due)["agreed"] == scores(due)["agreed_class"] == 1
    assert scores(half)["agreed"] == 0.75
    assert scores(half)["agreed_shuffled"] == pytest.approx(chance, abs=0.03)


def test_agreement_is_asked_for_only_where_something_was_told():
    assert not Agreement().applies(View(SampleSpec("image", (1, 1, 1)), REAL, REAL, TRAIN))


def test_translations_are_counted_where_they_arrive():
    def world(*wanted: float) -> Items:
        return Items(np.zeros((len(wanted), 1, 1, 1), np.float32), wanted=np.array(wanted))

    view = View(SampleSpec("image", (1, 1, 1)), REAL, world(0.9, 0.6, 0.4, 0.8), TRAIN)
    assert not Arrival().applies(view)
    beside = replace(view, origin=world(0.1, 0.7))
    assert Arrival().applies(beside)
    assert Arrival().measure(beside) == {"arrived": 0.75, "arrived_source": 0.5}
