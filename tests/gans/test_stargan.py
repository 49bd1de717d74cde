"""Attributes: what is asked for, what is read, and what comes back."""

import torch

from ganstudio.gans.stargan import StarGAN, StarGANConfig
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec

SPEC = SampleSpec("image", (3, 16, 16), ConditionSpec("attributes", ("hat", "smile"), (2,)))


def build(**knobs: object) -> StarGAN:
    torch.manual_seed(0)
    gan = StarGAN(StarGANConfig(width=4, blocks=1, **knobs), SPEC)
    gan.random = torch.Generator().manual_seed(0)
    return gan


def a_batch(count: int = 6) -> Batch:
    made = torch.Generator().manual_seed(1)
    x = torch.rand(count, 3, 16, 16, generator=made) * 2 - 1
    return Batch(x, torch.randint(0, 2, (count, 2), generator=made).float())


def test_what_is_asked_for_are_the_attributes_of_other_pictures() -> None:
    gan, batch = build(), a_batch()
    _, asked = gan.fakes(batch, torch.zeros(6, 0))
    assert sorted(asked.tolist()) == sorted(batch.c.tolist())
    assert not torch.equal(asked, batch.c)


def test_the_way_back_asks_for_the_own_attributes() -> None:
    gan, batch, seen = build(), a_batch(), []
    fake = gan.fakes(batch, torch.zeros(6, 0))
    gan.G.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    gan.g_terms(batch, fake)
    changed, own = seen[0][:, :3], seen[0][:, 3:, 0, 0]
    assert torch.equal(changed, fake[0])
    assert torch.equal(own, batch.c)


def test_d_learns_names_from_real_pictures_and_g_from_what_was_asked() -> None:
    gan, batch = build(lambda_cls=2.0), a_batch()
    sure = torch.tensor([[20.0, -20.0]]).expand(6, 2)
    gan.D.forward = lambda x: (x.mean((1, 2, 3))[:, None], sure)
    real = batch._replace(c=torch.tensor([[1.0, 0.0]]).expand(6, 2))
    asked = torch.tensor([[0.0, 0.0]]).expand(6, 2)
    assert gan.d_terms(real, (batch.x, asked))["attributes"] < 1e-6
    wrong = gan.g_terms(real, (batch.x, asked))["attributes"]
    torch.testing.assert_close(wrong, torch.tensor(2.0 * 20))
    assert gan.watched["attributes read"] == 0.5


def test_it_starts_by_changing_nothing_and_can_be_told_to_make_all_anew() -> None:
    batch = a_batch()
    told = {"image": batch.x, "attributes": batch.c}
    gan = build()
    kept = gan.sample(gan.players, torch.zeros(6, 0), told)
    assert (kept - batch.x).abs().max() < 0.05
    gan = build(skip=False)
    anew = gan.sample(gan.players, torch.zeros(6, 0), told)
    assert (anew - batch.x).abs().max() > 0.5


def test_sides_must_divide_by_eight() -> None:
    spec = SampleSpec("image", (3, 20, 20), SPEC.condition)
    assert any("divide by 8" in line for line in StarGAN.misfits(StarGANConfig(), spec))
    assert StarGAN.misfits(StarGANConfig(), SPEC) == []


def test_a_penalty_of_no_weight_is_not_taken() -> None:
    gan, batch = build(gp_weight=0.0), a_batch()
    assert set(gan.d_terms(batch, (batch.x, batch.c))) == {"real", "fake", "attributes"}
