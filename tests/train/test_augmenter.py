import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN
from ganstudio.knobs import knobs_of
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
VARIANTS = registry.discover("gans")
SHAPES = {"points": (2,), "image": (3, 8, 8), "voxels": (1, 8, 8, 8)}


def trainer(key: str, kind: str = "image", seed: int = 0, **knobs: object) -> Trainer:
    variant: type[GAN] = VARIANTS[key]
    width = int(max(knobs_of(variant.Config)["width"].low or 0, 4))
    config = variant.Config(**{"batch": 4, "width": width, **knobs})
    x = torch.randint(0, 256, (12, *SHAPES[kind]), generator=torch.Generator().manual_seed(0))
    samples = Samples(x.to(torch.uint8), torch.zeros(12, dtype=torch.int64))
    return Trainer.build(variant, config, SampleSpec(kind, SHAPES[kind]), samples, seed, CPU)


def test_what_is_heard_are_the_real_samples() -> None:
    made = trainer("dcgan", augment_target=0.6, augment=0.5, d_lr=0.0)
    with torch.no_grad():
        made.gan.D.judge.linear.bias.fill_(1e3)
    for _ in range(10):
        made.step("D")
    assert made.read()["D/real_sign"] > 0.8
    assert made.augmenter.strength.chance > 0.5
    with torch.no_grad():
        made.gan.D.judge.linear.bias.fill_(-1e3)
    before = made.augmenter.strength.chance.item()
    for _ in range(20):
        made.step("D")
    assert made.augmenter.strength.chance < before


def test_the_strength_goes_on_to_the_bit() -> None:
    straight, halfway = (trainer("dcgan", augment_target=0.6, augment=0.4) for _ in range(2))
    for _ in range(4):
        straight.step()
    halfway.step()
    halfway.step()
    resumed = trainer("dcgan", seed=5, augment_target=0.6)
    resumed.batches.seed = 0
    resumed.restore(halfway.snapshot())
    resumed.step()
    resumed.step()
    assert torch.equal(straight.augmenter.strength.state, resumed.augmenter.strength.state)
    ours, theirs = straight.gan.D.state_dict(), resumed.gan.D.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_fixed_chance_changes_what_the_discriminator_sees_and_is_not_plotted() -> None:
    seen = []
    for chance in (0.0, 1.0):
        made = trainer("dcgan", augment=chance)
        made.gan.D.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].clone()))
        made.step("D")
        assert "D/augment" not in made.read()
    assert not torch.equal(seen[0], seen[2])
    assert not torch.equal(seen[1], seen[3])


def test_fakes_take_their_gradient_through_the_changes() -> None:
    made = trainer("dcgan", augment=1.0)
    before = [p.detach().clone() for p in made.gan.G.parameters()]
    made.step("G")
    assert any(not torch.equal(a, b) for a, b in zip(before, made.gan.G.parameters(), strict=True))


def test_optimisers_forget_when_a_variant_says_so() -> None:
    made = trainer("dcgan")
    made.step()
    kept = made.optimizers["G"]
    made.gan.schedule = lambda nimg: False
    made.step()
    assert made.optimizers["G"] is kept
    made.gan.schedule = lambda nimg: True
    made.step()
    state = next(iter(made.optimizers["D"].state.values()))
    assert made.optimizers["G"] is not kept
    assert state["step"] == 1
