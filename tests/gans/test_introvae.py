import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.introvae import IntroVAE, error
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
SPEC = SampleSpec("image", (1, 8, 8))


def trainer(**knobs: object) -> Trainer:
    config = IntroVAE.Config(**{"batch": 8, "width": 4, "z_dim": 3, "vae_kimg": 0.0, **knobs})
    x = torch.zeros(64, 1, 8, 8, dtype=torch.uint8)
    x[::2, :, 2:6, 2:6] = 255
    return Trainer.build(IntroVAE, config, SPEC, Samples(x), 0, CPU)


def test_a_plain_autoencoder_comes_first() -> None:
    made = trainer(vae_kimg=0.016, gamma_r=1e-8)
    names: list[set[str]] = []
    for _ in range(3):
        made.step()
        names.append(set(made.read()))
    plain = {"D/rec", "D/kl", "D/kl_real", "G/rec"}
    assert names[0] == names[1] == plain
    assert names[2] == plain | {"D/fake", "D/kl_fake", "G/kl", "G/loop"}
    assert made.nimg == 24


def test_the_encoder_drives_fakes_away_and_the_decoder_brings_them_back() -> None:
    made = trainer(d_lr=5e-3, g_lr=5e-3, beta_neg=200.0)
    seen = []
    for side in "DG":
        for _ in range(30):
            made.step(side)
        made.read()
        made.step("D")
        seen.append(made.read()["D/kl_fake"])
    away, back = seen
    assert away > 0.5
    assert back < away / 2


def test_fakes_far_enough_away_cost_nothing_more() -> None:
    gan = trainer(beta_neg=3000.0).gan
    fake = torch.zeros(8, 1, 8, 8)
    with torch.no_grad():
        gan.D.gaussian.weight.zero_()
        gan.D.gaussian.bias.zero_()  # every code is the prior itself: all that is left is L_rec
        near = gan._likelihood(fake)
        gan.D.gaussian.bias.fill_(3.0)
        far = gan._likelihood(fake)
    assert 0.3 < near <= 1
    assert far < 1e-6


def test_the_decoder_without_the_loop_saves_it() -> None:
    made = trainer(gamma_r=0.0)
    made.step()
    assert "G/loop" not in made.read()


def test_a_wholly_wrong_picture_has_an_error_of_its_size() -> None:
    black, white = -torch.ones(2, 1, 8, 8), torch.ones(2, 1, 8, 8)
    assert error(black, white).tolist() == pytest.approx([64.0, 64.0])


def test_it_learns_to_reconstruct() -> None:
    made = trainer(vae_kimg=10.0, batch=16, g_lr=5e-3, d_lr=5e-3)
    made.step()
    before = made.read()["G/rec"]
    for _ in range(60):
        made.step()
    made.read()
    made.step()
    assert made.read()["G/rec"] < before / 4


@pytest.mark.parametrize(("side", "share"), [(8, 64 / 784), (32, 1.0)])
def test_small_pictures_are_let_go_of_later_and_large_ones_as_published(
    side: int, share: float
) -> None:
    spec = SampleSpec("image", (1, side, side))
    gan = IntroVAE(IntroVAE.Config(width=4, z_dim=3, beta_rec=0.0, beta_neg=100.0), spec)
    with torch.no_grad():
        gan.D.gaussian.weight.zero_()
        gan.D.gaussian.bias.copy_(torch.tensor([2.0, 0, 0, 0, 0, 0]))  # a divergence of 2
        likely = gan._likelihood(torch.zeros(2, 1, side, side))
    assert -likely.log().item() == pytest.approx(2 * 100 * share * 2 / side**2, rel=1e-3)
