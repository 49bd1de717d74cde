import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.cgan import CGAN
from ganstudio.gans.lsgan import LSGAN
from ganstudio.nn.backbones.mlp import MLPDiscriminator
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer


def build(**knobs: object) -> Trainer:
    x = torch.full((64, 2), 0.8)
    config = LSGAN.Config(batch=16, width=8, z_dim=2, **knobs)
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    return Trainer.build(LSGAN, config, SampleSpec("points", (2,)), Samples(x), 0, machine)


def test_the_labels_are_where_the_terms_vanish() -> None:
    gan = build(label_real=2.0, label_fake=-1.0, label_wanted=0.5).gan
    batch, fake = Batch(torch.zeros(4, 2)), torch.zeros(4, 2)
    for label, name in ((2.0, "real"), (-1.0, "fake")):
        gan.D.forward = lambda x, c, label=label: torch.full((len(x),), label)
        assert gan.d_terms(batch, fake)[name] == 0
    gan.D.forward = lambda x, c: torch.full((len(x),), 0.5)
    assert gan.g_terms(batch, fake)["fooled"] == 0


def test_a_discriminator_alone_reaches_both_labels() -> None:
    made = build(d_lr=1e-2)
    for _ in range(60):
        made.step("D")
        terms = made.read()
    assert terms["D/real"] < 0.05
    assert terms["D/fake"] < 0.05


def test_a_generator_alone_moves_where_it_is_taken_for_real() -> None:
    made = build(g_lr=1e-2)
    for _ in range(20):
        made.step("D")
    made.read()
    made.step("G")
    before = made.read()["G/fooled"]
    for _ in range(40):
        made.step("G")
    made.read()
    made.step("G")
    assert made.read()["G/fooled"] < before


@pytest.mark.parametrize("norm", ["batch", "none", "spectral"])
def test_the_norm_of_a_convolutional_discriminator_can_be_chosen(norm: str) -> None:
    gan = LSGAN(LSGAN.Config(width=4, d_norm=norm), SampleSpec("image", (1, 16, 16)))
    names = set(gan.D.state_dict())
    assert any("running_mean" in name for name in names) == (norm == "batch")
    assert any("parametrizations" in name for name in names) == (norm == "spectral")


@pytest.mark.parametrize("conditional", [True, False])
def test_a_discriminator_that_looks_at_each_alone_is_asked_once(conditional: bool) -> None:
    torch.manual_seed(0)
    spec = SampleSpec("image", (1, 8, 8), ConditionSpec("classes", ("a", "b", "c")))
    gan = CGAN(CGAN.Config(width=4), spec)
    gan.D = MLPDiscriminator(spec, 4, classes=3 if conditional else 0)
    batch = Batch(torch.randn(5, 1, 8, 8), torch.tensor([0, 1, 2, 2, 1]))
    fake, calls = torch.randn(5, 1, 8, 8), []
    gan.D.register_forward_hook(lambda module, given, answer: calls.append(len(given[0])))
    found = gan.verdicts(batch, fake)
    assert calls == [10]
    for logits, x in zip(found, (batch.x, fake), strict=True):
        torch.testing.assert_close(logits, gan.D(x, batch.c))


def test_one_that_mixes_samples_is_asked_twice() -> None:
    spec = SampleSpec("image", (1, 8, 8))
    gan = LSGAN(LSGAN.Config(width=4), spec)
    gan.D = MLPDiscriminator(spec, 4, norm="batch")
    calls: list[int] = []
    gan.D.register_forward_hook(lambda module, given, answer: calls.append(len(given[0])))
    gan.verdicts(Batch(torch.randn(5, 1, 8, 8)), torch.randn(5, 1, 8, 8))
    assert calls == [5, 5]
