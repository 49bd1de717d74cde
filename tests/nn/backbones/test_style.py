import pytest
import torch

from ganstudio.nn.backbones.style import (
    StyledConv,
    StyleDiscriminator,
    StyleGenerator,
    demodulation,
    doubled,
)
from ganstudio.samples import SampleSpec

SPEC = SampleSpec("image", (3, 16, 16))


@pytest.fixture
def G() -> StyleGenerator:
    torch.manual_seed(0)
    return StyleGenerator(SPEC, z_dim=8, w_dim=6, width=4)


def test_demodulation_gives_unit_variance_whatever_the_style() -> None:
    torch.manual_seed(0)
    weight, style = torch.randn(16, 32, 3, 3) * 0.3, torch.rand(2, 32) * 5 + 0.1
    h = torch.randn(2, 32, 64, 64) * style[:, :, None, None]
    out = torch.nn.functional.conv2d(h, weight) * demodulation(weight, style)[:, :, None, None]
    torch.testing.assert_close(out.var((2, 3)), torch.ones(2, 16), atol=0.2, rtol=0)


def test_scaling_activations_equals_modulated_weights_for_each_sample() -> None:
    torch.manual_seed(0)
    layer = StyledConv(3, 5, w_dim=4, side=8, up=False).eval()
    h, w = torch.randn(2, 3, 8, 8), torch.randn(2, 4)
    given, style = layer(h, w), layer.style(w)
    for i in range(2):
        weight = layer.weight * layer.scale * style[i][None, :, None, None]
        weight = weight * weight.square().sum((1, 2, 3), keepdim=True).rsqrt()
        one = torch.nn.functional.conv2d(h[i : i + 1], weight, padding=1)
        one = torch.nn.functional.leaky_relu(one, 0.2) * 2**0.5
        torch.testing.assert_close(given[i : i + 1], one, atol=1e-4, rtol=1e-4)


def test_the_filter_is_one_three_three_one() -> None:
    x = torch.zeros(1, 1, 5, 5)
    x[0, 0, 2, 2] = 1
    row = torch.tensor([0.25, 0.75, 0.75, 0.25])
    torch.testing.assert_close(doubled(x)[0, 0, 3:7, 3:7], row[:, None] * row)


def test_noise_changes_training_and_stands_still_for_looking(G: StyleGenerator) -> None:
    z = torch.randn(2, 8)
    with torch.no_grad():
        for module in G.modules():
            if isinstance(module, StyledConv):
                module.strength.fill_(5.0)
        assert not torch.equal(G(z), G(z))
        G.eval()
        assert torch.equal(G(z), G(z))


def test_the_mean_style_follows_in_training_only(G: StyleGenerator) -> None:
    G.eval()(torch.randn(4, 8))
    assert not G.mapping.mean.any()
    G.train()
    z = torch.randn(64, 8)
    for _ in range(2000):
        w = G.mapping(z)
    torch.testing.assert_close(G.mapping.mean, w.detach().mean(0), atol=1e-3, rtol=1e-2)


def test_styles_of_their_own_reach_their_layers(G: StyleGenerator) -> None:
    w = G.eval().mapping(torch.randn(2, 8)).detach()[:, None].repeat(1, G.synthesis.layers, 1)
    with torch.no_grad():
        x = G.synthesis(w)
        torch.testing.assert_close(x, G.synthesis(w[:, 0]))
        for layer in range(G.synthesis.layers):
            turned = w.clone()
            turned[:, layer] += 1
            assert not torch.allclose(x, G.synthesis(turned))


def test_the_discriminator_sees_through_a_batch_of_one_picture() -> None:
    torch.manual_seed(0)
    D = StyleDiscriminator(SPEC, 4)
    x = torch.randn(1, 3, 16, 16)
    alike, mixed = D(x.expand(4, -1, -1, -1)), D(torch.cat([x, torch.randn(3, 3, 16, 16)]))
    assert alike.std() < 1e-5
    assert (alike[0] - mixed[0]).abs() > 1e-4
