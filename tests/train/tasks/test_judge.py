import numpy as np
import pytest
import torch

from ganstudio import registry
from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.critic import Critic
from ganstudio.train.messages import Model
from ganstudio.train.reals import Reals
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import CancelledError, Desk, TaskError
from ganstudio.train.tasks.judge import JudgeSamples
from ganstudio.train.tasks.objections import Objections

SHAPES = {"image": (1, 16, 16), "voxels": (1, 16, 16, 16), "points": (2,)}
CLASSES = ConditionSpec("classes", ("a", "b", "c"))


def sampler(key: str = "cgan", kind: str = "image", judged: bool = True) -> Sampler:
    torch.manual_seed(0)
    variant = registry.find("gans", key)
    spec = SampleSpec(kind, SHAPES[kind], CLASSES)
    gan = variant(variant.Config(batch=4, width=8, z_dim=6), spec)
    model = Model(key, "none", spec, 6, gan.prior, gan.inputs)
    x = np.random.default_rng(0).uniform(-1, 1, (9, *spec.shape)).astype(np.float32)
    reals = Reals(x, {"classes": np.arange(9) % 3})
    players = {"G": gan.players["G"].eval()}
    critic = Critic.of(gan, 500, reals) if judged else None
    return Sampler(gan, players, model, 400, "live", None, critic)


def judge(made: Sampler, desk: Desk | None = None, **arguments: object):
    return JudgeSamples().run(made, desk or Desk(), **arguments)


def test_latents_are_judged_beside_real_samples() -> None:
    made = sampler()
    z = made.model.draw(40, 0)
    found = judge(made, z=z, told={"classes": np.full(40, 2)}, reals=5)
    assert found.scores.shape == (40,)
    assert found.reals.shape == (5,)
    assert (found.nimg, found.critic_nimg) == (400, 500)
    told = {"classes": np.full(40, 2)}
    np.testing.assert_allclose(found.samples, made.draw(z, told), atol=1e-5)
    expected = made.critic.scores(found.samples, told)
    np.testing.assert_allclose(found.scores, expected, rtol=1e-4, atol=1e-5)
    bent = judge(made, z=z, told=told, stand=Stand(z[0], psi=0.0))
    assert bent.samples.std(0).max() < 1e-4 < found.samples.std(0).max()


def test_samples_of_ones_own_are_judged() -> None:
    made = sampler()
    found = judge(
        made, samples=np.ones((2, 1, 16, 16), np.float32), told={"classes": np.ones(2, int)}
    )
    assert found.scores[0] == pytest.approx(found.scores[1])
    assert len(found.reals) == 0
    with pytest.raises(TaskError, match="want"):
        judge(made, samples=np.ones((2, 1, 8, 8), np.float32))
    with pytest.raises(TaskError, match="either"):
        judge(made)
    with pytest.raises(TaskError, match="latents"):
        judge(made, z=np.zeros((2, 3), np.float32))


def test_without_discriminator_it_says_why() -> None:
    made = sampler(judged=False)
    found = judge(made, z=made.model.draw(3, 0), reals=5)
    assert "has not shown" in found.missing
    assert len(found.scores) == 0
    told = Objections().run(made, Desk(), stand=Stand(made.model.draw(1, 0)[0]))
    assert told.missing == found.missing
    assert np.isnan(told.score)


def test_work_that_nobody_wants_ends() -> None:
    made, desk = sampler(), Desk(wanted=lambda: False)
    with pytest.raises(CancelledError):
        judge(made, desk, z=made.model.draw(3, 0))
    with pytest.raises(CancelledError):
        Objections().run(made, desk, stand=Stand(made.model.draw(1, 0)[0]))


@pytest.mark.parametrize(
    ("key", "kind", "places"),
    [
        ("dcgan", "image", (16, 16)),
        ("stylegan2", "image", (16, 16)),
        ("gan3d", "voxels", (16, 16, 16)),
        ("gan", "points", (1,)),
    ],
)
def test_what_d_wants_changed_raises_its_score(key: str, kind: str, places: tuple) -> None:
    made = sampler(key, kind)
    stand = Stand(made.model.draw(1, 0)[0], {"classes": np.array([1])})
    found = Objections().run(made, Desk(), stand=stand, furthest=0.1)
    assert found.heat.shape == places
    assert found.heat.dtype == np.float32
    assert found.slope.shape == SHAPES[kind]
    np.testing.assert_allclose(found.heat.sum(), (found.slope * found.sample).sum(), rtol=1e-3)
    assert found.score == found.path_scores[0]
    assert found.path_scores[-1] > found.path_scores[0]
    assert np.abs(found.path).max() <= 1
    change = np.sqrt(np.mean((found.path[1] - found.path[0]) ** 2))
    assert 0 < change <= found.amounts[1] * 1.001
    halfway, score = found.wanted(found.amounts[1] / 2)
    np.testing.assert_allclose(halfway, (found.path[0] + found.path[1]) / 2, atol=1e-6)
    assert score == pytest.approx(found.path_scores[:2].mean(), rel=1e-4)
    np.testing.assert_array_equal(found.wanted(9.0)[0], found.path[-1])
    alone = Objections().run(made, Desk(), stand=stand, steps=0)
    assert alone.score == pytest.approx(found.score, rel=1e-4)
    np.testing.assert_array_equal(alone.wanted(0.1)[0], found.sample)


def test_a_smooth_map_is_a_mean_and_the_same_every_time() -> None:
    made = sampler()
    x = np.random.default_rng(1).uniform(-1, 1, (1, 16, 16)).astype(np.float32)
    told = {"classes": np.array([1])}
    plain, *smooth = (
        Objections().run(made, Desk(), sample=x, told=told, smooth=on) for on in (False, True, True)
    )
    np.testing.assert_array_equal(smooth[0].heat, smooth[1].heat)
    assert not np.array_equal(plain.heat, smooth[0].heat)
    np.testing.assert_array_equal(plain.path, smooth[0].path)
    with pytest.raises(TaskError, match="want"):
        Objections().run(made, Desk(), sample=x[:, :8])
    with pytest.raises(TaskError, match="either"):
        Objections().run(made, Desk())
