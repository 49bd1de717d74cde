"""The discriminator's side as a judge, out of a training and out of its folder."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN
from ganstudio.recipe import Recipe
from ganstudio.samples import ConditionSpec, SampleSpec, Scale
from ganstudio.train import messages as m
from ganstudio.train import reals
from ganstudio.train.critic import Critic
from ganstudio.train.engine import Engine
from ganstudio.train.explorer import Mailbox
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.sampler import Sampler

SPEC = SampleSpec("image", (1, 16, 16), ConditionSpec("classes", ("a", "b", "c")))
SMALL = {"batch": 16, "width": 4, "z_dim": 4}


def build(key: str, **knobs: object) -> GAN:
    variant: type[GAN] = registry.find("gans", key)
    return variant(variant.Config(batch=4, width=8, **knobs), SPEC)


def noise(count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (count, *SPEC.shape)).astype(np.float32)


@pytest.mark.parametrize("key", ["dcgan", "hinge", "introvae", "stylegan2", "cgan"])
def test_a_critic_says_what_its_variant_says_and_stays_as_it_is(key: str) -> None:
    gan = build(key)
    critic = Critic.of(gan, 7)
    x, told = noise(8), {"classes": np.arange(8) % 3}
    scores = critic.scores(x, told)
    players = {name: gan.players[name].eval() for name in gan.judges}
    inputs = {"classes": torch.from_numpy(told["classes"])}
    with torch.no_grad():
        expected = gan.judge(players, torch.from_numpy(x), inputs)
        for player in gan.players.values():
            for parameter in player.parameters():
                parameter.add_(1.0)
    np.testing.assert_allclose(scores, expected.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(critic.scores(x, told), scores)
    assert critic.nimg == 7
    assert critic.scores(x[:0], {}).shape == (0,)


def test_slopes_are_those_of_the_scores() -> None:
    critic = Critic.of(build("wgan_gp"), 0)
    x = noise(3)
    scores, slopes = critic.slopes(x, {})
    np.testing.assert_allclose(scores, critic.scores(x, {}), rtol=1e-4, atol=1e-6)
    nudge = np.zeros_like(x)
    nudge[1, 0, 5, 6] = 1e-2
    change = (critic.scores(x + nudge, {}) - critic.scores(x - nudge, {}))[1] / 2e-2
    assert slopes[1, 0, 5, 6] == pytest.approx(change, rel=0.05)


def test_one_that_compares_sees_a_lone_sample_in_company() -> None:
    critic = Critic.of(build("stylegan2"), 0)
    assert critic.compares
    assert not Critic.of(build("dcgan"), 0).compares
    x = noise(4)
    together = critic.scores(x, {})
    (lone,) = critic.scores(x[:1], {}, company=x[1:])
    (alone,) = critic.scores(x[:1], {})
    assert lone == pytest.approx(together[0], rel=1e-4)
    assert lone != pytest.approx(alone, rel=1e-3)
    assert critic.scores(noise(5), {}).shape == (5,)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "cgan"
    mailbox, saved = Mailbox(lambda: None), threading.Event()
    engine = Engine.build(
        Recipe.make("cgan", "digits", SMALL, kimg=10.0),
        lambda event: saved.set() if isinstance(event, m.Saved) else None,
        mailbox, folder=folder, data_root=folder, device="cpu",
    )  # fmt: skip
    assert saved.wait(60)
    for _ in range(3):
        engine.step(None)
    mailbox.want()
    engine.serve()
    assert mailbox.take().critic.nimg == 0, "nobody looked: that of the newest checkpoint"
    mailbox.with_critic = True
    mailbox.want()
    engine.serve()
    live = mailbox.take()
    engine.save(wait=True)
    engine.close()
    np.save(
        folder / "expected.npy", live.critic.scores(live.critic.reals.x, live.critic.reals.told)
    )
    return folder


def test_a_folder_judges_as_the_training_did(trained: Path) -> None:
    sampler = Sampler.load(trained)
    critic = sampler.critic
    assert critic is sampler.critic
    assert critic.nimg == 48
    assert critic.scale.probability
    shown = reals.find(trained, sampler.gan, None)
    assert set(shown.told["classes"]) == set(range(10))
    expected = np.load(trained / "expected.npy")
    np.testing.assert_allclose(critic.scores(shown.x, shown.told), expected, atol=1e-2)


def test_a_moment_is_judged_by_the_nearest_checkpoint(trained: Path) -> None:
    assert Critic.load(trained, 10).nimg == 0
    assert Critic.load(trained, 40).nimg == 48


def test_a_folder_without_discriminator_says_so(trained: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(trained, bare)
    for file in bare.glob("checkpoints/*/weights.safetensors"):
        file.unlink()
    sampler = Sampler.load(bare)
    for _ in range(2):
        with pytest.raises(RunError, match="no other weights"):
            _ = sampler.critic
    with pytest.raises(RunError):
        RunFolder(bare).read_weights(0)


def test_all_moments_of_a_run_share_its_reals(trained: Path, tmp_path: Path) -> None:
    gan = Sampler.load(trained).gan
    first, second = reals.read(trained, gan), reals.read(trained, Sampler.load(trained).gan)
    assert first is not None
    assert second is not None
    assert first.x is second.x


def test_damaged_reals_are_none(trained: Path, tmp_path: Path) -> None:
    bare, gan = tmp_path / "bare", Sampler.load(trained).gan
    bare.mkdir()
    assert reals.read(bare, gan) is None
    (bare / reals.FILE).write_bytes(b"rubbish")
    assert reals.read(bare, gan) is None
    reals.write(bare, reals.Reals(np.zeros((3, 1, 4, 4), np.float32), {"classes": np.arange(3)}))
    assert reals.read(bare, gan) is None, "of another shape"
    shutil.copy(trained / "recipe.toml", bare)
    (bare / reals.FILE).unlink()
    found = reals.find(bare, gan, tmp_path)
    assert found is not None, "digits are built in"
    assert found.x.shape[1:] == gan.spec.shape


def test_reals_are_chosen_from_all_over_a_sorted_set() -> None:
    x = torch.arange(100, dtype=torch.uint8)[:, None, None, None].expand(-1, 1, 16, 16)
    chosen = reals.choose(build("cgan"), Samples(x, torch.arange(100) // 34))
    assert len(chosen.x) == 100
    assert set(chosen.told["classes"]) == {0, 1, 2}
    assert chosen.part(5).told["classes"].shape == (5,)


def test_scores_read_as_what_they_are() -> None:
    chance = Scale("chance", probability=True)
    assert [chance.reading(s) for s in (0.0, 9.0, -9.0)] == ["0.50", ">0.99", "<0.01"]
    assert [Scale().reading(s) for s in (-0.123, 45.67)] == ["−0.12", "45.7"]
