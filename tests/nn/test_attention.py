import pytest
import torch

from ganstudio.nn.attention import SelfAttention


@pytest.mark.parametrize(("dims", "grid"), [(2, (6, 6)), (3, (4, 4, 4)), (2, (7, 7))])
def test_it_starts_as_the_identity_and_keeps_the_shape(dims: int, grid: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    layer, x = SelfAttention(dims, 8), torch.randn(2, 8, *grid)
    assert torch.equal(layer(x), x)
    with torch.no_grad():
        layer.gain.fill_(1.0)
    assert layer(x).shape == x.shape
    assert not torch.equal(layer(x), x)


def test_every_place_sees_the_others() -> None:
    torch.manual_seed(0)
    layer = SelfAttention(2, 8)
    with torch.no_grad():
        layer.gain.fill_(1.0)
    x = torch.randn(1, 8, 6, 6, requires_grad=True)
    (seen,) = torch.autograd.grad(layer(x)[0, :, 0, 0].sum(), x)
    assert (seen[0].abs().sum(0) > 0).float().mean() > 0.5  # pooling leaves out the rest


def test_it_can_be_differentiated_twice() -> None:
    torch.manual_seed(0)
    layer = SelfAttention(2, 4).double()
    with torch.no_grad():
        layer.gain.fill_(0.7)
    x = torch.randn(1, 4, 4, 4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradgradcheck(layer, (x,))


def test_it_stays_in_reduced_precision_and_close_to_the_whole() -> None:
    torch.manual_seed(0)
    layer, x = SelfAttention(2, 16), torch.randn(2, 16, 8, 8)
    with torch.no_grad():
        layer.gain.fill_(1.0)
    whole = layer(x)
    with torch.autocast("cpu", torch.bfloat16):
        reduced = layer(x.bfloat16())
    assert reduced.dtype == torch.bfloat16
    torch.testing.assert_close(reduced.float(), whole, atol=0.08, rtol=0.05)
