"""A cloud of samples lies on a plane, made ones first, with all that leads back to each."""

import threading

import numpy as np
import pytest
import torch

from ganstudio.gans.cgan import CGAN
from ganstudio.gans.stylegan2 import StyleGAN2
from ganstudio.latent import plane
from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Examples
from ganstudio.train.sampler import Sampler, model_of
from ganstudio.train.tasks import cloud as clouds
from ganstudio.train.tasks.base import CancelledError, Desk, TaskError
from ganstudio.train.tasks.cloud import CloudTask
from ganstudio.train.tasks.mapping import Mapping

REALS = np.random.default_rng(0).uniform(-1, 1, (5, 1, 16, 16)).astype(np.float32)


class _Recipe:
    variant, data = "any", "none"


def sampler(variant: type = CGAN, examples: Examples | None = None, **knobs: object) -> Sampler:
    torch.manual_seed(0)
    spec = SampleSpec("image", (1, 16, 16), ConditionSpec("classes", ("a", "b", "c")))
    gan = variant(variant.Config(z_dim=4, width=4, **knobs), spec)
    gan.G.eval().requires_grad_(False)
    return Sampler(gan, {"G": gan.G}, model_of(_Recipe, gan), 0, "live", examples)


def test_made_and_real_samples_share_a_plane() -> None:
    made = sampler()
    cloud = CloudTask().run(made, Desk(), count=12, reals=REALS, thumbnail_px=8)
    assert cloud.places.shape == (17, 2)
    assert np.isfinite(cloud.places).all()
    assert cloud.thumbnails.shape == (17, 8, 8, 3)
    assert cloud.real.tolist() == [False] * 12 + [True] * 5
    assert cloud.count == 12
    assert np.array_equal(cloud.reals, REALS)
    assert np.array_equal(cloud.z, made.model.draw(12, 0))
    assert cloud.told["classes"].tolist() == [0, 1, 2] * 4
    fewer = CloudTask().run(made, Desk(), count=12, reals=REALS, real_count=2)
    assert fewer.real.sum() == 2


def test_all_are_told_the_same_where_that_is_asked() -> None:
    told = {"classes": np.array([1])}
    cloud = CloudTask().run(sampler(), Desk(), count=4, told=told)
    assert cloud.told["classes"].tolist() == [1] * 4
    assert not cloud.real.any()


def test_real_samples_come_from_the_examples_where_none_are_given() -> None:
    cloud = CloudTask().run(sampler(examples=Examples(REALS, {})), Desk(), count=4)
    assert cloud.real.sum() == 5


@pytest.mark.parametrize("variant", [CGAN, StyleGAN2])
def test_early_features_are_those_of_the_generator_alone(variant: type) -> None:
    cloud = CloudTask().run(sampler(variant), Desk(), count=8, seen="early", reals=REALS)
    assert cloud.places.shape == (8, 2)
    assert cloud.places.std(0).min() > 0
    assert not cloud.real.any()


def test_what_cannot_be_done_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane, "find_spec", lambda name: None)
    with pytest.raises(TaskError, match="UMAP"):
        CloudTask().run(sampler(), Desk(), layout="umap")
    with pytest.raises(TaskError, match="got 2"):
        CloudTask().run(sampler(), Desk(), count=2)
    with pytest.raises(CancelledError):
        CloudTask().run(sampler(), Desk(wanted=lambda: False))


def test_latents_are_mapped_as_they_are_told() -> None:
    made = sampler(StyleGAN2, w_dim=6, conditional=True)
    z = made.model.draw(1, 0)[0]
    stands = [Stand(z, {"classes": np.array([i])}) for i in (0, 1)]
    mapped = Mapping().run(made, Desk(), stands=stands)
    assert mapped.w.shape == (2, 6)
    assert mapped.layers == 5
    assert not np.allclose(mapped.w[0], mapped.w[1])
    with torch.no_grad():
        wanted = made.players["G"].mapping(torch.from_numpy(z)[None], torch.tensor([0]))[0]
    np.testing.assert_allclose(mapped.w[0], wanted, atol=1e-6)
    assert Mapping().run(made, Desk()).w.shape == (0, 6)
    with pytest.raises(TaskError, match="4 numbers"):
        Mapping().run(made, Desk(), stands=[Stand(z[:2])])
    with pytest.raises(TaskError, match="no styles"):
        Mapping().run(sampler(), Desk(), stands=stands)


def test_umap_is_let_go_at_once_though_it_cannot_be_stopped(monkeypatch) -> None:
    begun, may_end, running = threading.Event(), threading.Event(), []

    def slowly(features, layout, seed):
        running.append(seed)
        begun.set()
        assert may_end.wait(30)
        return np.zeros((len(features), 2), np.float32)

    monkeypatch.setattr(clouds, "has_umap", lambda: True)
    monkeypatch.setattr(clouds, "laid_out", slowly)
    with pytest.raises(CancelledError):
        CloudTask().run(sampler(), Desk(wanted=lambda: not begun.is_set()), count=8, layout="umap")
    assert running == [0], "it goes on unseen"
    assert [one.daemon for one in threading.enumerate() if one.name.startswith("umap")] == [True]
    looks = iter(range(100))
    waiting = Desk(wanted=lambda: next(looks) < 20)
    with pytest.raises(CancelledError):  # never two at once: the second waits, and is not begun
        CloudTask().run(sampler(), waiting, count=8, layout="umap", seed=1)
    assert running == [0]
    may_end.set()
    assert CloudTask().run(sampler(), Desk(), count=8, layout="umap", seed=2).layout == "umap"
    assert running == [0, 2]
