"""Two worlds: who is turned into what, and that the pool is kept."""

from dataclasses import replace

import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.cyclegan import CycleGAN, CycleGANConfig
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

SHAPE = (3, 16, 16)
SPEC = SampleSpec("image", SHAPE, ConditionSpec("domain", shape=SHAPE))
SMALL = {"batch": 4, "width": 4, "blocks": 1}


def trainer(seed: int = 0, **knobs: object) -> Trainer:
    made = torch.Generator().manual_seed(1)
    x = torch.randint(0, 100, (12, *SHAPE), generator=made, dtype=torch.uint8)
    c = torch.randint(150, 256, (9, *SHAPE), generator=made, dtype=torch.uint8)
    config = CycleGANConfig(**{**SMALL, **knobs})
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    return Trainer.build(CycleGAN, config, SPEC, Samples(x, told=c), seed, machine)


def test_a_generator_that_changes_nothing_has_no_way_back_to_find() -> None:
    torch.manual_seed(0)
    gan = CycleGAN(CycleGANConfig(**SMALL), SPEC)
    x, y = torch.rand(2, 4, *SHAPE).unbind()
    batch = Batch(y, x)
    for player in (gan.G, gan.F):
        player.forward = lambda picture: picture
    terms = gan.g_terms(batch, gan.fakes(batch, torch.zeros(4, 0)))
    assert terms["cycle X"] == terms["cycle Y"] == terms["identity"] == 0
    assert terms["fooled X"] > 0


def test_fakes_of_each_world_are_made_from_the_other() -> None:
    gan = CycleGAN(CycleGANConfig(**SMALL), SPEC)
    gan.G.forward = lambda picture: picture + 10
    gan.F.forward = lambda picture: picture - 10
    y, x = torch.zeros(2, *SHAPE), torch.ones(2, *SHAPE)
    fake_y, fake_x = gan.fakes(Batch(y, x), torch.zeros(2, 0))
    assert (fake_y == 11).all()
    assert (fake_x == -10).all()


def test_identity_counts_as_a_share_of_the_cycle() -> None:
    torch.manual_seed(0)
    gan = CycleGAN(CycleGANConfig(**SMALL, lambda_cycle=4, lambda_identity=0.5), SPEC)
    gan.G.forward = gan.F.forward = lambda picture: picture + 1
    batch = Batch(torch.zeros(2, *SHAPE), torch.zeros(2, *SHAPE))
    terms = gan.g_terms(batch, gan.fakes(batch, torch.zeros(2, 0)))
    assert terms["cycle X"] == 4 * 2
    assert terms["identity"] == 0.5 * 4 * 2
    gan.config = gan.config.model_copy(update={"lambda_identity": 0.0})
    assert "identity" not in gan.g_terms(batch, gan.fakes(batch, torch.zeros(2, 0)))


def test_the_generators_go_first() -> None:
    assert [phase.side for phase in CycleGAN(CycleGANConfig(**SMALL), SPEC).phases()] == ["G", "D"]


def test_the_pools_are_filled_and_kept_with_a_checkpoint() -> None:
    made = trainer(pool=6)
    for _ in range(4):
        made.step()
    assert made.gan.D_pool_X.taken.any()
    resumed = trainer(seed=5, pool=6)
    resumed.restore(made.snapshot())
    assert torch.equal(resumed.gan.D_pool_X.kept, made.gan.D_pool_X.kept)
    assert torch.equal(resumed.gan.D_pool_Y.taken, made.gan.D_pool_Y.taken)


def test_the_round_trip_is_shown_beside() -> None:
    made = trainer()
    players, told = made.averaged(), {"domain": torch.rand(2, *SHAPE)}
    moved = made.gan.sample(players, torch.zeros(2, 0), told)
    back = made.gan.beside(players, moved, told)["round trip"]
    assert torch.equal(back, players["F"](moved))


def test_grey_pictures_can_become_coloured_ones() -> None:
    spec = SampleSpec("image", SHAPE, ConditionSpec("domain", shape=(1, 16, 16)))
    gan = CycleGAN(CycleGANConfig(**SMALL), spec)
    batch = Batch(torch.rand(2, *SHAPE), torch.rand(2, 1, 16, 16))
    fake_y, fake_x = gan.fakes(batch, torch.zeros(2, 0))
    assert fake_y.shape == batch.x.shape
    assert fake_x.shape == batch.c.shape
    assert "identity" not in gan.g_terms(batch, (fake_y, fake_x))


@pytest.mark.parametrize(
    ("shape", "other", "fault"),
    [
        ((3, 18, 18), (3, 18, 18), "divisible by 4"),
        ((3, 16, 16), (3, 32, 32), "one size"),
        ((3, 8, 8), (3, 8, 8), "d_halvings"),
    ],
)
def test_what_does_not_fit_is_named(shape: tuple, other: tuple, fault: str) -> None:
    spec = replace(SPEC, shape=shape, condition=ConditionSpec("domain", shape=other))
    assert any(fault in line for line in CycleGAN.misfits(CycleGANConfig(), spec))
