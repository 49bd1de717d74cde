import torch

from ganstudio.data.base import Samples
from ganstudio.gans.gan3d import GAN3D
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer


def build(**knobs: object) -> Trainer:
    spec = SampleSpec("voxels", (1, 16, 16, 16))
    x = torch.zeros(8, *spec.shape, dtype=torch.uint8)
    x[:, :, 4:12, 4:12, 4:12] = 255
    config = GAN3D.Config(batch=4, width=4, **knobs)
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    return Trainer.build(GAN3D, config, spec, Samples(x), 0, machine)


def test_the_gate_holds_the_discriminator_while_it_wins() -> None:
    made = build(accuracy_gate=0.8, r1_weight=0.0)
    before = [p.detach().clone() for p in made.gan.D.parameters()]

    def told_apart(module: object, inputs: object, output: torch.Tensor) -> torch.Tensor:
        return output * 0 + (1.0 if len(calls) % 2 == 0 else -1.0)

    calls: list[int] = []
    made.gan.D.register_forward_hook(told_apart)
    made.gan.D.register_forward_hook(lambda *_: calls.append(1))
    made.step("D")
    assert all(torch.equal(a, b) for a, b in zip(before, made.gan.D.parameters(), strict=True))
    assert made.read()["D/accuracy"] == 1.0


def test_the_penalty_comes_every_few_steps_and_weighs_as_much() -> None:
    made = build(r1_every=4)
    names = []
    for _ in range(8):
        made.step()
        names.append("D/penalty" in made.read())
    assert names == [True, False, False, False] * 2
    assert made.nimg == 8 * 4


def test_the_published_latent_is_uniform() -> None:
    made = build(latent="uniform")
    z = made.gan.latent(500, made.random, torch.device("cpu"))
    assert -1 <= z.min() < -0.9
    assert 0.9 < z.max() <= 1


def test_a_penalty_under_batch_norm_is_refused() -> None:
    spec = SampleSpec("voxels", (1, 16, 16, 16))
    (reason,) = GAN3D.misfits(GAN3D.Config(d_norm="batch"), spec)
    assert "mixes" in reason
    assert GAN3D.misfits(GAN3D.Config(d_norm="batch", r1_weight=0.0), spec) == []
    assert GAN3D.misfits(GAN3D.Config(), spec) == []
