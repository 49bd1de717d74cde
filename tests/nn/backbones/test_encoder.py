import torch
from torch.distributions import Normal, kl_divergence

from ganstudio.nn.backbones.encoder import WIDEST_LOG, ConvEncoder, divergence, draw
from ganstudio.samples import SampleSpec


def test_the_divergence_is_that_of_the_textbook() -> None:
    mean, log_variance = torch.randn(5, 4), torch.randn(5, 4)
    own = Normal(mean, (log_variance / 2).exp())
    expected = kl_divergence(own, Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(divergence(mean, log_variance), expected)
    assert not divergence(torch.zeros(2, 3), torch.zeros(2, 3)).any()


def test_latents_have_the_mean_and_spread_they_were_asked_for() -> None:
    mean, log_variance = torch.full((4000, 1), 2.0), torch.full((4000, 1), -2.0)
    generator = torch.Generator().manual_seed(0)
    z = draw(mean.requires_grad_(), log_variance, generator)
    assert abs(z.mean().item() - 2) < 0.02
    assert abs(z.std().item() - (-1.0 * torch.ones(1)).exp().item()) < 0.02
    z.sum().backward()
    assert mean.grad is not None
    assert torch.equal(mean.grad, torch.ones_like(mean))


def test_images_and_volumes_become_gaussians_that_stay_finite_in_half_precision() -> None:
    for spec in (SampleSpec("image", (3, 16, 16)), SampleSpec("voxels", (1, 8, 8, 8))):
        encoder = ConvEncoder(spec, z_dim=5, width=4)
        torch.nn.init.constant_(encoder.gaussian.bias, 1e4)
        with torch.autocast("cpu", torch.bfloat16):
            mean, log_variance = encoder(torch.randn(3, *spec.shape))
        assert mean.shape == log_variance.shape == (3, 5)
        assert mean.dtype == log_variance.dtype == torch.float32
        assert log_variance.max() <= WIDEST_LOG
