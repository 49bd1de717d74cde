"""A picture of any size is fitted to the model, sought, and found in numbers the window takes."""

import numpy as np
import pytest
import torch

from ganstudio.gans.cgan import CGAN
from ganstudio.gans.pix2pix import Pix2Pix
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Model
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import CancelledError, Desk, TaskError
from ganstudio.train.tasks.projection import Projection, fitted

GREY = SampleSpec("image", (1, 8, 8))
COLOUR = SampleSpec("image", (3, 8, 8))
SOLID = SampleSpec("voxels", (1, 8, 8, 8))
QUICK = {"seconds": 30.0, "steps": 30}


@pytest.fixture
def sampler() -> Sampler:
    torch.manual_seed(0)
    spec = SampleSpec("image", (1, 8, 8), ConditionSpec("classes", ("a", "b", "c")))
    gan = CGAN(CGAN.Config(z_dim=4, width=4), spec)
    gan.G.eval().requires_grad_(False)
    model = Model("cgan", "none", spec, 4, gan.prior, gan.inputs)
    return Sampler(gan, {"G": gan.G}, model, 0, "live")


@pytest.mark.parametrize(
    ("shape", "spec"),
    [
        ((1, 8, 8), GREY),
        ((8, 8), GREY),
        ((3, 30, 20), GREY),
        ((1, 5, 5), COLOUR),
        ((1, 16, 4), GREY),
        ((1, 32, 32, 32), SOLID),
        ((4, 4, 4), SOLID),
        ((2,), SampleSpec("points", (2,))),
    ],
)
def test_anything_is_fitted_to_the_samples(shape: tuple, spec: SampleSpec) -> None:
    x = fitted(np.full(shape, 0.5), spec)
    assert tuple(x.shape) == spec.shape
    assert x.dtype == torch.float32
    torch.testing.assert_close(x, torch.full(spec.shape, 0.5))


@pytest.mark.parametrize("shape", [(2,), (1, 4, 4, 4), (0, 8, 8)])
def test_what_cannot_be_fitted_is_refused(shape: tuple) -> None:
    with pytest.raises(ValueError, match="sought"):
        fitted(np.zeros(shape), GREY)


def test_it_is_found_and_drawn_again_to_the_bit(sampler: Sampler) -> None:
    told = {"classes": np.array([1])}
    target = sampler.draw(sampler.model.draw(1, 3), told)[0]
    found = Projection().run(sampler, Desk(), target=target, **QUICK)
    assert found.loss < found.begun
    stand = found.stand
    assert all(isinstance(value, np.ndarray) for value in stand.told.values())
    again = sampler.draw(stand.z[None], stand.told, stand.psi, stand.shifts, stand.noise)[0]
    np.testing.assert_array_equal(found.sample, again)
    held = Projection().run(
        sampler, Desk(), target=target, told={"classes": np.array([2])}, hold_class=True, **QUICK
    )
    assert held.stand.told["classes"].tolist() == [2]


def test_it_shows_how_far_it_is_and_can_be_cancelled(sampler: Sampler) -> None:
    told: list[tuple[float, str, np.ndarray]] = []
    target = np.zeros((8, 8), np.float32)
    Projection().run(sampler, Desk(lambda *news: told.append(news)), target=target, **QUICK)
    assert told[0][2].shape == (1, 8, 8)
    with pytest.raises(CancelledError):
        Projection().run(sampler, Desk(wanted=lambda: False), target=target, **QUICK)


def test_what_cannot_be_done_is_said(sampler: Sampler) -> None:
    with pytest.raises(TaskError, match="nothing to look for"):
        Projection().run(sampler, Desk())
    with pytest.raises(TaskError, match="sought"):
        Projection().run(sampler, Desk(), target=np.zeros(3))
    spec = SampleSpec("image", (1, 16, 16), ConditionSpec("image", shape=(1, 16, 16)))
    gan = Pix2Pix(Pix2Pix.Config(width=4), spec)
    gan.G.eval()
    model = Model("pix2pix", "none", spec, 0, gan.prior, gan.inputs)
    translator = Sampler(gan, {"G": gan.G}, model, 0, "live")
    source = {"image": np.zeros((1, 1, 16, 16), np.float32)}
    with pytest.raises(TaskError, match="no noise"):
        Projection().run(translator, Desk(), target=np.zeros((16, 16)), told=source)
