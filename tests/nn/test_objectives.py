import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from ganstudio.nn.objectives import fake_loss, minimax, non_saturating, real_loss

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
