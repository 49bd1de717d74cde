"""The generator that only draws, with everything that a model can be told."""

import numpy as np
import pytest
import torch
from torch import nn

from ganstudio.gans.base import GAN, GANConfig
from ganstudio.gans.stylegan2 import StyleGAN2, StyleGAN2Config
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train import reals
from ganstudio.train.messages import Examples, Model
from ganstudio.train.sampler import Sampler

SOURCE = ConditionSpec("image", shape=(1, 4, 4))
CLASSES = ConditionSpec("classes", ("left", "right"))
SPEC = SampleSpec("image", (1, 4, 4), SOURCE)


class Copier(nn.Module):
    """The source plus what the class adds."""

    def __init__(self) -> None:
        super().__init__()
        self.step = nn.Parameter(torch.tensor(0.25))

    def forward(self, source: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        share = c.float() if c.dim() == 1 else c[:, 1]
        return source + self.step * share[:, None, None, None]


class Echo(GAN):
    title = "Echo"
    inputs = (SOURCE, CLASSES)
    told = "image"

    def networks(self):
        return {"G": Copier()}

    def d_terms(self, batch, fake):
        return {}

    def g_terms(self, batch, fake):
        return {}

    def sample(self, players, z, told, psi=1.0, shift=None, noise=1.0):
        return players["G"](told["image"], told["classes"])

    def beside(self, players, samples, told):
        return {"negative": -samples}


def sampler(examples: Examples | None = None) -> Sampler:
    gan = Echo(GANConfig(), SPEC)
    model = Model("echo", "nothing", SPEC, 0, "normal", gan.inputs)
    return Sampler(gan, gan.players, model, 0, "live", examples)


def sources(count: int) -> np.ndarray:
    return np.linspace(-0.5, 0.5, count, dtype=np.float32)[:, None, None, None] * np.ones(
        (1, 1, 4, 4), np.float32
    )


NO_Z = np.zeros((4, 0), np.float32)


def test_what_is_told_is_used() -> None:
    x = sampler().draw(NO_Z, {"image": sources(4), "classes": np.array([0, 1, 1, 0])})
    assert np.allclose(x[:, 0, 0, 0], [-0.5, -0.5 / 3 + 0.25, 0.5 / 3 + 0.25, 0.5])


def test_classes_blend() -> None:
    weights = np.array([[0.5, 0.5]] * 4, np.float32)
    x = sampler().draw(NO_Z, {"image": sources(4) * 0, "classes": weights})
    assert np.allclose(x, 0.125)


def test_what_is_left_out_comes_from_the_examples_and_classes_take_turns() -> None:
    kept = Examples(sources(3), {"image": sources(3)})
    filled = sampler(kept).fill({}, 4, start=1)
    assert filled["classes"].tolist() == [1, 0, 1, 0]
    assert np.array_equal(filled["image"], sources(3)[[1, 2, 0, 1]])


def test_without_examples_the_need_is_told() -> None:
    with pytest.raises(ValueError, match="source picture"):
        sampler().draw(NO_Z)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"image": np.zeros((4, 1, 5, 5), np.float32)}, "image must be"),
        ({"image": sources(4), "classes": np.array([0, 1, 2, 0])}, "0 to 1, got 2"),
        ({"image": sources(4), "classes": np.zeros((4, 3), np.float32)}, "weights"),
        ({"image": sources(4), "classes": np.array([0])}, "indices"),
    ],
)
def test_what_does_not_fit_is_refused(told: dict, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        sampler().draw(NO_Z, told)


def test_what_is_worth_seeing_beside() -> None:
    told = {"image": sources(4), "classes": np.zeros(4, np.int64)}
    x = sampler().draw(NO_Z, told)
    assert np.array_equal(sampler().beside(x, told)["negative"], -x)


def test_a_shift_is_refused_where_there_is_no_mapped_latent() -> None:
    with pytest.raises(ValueError, match=r"\(N, 0\)"):
        sampler().draw(NO_Z, {}, shift=np.zeros((4, 8), np.float32))


def style_sampler() -> Sampler:
    spec = SampleSpec("image", (1, 16, 16))
    torch.manual_seed(0)
    gan = StyleGAN2(StyleGAN2Config(width=2, z_dim=3, w_dim=5), spec)
    gan.G.eval().requires_grad_(False)
    for name, value in gan.G.named_parameters():
        if name.endswith("strength"):
            value.fill_(20.0)
    model = Model("stylegan2", "none", spec, 3, w_dim=5, layers=gan.layers, noisy=gan.noisy)
    return Sampler(gan, {"G": gan.G}, model, 0, "live")


def test_a_shift_of_each_layer_is_a_shift_of_all_where_they_agree() -> None:
    made = style_sampler()
    assert made.model.layers == 5
    z, shift = made.model.draw(2, 0), np.full((2, 5), 0.5, np.float32)
    each = np.repeat(shift[:, None], 5, axis=1)
    np.testing.assert_allclose(
        made.draw(z, shift=shift), made.draw(z, shift=each), rtol=0, atol=1e-6
    )
    each[:, 3:] = 0
    assert not np.allclose(made.draw(z, shift=shift), made.draw(z, shift=each), atol=1e-3)
    with pytest.raises(ValueError, match=r"\(N, 5, 5\)"):
        made.draw(z, shift=each[:, :4])


def test_noise_is_still_and_can_be_switched_off() -> None:
    made = style_sampler()
    z = made.model.draw(2, 0)
    loud, half, off = (made.draw(z, noise=noise) for noise in (1.0, 0.5, 0.0))
    assert np.array_equal(loud, made.draw(z))
    assert np.abs(loud - off).mean() > np.abs(half - off).mean() > 0
    for module in made.players["G"].modules():
        if hasattr(module, "noise"):
            module.noise.zero_()
    assert np.array_equal(off, made.draw(z))


def test_an_opened_run_brings_the_real_samples_it_keeps(tmp_path) -> None:
    live = sampler()
    opened = Sampler(live.gan, live.players, live.model, 0, str(tmp_path))
    assert opened.reals is None
    told = {"image": sources(4), "classes": np.zeros(4, np.int64)}
    reals.write(tmp_path, reals.Reals(sources(4), told))
    np.testing.assert_allclose(opened.reals, sources(4), atol=0.005)
    assert live.reals is None
