import pytest
import torch

from ganstudio.nn.penalties import gradient_penalty, logits_and_slopes, zero_centred


@pytest.mark.parametrize("shape", [(2,), (3, 4, 4), (1, 3, 3, 3)])
def test_a_linear_critic_has_the_norm_of_its_weights_at_every_sample(
    shape: tuple[int, ...],
) -> None:
    weights = torch.randn(shape)
    real, fake = torch.randn(5, *shape), torch.randn(5, *shape)

    def critic(x: torch.Tensor) -> torch.Tensor:
        return (x * weights).flatten(1).sum(1)

    norm = weights.norm()
    penalty = gradient_penalty(critic, real, fake)
    assert penalty.shape == (5,)
    torch.testing.assert_close(penalty, ((norm - 1) ** 2).expand(5))
    torch.testing.assert_close(zero_centred(critic, real), (norm**2).expand(5))


def test_one_norm_per_sample_not_per_column() -> None:
    scale = torch.tensor([0.0, 1.0, 2.0])
    squares = zero_centred(lambda x: x.flatten(1).sum(1) * scale, torch.zeros(3, 1, 2, 2))
    torch.testing.assert_close(squares, 4 * scale**2)


def test_it_reaches_the_weights_and_not_the_fakes() -> None:
    layer = torch.nn.Linear(4, 1)
    fake = torch.randn(6, 4, requires_grad=True)
    gradient_penalty(lambda x: layer(x).squeeze(1) ** 2, torch.randn(6, 4), fake).mean().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.abs().sum() > 0
    assert fake.grad is None


def test_a_flat_critic_gives_no_nan() -> None:
    x = torch.zeros(2, 3)
    weight = torch.zeros(3, requires_grad=True)
    gradient_penalty(lambda s: s @ weight, x, x).mean().backward()
    assert torch.isfinite(weight.grad).all()


def test_shapes_that_disagree_are_named() -> None:
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(2, 4\)"):
        gradient_penalty(lambda x: x.sum(1), torch.zeros(2, 3), torch.zeros(2, 4))


def test_one_pass_gives_logits_and_the_slopes_of_each_sample() -> None:
    x = torch.randn(5, 1, 3, 3)

    def critic(s: torch.Tensor) -> torch.Tensor:
        return s.square().flatten(1).sum(1)

    logits, slopes = logits_and_slopes(critic, x)
    torch.testing.assert_close(logits, critic(x))
    torch.testing.assert_close(slopes, 4 * x.square().flatten(1).sum(1))
    assert logits.requires_grad
    assert slopes.requires_grad
