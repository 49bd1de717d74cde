import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from ganstudio.nn.objectives import (
    OBJECTIVES,
    climb,
    fake_loss,
    hinge_fake,
    hinge_real,
    least_squares,
    minimax,
    non_saturating,
    real_loss,
    relativistic_d,
    relativistic_g,
    steepness,
    wasserstein_d,
)

logits = st.lists(st.floats(-30, 30), min_size=1, max_size=8).map(torch.tensor)


@given(logits, st.floats(0, 0.5))
def test_cross_entropy_agrees_with_torch(values: torch.Tensor, smoothing: float) -> None:
    target = torch.full_like(values, 1 - smoothing)
    torch.testing.assert_close(real_loss(values, smoothing), bce(values, target))
    torch.testing.assert_close(fake_loss(values), bce(values, torch.zeros_like(values)))
    torch.testing.assert_close(non_saturating(values), bce(values, torch.ones_like(values)))


def test_minimax_vanishes_where_the_other_does_not() -> None:
    sure = torch.tensor([-12.0], requires_grad=True)  # D is certain that this is a fake
    (weak,) = torch.autograd.grad(minimax(sure), sure)
    (strong,) = torch.autograd.grad(non_saturating(sure), sure)
    assert weak.abs() < 1e-4
    assert strong.abs() > 0.99
    assert weak.sign() == strong.sign()


def test_least_squares_is_half_the_squared_distance_to_the_label() -> None:
    values = torch.tensor([2.0, 0.0])
    assert least_squares(values, 1.0) == 0.5
    assert least_squares(values, 0.0) == 1.0


def test_a_good_fake_still_gets_a_gradient_from_least_squares() -> None:
    far = torch.tensor([9.0], requires_grad=True)  # taken for real, yet far from the label
    (regressed,) = torch.autograd.grad(least_squares(far, 1.0), far)
    (classified,) = torch.autograd.grad(non_saturating(far), far)
    assert regressed == 8.0
    assert classified.abs() < 1e-3


@given(logits)
def test_the_hinge_asks_for_nothing_beyond_its_margin(values: torch.Tensor) -> None:
    assert hinge_real(values.abs() + 1) == 0
    assert hinge_fake(-values.abs() - 1) == 0
    inside = values.clamp(-1, 1)
    torch.testing.assert_close(hinge_real(inside), 1 - inside.mean())
    torch.testing.assert_close(hinge_fake(inside), 1 + inside.mean())


def test_the_critic_parts_the_scores_and_the_generator_climbs() -> None:
    # two Gaussians on a line, real ones to the right, and a critic that is a slope
    real, place = torch.tensor([2.0, 4.0]), torch.tensor(0.0, requires_grad=True)
    slope = torch.tensor(0.5, requires_grad=True)
    fake = place + torch.tensor([-1.0, 1.0])
    (critic,) = torch.autograd.grad(wasserstein_d(slope * real, slope * fake.detach()), slope)
    assert critic == -3.0  # downhill is a steeper slope: real above fake
    (generator,) = torch.autograd.grad(climb(slope * fake), place)
    assert generator == -0.5  # downhill is to the right, where the real ones are


@given(logits, st.floats(-5, 5))
def test_relativistic_looks_at_the_difference_alone(values: torch.Tensor, shift: float) -> None:
    other = values.flip(0) / 2
    wanted = bce(values - other, torch.ones_like(values))
    torch.testing.assert_close(relativistic_d(values, other), wanted)
    torch.testing.assert_close(relativistic_d(values + shift, other + shift), wanted)
    torch.testing.assert_close(relativistic_g(other, values), wanted)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_in_every_game_the_sides_pull_apart(name: str) -> None:
    game = OBJECTIVES[name]
    real = torch.tensor([0.2, 0.1], requires_grad=True)
    fake = torch.tensor([0.1, 0.3], requires_grad=True)
    up, down = torch.autograd.grad(game.d(real, fake), (real, fake))
    assert (up < 0).all()  # a descending D raises what it gives to real samples
    assert (down > 0).all()
    (climbing,) = torch.autograd.grad(game.g(real, fake), fake)
    assert (climbing < 0).all()
    (paired,) = torch.autograd.grad(game.g(real, fake), real, allow_unused=True)
    assert (paired is not None) == game.paired


def test_only_the_unbounded_game_has_no_floor() -> None:
    real, fake = torch.tensor([1e4]), torch.tensor([-1e4])
    for name, game in OBJECTIVES.items():
        assert (game.d(real, fake) < -1) == game.unbounded, name


def test_the_closer_samples_lie_the_steeper_a_bounded_score_may_be() -> None:
    assert steepness(5.0, 256) == 5.0
    assert steepness(5.0, 32**3) < 1 < 50 < steepness(5.0, 2)


def test_a_logit_of_zero_parts_real_from_fake_only_where_it_says_so() -> None:
    real, fake = torch.tensor([0.5]), torch.tensor([0.2])
    for name, game in OBJECTIVES.items():
        loss = game.d(real, fake).item()
        mirrored = game.d(-fake, -real).item() == pytest.approx(loss)
        shifted = game.d(real + 2, fake + 2).item() == pytest.approx(loss)
        assert game.signed == (mirrored and not shifted), name
