"""How a round is stepped: which fakes are made, and who learns through them."""

from typing import Any

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import choose
from ganstudio.train.trainer import Trainer

SPEC = SampleSpec("image", (1, 8, 8))


def trainer(variant: str, **knobs: Any) -> Trainer:
    kind: type[GAN] = registry.find("gans", variant)
    x = torch.randint(0, 256, (32, *SPEC.shape), generator=torch.Generator().manual_seed(0))
    config = kind.Config(batch=4, z_dim=3, width=4, **knobs)
    machine = choose("cpu", SPEC, precision="float32")
    return Trainer.build(kind, config, SPEC, Samples(x.to(torch.uint8)), 0, machine)


def count_fakes(made: Trainer) -> list[int]:
    drawn: list[int] = []
    fakes = made.gan.fakes

    def counted(batch: Any, z: torch.Tensor) -> Any:
        drawn.append(len(z))
        return fakes(batch, z)

    made.gan.fakes = counted  # type: ignore[method-assign]
    return drawn


@pytest.mark.parametrize(
    ("variant", "knobs", "draws"),
    [
        ("dcgan", {}, 1),
        ("wgan_gp", {"n_critic": 3}, 3),
        ("stylegan2", {}, 1),  # a lone penalty lies between the two sides
        ("r3gan", {}, 2),  # the paper draws anew
    ],
)
def test_the_last_fakes_that_d_saw_are_those_that_g_learns_through(
    variant: str, knobs: dict[str, Any], draws: int
) -> None:
    made = trainer(variant, **knobs)
    drawn = count_fakes(made)
    made.step()
    assert len(drawn) == draws
    before = made.batches.position
    made.step()
    assert made.batches.position - before == 4 * draws


def test_both_sides_move_in_a_round_and_one_alone_draws_its_own() -> None:
    made = trainer("dcgan")
    drawn = count_fakes(made)
    for side, still in (("D", "G"), ("G", "D")):
        before = {k: v.clone() for k, v in made.gan.players[still].named_parameters()}
        made.step(side)
        after = dict(made.gan.players[still].named_parameters())
        assert all(torch.equal(before[name], after[name]) for name in before)
    assert len(drawn) == 2
    weights = [p.clone() for player in made.gan.players.values() for p in player.parameters()]
    made.step()
    now = [p for player in made.gan.players.values() for p in player.parameters()]
    assert any(not torch.equal(one, other) for one, other in zip(weights, now, strict=True))
    assert len(drawn) == 3


def test_d_gets_no_gradient_of_g_and_g_all_of_it() -> None:
    made = trainer("dcgan")
    seen: list[bool] = []
    d_terms, g_terms = made.gan.d_terms, made.gan.g_terms
    made.gan.d_terms = lambda b, f: seen.append(f.requires_grad) or d_terms(b, f)  # type: ignore
    made.gan.g_terms = lambda b, f: seen.append(f.requires_grad) or g_terms(b, f)  # type: ignore
    made.step()
    assert seen == [False, True]
