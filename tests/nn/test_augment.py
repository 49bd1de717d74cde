import pytest
import torch

from ganstudio.nn.augment import MOST, Strength, augment

SHAPES = {"image": (3, 8, 8), "voxels": (1, 8, 8, 8)}
CPU = torch.device("cpu")


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(kind: str, count: int = 6, **more: object) -> torch.Tensor:
    return torch.rand(count, *SHAPES[kind], generator=dice(7), **more) * 2 - 1


@pytest.mark.parametrize("kind", SHAPES)
def test_no_chance_is_no_change(kind: str) -> None:
    x = drawn(kind)
    assert augment(x, kind, 0.0) is x
    assert torch.equal(augment(x, kind, torch.tensor(0.0), dice()), x)


def test_points_are_left_alone() -> None:
    x = torch.randn(4, 2)
    assert augment(x, "points", 1.0) is x


@pytest.mark.parametrize("kind", SHAPES)
def test_the_generator_decides(kind: str) -> None:
    x = drawn(kind)
    first, again, other = (augment(x, kind, 0.7, dice(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == x.shape


@pytest.mark.parametrize("kind", SHAPES)
def test_a_tensor_and_a_number_are_the_same_chance(kind: str) -> None:
    x = drawn(kind)
    number = augment(x, kind, 0.5, dice())
    assert torch.equal(number, augment(x, kind, torch.tensor(0.5), dice()))


@pytest.mark.parametrize("kind", SHAPES)
def test_each_sample_has_a_chance_of_its_own(kind: str) -> None:
    x = drawn(kind, 64)
    same = (augment(x, kind, 0.2, dice()) == x).flatten(1).all(1)
    assert 0 < same.sum() < 64


@pytest.mark.parametrize(("kind", "chance"), [("image", 1.0), ("voxels", 1.0), ("image", 0.5)])
def test_gradients_agree_with_differences_and_can_be_taken_twice(kind: str, chance: float) -> None:
    x = drawn(kind, 2, dtype=torch.float64)[..., :5, :4].contiguous().requires_grad_()

    def change(x: torch.Tensor) -> torch.Tensor:
        return augment(x, kind, chance, dice()) ** 2

    assert torch.autograd.gradcheck(change, x)
    assert torch.autograd.gradgradcheck(change, x)


def test_volumes_keep_their_voxels_and_their_floor() -> None:
    x = -torch.ones(64, 1, 8, 8, 8)
    x[:, 0, 3:5, 2, 0:3] = 1
    moved = augment(x, "voxels", 0.5, dice())
    assert set(moved.unique().tolist()) == {-1.0, 1.0}
    assert not (moved[..., 3:] > 0).any()  # nothing rises
    whole = (moved > 0).flatten(1).sum(1)
    assert (whole <= 6).all()
    assert (whole == 6).sum() > 16
    assert not torch.equal(moved, x)


def test_a_volume_of_unequal_sides_can_be_turned_by_halves() -> None:
    x = torch.rand(5, 1, 4, 6, 3)
    assert augment(x, "voxels", 1.0, dice()).shape == x.shape


def test_grey_pictures_stay_grey() -> None:
    x = torch.rand(5, 1, 6, 10)
    assert augment(x, "image", 1.0, dice()).shape == x.shape


@pytest.mark.parametrize(("logit", "rises"), [(3.0, True), (-3.0, False)])
def test_the_strength_rises_with_a_sure_discriminator_and_falls_with_an_unsure_one(
    logit: float, rises: bool
) -> None:
    strength = Strength(0.4, 0.6, CPU)
    for _ in range(20):
        strength.follow(torch.full((10,), logit), 0.6, kimg=1.0)
    moved = strength.chance.item() - 0.4
    assert moved == pytest.approx(0.2 if rises else -0.2, abs=0.05)


def test_the_strength_stays_between_never_and_where_it_would_leak() -> None:
    strength = Strength(1.0, 0.6, CPU)
    assert strength.chance == pytest.approx(MOST)
    for logit, end in ((5.0, MOST), (-5.0, 0.0)):
        for _ in range(50):
            strength.follow(torch.full((100,), logit), 0.6, kimg=1.0)
        assert strength.chance.item() == pytest.approx(end)
