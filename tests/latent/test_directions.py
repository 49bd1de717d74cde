"""Directions are those that are there: in a generator whose loud numbers are known."""

import numpy as np
import pytest
import torch

from ganstudio.latent import early
from ganstudio.latent.directions import DirectionError, find
from ganstudio.latent.stand import Stand
from ganstudio.latent.subject import Subject

LOUDEST = [1, 4, 2]  # numbers of z, loudest first


def stands(*rows: list[float], **rest: object) -> list[Stand]:
    return [Stand(np.array(row, np.float32), **rest) for row in rows]


@pytest.mark.parametrize("method", ["pca", "sefa"])
def test_the_loudest_numbers_are_found_first(telescope: Subject, method: str) -> None:
    bank = find(telescope, method, 3)
    assert bank.space == "z"
    assert np.abs(bank.ways).argmax(1).tolist() == LOUDEST
    assert np.abs(bank.ways).max(1).min() > 0.98
    assert bank.ways.max(1).tolist() == np.abs(bank.ways).max(1).tolist()  # the sign is settled
    np.testing.assert_allclose(bank.scales, 1)


def test_the_same_seed_finds_the_same(telescope: Subject) -> None:
    for method in ("pca", "sefa", "random"):
        one, other = (find(telescope.own(), method, 4, seed=3) for _ in range(2))
        assert np.array_equal(one.ways, other.ways)
    assert not np.array_equal(
        find(telescope, "random").ways, find(telescope, "random", seed=1).ways
    )


def test_a_uniform_latent_is_less_wide(subject) -> None:
    bank = find(subject(prior="uniform"), "pca", 2)
    np.testing.assert_allclose(bank.scales, 3**-0.5, rtol=1e-6)
    assert np.abs(bank.ways).argmax(1).tolist() == LOUDEST[:2]


def test_random_ways_are_at_right_angles(telescope: Subject) -> None:
    ways = find(telescope, "random", 12).ways
    assert ways.shape == (6, 6)
    np.testing.assert_allclose(ways @ ways.T, np.eye(6), atol=1e-5)


def test_a_mapped_latent_has_its_own_spread(styled) -> None:
    made = styled()
    bank = find(made, "pca", 7)
    assert bank.space == "w"
    with torch.no_grad():
        w = made.mapped(made.latents(4096, 0)).numpy()
    np.testing.assert_allclose((w @ bank.ways.T).std(0), bank.scales, rtol=0.01, atol=1e-4)
    assert (np.diff(bank.scales) <= 1e-6).all()
    assert find(made, "pca", 3, space="z").space == "z"


def test_sefa_of_styles_is_that_of_their_weights(styled) -> None:
    made = styled()
    bank = find(made, "sefa", 3)
    weights = [
        (layer.weight * layer.scale)
        for name, layer in made.players["G"].synthesis.named_modules()
        if name.endswith("style")
    ]
    values, vectors = np.linalg.eigh(sum(w.T @ w for w in weights).double().numpy())
    for way, wanted in zip(bank.ways, vectors.T[::-1], strict=False):
        assert abs(way @ wanted) == pytest.approx(1, abs=1e-3)
    assert values[-1] > 0


def test_slopes_are_the_first_weight(telescope: Subject) -> None:
    slopes = early.slopes(telescope.players, telescope.sample, telescope.latents(1, 0))
    weight = telescope.players["G"].first.weight
    torch.testing.assert_close(slopes, weight.T, rtol=1e-4, atol=1e-5)


def test_early_features_come_after_the_first_rectifier(telescope: Subject) -> None:
    z = telescope.latents(5, 0)
    read = early.Features(telescope.players, telescope.sample, z[:2])
    G = telescope.players["G"]
    assert read.size == 64
    torch.testing.assert_close(read(z), G.paint(torch.tanh(G.first(z))))
    assert not any(module._forward_hooks for module in G.modules())


def test_classes_differ_through_their_embedding(subject, styled) -> None:
    made = subject(classes=True)
    bank = find(made, "classes", names=("a", "b", "c"))
    assert (bank.space, bank.names) == ("classes", ("a", "b", "c"))
    there = bank.moved(Stand(np.zeros(6, np.float32), {"classes": np.array([1])}), [1.5, 0, 0])
    assert there.told["classes"][0].argmax() == 0
    with torch.no_grad():
        w = find(styled(classes=True), "classes", names=("a", "b", "c"))
    assert w.space == "w"
    assert w.ways.shape == (3, 7)


def test_the_way_between_two_groups(telescope: Subject) -> None:
    groups = (stands([0, 2, 0, 0, 0, 0], [0, 4, 0, 0, 0, 0]), stands([0, 0, 0, 0, 0, 0]))
    bank = find(telescope, "groups", groups=groups, names=("smile", "neutral"))
    assert bank.names == ("smile - neutral",)
    np.testing.assert_allclose(bank.ways, [[0, 1, 0, 0, 0, 0]])
    turned = find(telescope, "groups", groups=groups[::-1])
    np.testing.assert_allclose(turned.ways, [[0, -1, 0, 0, 0, 0]])


def test_groups_differ_in_w_by_shifts_too(styled) -> None:
    made, still = styled(), [0.0] * 5
    shift = np.zeros(7, np.float32)
    shift[3] = 2
    bank = find(made, "groups", groups=(stands(still, shift=shift), stands(still)))
    np.testing.assert_allclose(bank.ways, [np.eye(7)[3]], atol=1e-6)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"method": "classes"}, "mark two groups"),
        ({"method": "groups"}, "at least one sample in each"),
        ({"method": "groups", "groups": (stands([1.0]), stands([0.0]))}, "another model"),
        ({"method": "groups", "groups": (stands([0.0] * 6), stands([0.0] * 6))}, "same middle"),
        ({"method": "pca", "count": 0}, "at least one"),
        ({"method": "pca", "space": "w"}, "no mapped latent"),
        ({"method": "magic"}, "magic"),
    ],
)
def test_what_is_not_there_is_said(telescope: Subject, asked: dict, word: str) -> None:
    with pytest.raises(DirectionError, match=word):
        find(telescope, **asked)


def test_whoever_listens_can_end_it(telescope: Subject) -> None:
    def enough(share: float, text: str) -> None:
        raise KeyError(text)

    with pytest.raises(KeyError):
        find(telescope, "pca", report=enough)
