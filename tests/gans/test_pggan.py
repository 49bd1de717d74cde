"""It grows by the schedule, without a jump, and comes back to where it was."""

import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.pggan import PGGAN, PGGANConfig
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)


def trainer(seed: int = 0, **knobs: object) -> Trainer:
    small = {"batch": 4, "width": 2, "z_dim": 4, "stage_kimg": 0.1, "fade_kimg": 0.02}
    x = torch.randint(0, 256, (16, 1, 16, 16), generator=torch.Generator().manual_seed(0))
    samples = Samples(x.to(torch.uint8), torch.zeros(16, dtype=torch.int64))
    config = PGGANConfig(**{**small, **knobs})
    return Trainer.build(PGGAN, config, SampleSpec("image", (1, 16, 16)), samples, seed, CPU)


def test_it_says_where_it_stands_and_grows_once_a_stage() -> None:
    gan = trainer().gan
    seen = [(gan.schedule(nimg), gan.status) for nimg in (0, 99, 100, 108, 120, 220, 10_000)]
    assert seen == [
        (False, "4 x 4"),
        (False, "4 x 4"),
        (True, "8 x 8, fading in 0 %"),
        (False, "8 x 8, fading in 40 %"),
        (False, "8 x 8"),
        (True, "16 x 16, fading in 0 %"),
        (False, "16 x 16"),
    ]


def test_the_optimisers_forget_at_a_new_stage() -> None:
    made = trainer()
    made.step()
    kept = made.optimizers["G"]
    made.step()
    assert made.optimizers["G"] is kept
    made.nimg = 100
    made.step()
    assert made.optimizers["G"] is not kept
    terms = made.read()
    assert terms["D/stage"] == pytest.approx(1 / 3)
    assert terms["D/alpha"] == pytest.approx(2 / 3)


def test_a_checkpoint_within_a_fade_goes_on_to_the_bit() -> None:
    def started(seed: int, steps: int) -> Trainer:
        made = trainer(seed)
        made.nimg = 96
        for _ in range(steps):
            made.step()
        return made

    straight, halfway = started(0, 5), started(0, 3)
    resumed = trainer(seed=9)
    resumed.batches.seed = 0
    resumed.restore(halfway.snapshot())
    assert resumed.gan.status == halfway.gan.status == "8 x 8, fading in 20 %"
    assert resumed.averaged()["G"].now == (1, 0.2)
    kept = resumed.optimizers["D"]
    for _ in range(2):
        resumed.step()
    assert resumed.optimizers["D"] is kept
    ours, theirs = straight.snapshot(), resumed.snapshot()
    for a, b in ((ours.weights, theirs.weights), (ours.generator, theirs.generator)):
        assert all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("loss", ["wasserstein", "non_saturating"])
def test_both_losses_have_their_terms(loss: str) -> None:
    made = trainer(loss=loss)
    made.step()
    names = {"D/real", "D/fake", "D/penalty", "D/stage", "D/alpha", "G/fooled"}
    extra = {"D/drift", "D/wasserstein"} if loss == "wasserstein" else set()
    assert set(made.read()) == names | extra


def test_the_penalty_is_taken_at_the_side_of_the_stage() -> None:
    made = trainer()
    seen: list[tuple[int, ...]] = []
    score = made.gan.D.score

    def note(x: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        seen.append(tuple(x.shape))
        return score(x, c)

    made.gan.D.score = note
    made.step("D")
    assert set(seen) == {(4, 1, 4, 4)}
    assert len(seen) == 3


def test_samples_are_of_full_size_at_every_stage() -> None:
    made = trainer()
    for nimg in (0, 105, 5000):
        made.nimg = nimg
        made.step()
        with torch.no_grad():
            x = made.gan.sample(made.averaged(), torch.randn(2, 4), {})
        assert x.shape == (2, 1, 16, 16)


@pytest.mark.parametrize(
    "knobs", [{"gamma": 0.0}, {"loss": "wasserstein", "gp_weight": 0.0}], ids=["r1", "gp"]
)
def test_a_penalty_of_no_weight_is_not_taken(knobs: dict[str, object]) -> None:
    made = trainer(**knobs)
    made.step("D")
    assert "D/penalty" not in made.read()


def test_its_curves_are_where_the_samples_are() -> None:
    with torch.device("meta"):
        gan = PGGAN(PGGANConfig(width=2, gamma=0.0), SampleSpec("image", (1, 16, 16)))
        x = torch.zeros(4, 1, 16, 16)
    gan.D.forward = lambda x, c: x.mean((1, 2, 3))
    gan.d_terms(Batch(x), x)
    assert {value.device.type for value in gan.watched.values()} == {"meta"}


def test_a_new_grid_fades_in_for_real_pictures_and_once_for_fakes() -> None:
    made = trainer()
    made.nimg, seen = 110, []
    made.gan.schedule(made.nimg)
    assert made.gan.G.now == (1, 0.5)
    x = torch.randn(4, 1, 16, 16)
    at_8 = torch.nn.functional.avg_pool2d(x, 2)
    at_4 = torch.nn.functional.avg_pool2d(x, 4).repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(made.gan.D.look(made.gan.reals(x)), (at_8 + at_4) / 2)
    torch.testing.assert_close(made.gan.D.look(x), at_8)
    made.gan.D.register_forward_pre_hook(lambda module, given: seen.append(given[0].clone()))
    made.step("D")
    faded = seen[0]
    blurred = torch.nn.functional.avg_pool2d(faded, 4).repeat_interleave(4, 2)
    blurred = blurred.repeat_interleave(4, 3)
    plain = next(trainer().batches).x  # the same first batch
    torch.testing.assert_close(faded - blurred, (plain - blurred) / 2)


def test_truncation_draws_pictures_to_the_mean_one_of_their_class() -> None:
    torch.manual_seed(0)
    spec = SampleSpec("image", (1, 16, 16), ConditionSpec("classes", ("a", "b")))
    gan = PGGAN(PGGANConfig(width=4, z_dim=8, conditional=True), spec)
    gan.schedule(10**6)
    players, z = {"G": gan.G.eval()}, torch.randn(6, 8)
    c = torch.tensor([0, 1, 0, 1, 0, 1])
    with torch.no_grad():
        none, some, whole = (gan.sample(players, z, {"classes": c}, psi) for psi in (0, 0.2, 1.0))
    torch.testing.assert_close(none, none[:2].repeat(3, 1, 1, 1))
    assert not torch.allclose(none[0], none[1])
    assert torch.equal(whole, gan.G(z, c))
    assert some[::2].var(0).mean() < 0.8 * whole[::2].var(0).mean()


def test_a_wasserstein_score_cannot_steer() -> None:
    spec = SampleSpec("image", (1, 16, 16))
    (reason,) = PGGAN.misfits(PGGANConfig(loss="wasserstein", augment_target=0.6), spec)
    assert "augment_target" in reason
    assert PGGAN.misfits(PGGANConfig(augment_target=0.6), spec) == []
