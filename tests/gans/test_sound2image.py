import torch

from ganstudio.gans.sound2image import Sound2Image
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec

SPEC = SampleSpec("image", (3, 16, 16), ConditionSpec("sound", shape=(1, 16, 12)))


def made(**knobs) -> tuple[Sound2Image, Batch, torch.Tensor]:
    torch.manual_seed(0)
    gan = Sound2Image(Sound2Image.Config(batch=4, width=4, sound_dim=8, **knobs), SPEC)
    sounds = torch.full((4, 1, 16, 12), -1.0)
    for index in range(4):
        sounds[index, 0, 4 * index : 4 * index + 3] = 1.0
    return gan, Batch(torch.rand(4, 3, 16, 16) * 2 - 1, sounds), torch.zeros(4, 3, 16, 16)


def test_d_refuses_fakes_and_mismatches_by_their_shares():
    gan, batch, fake = made(mismatch_weight=0.25)
    gan.D.eval()
    terms = gan.d_terms(batch, fake)
    right, wrong, fakes = gan.D.three(batch.x, fake, batch.c)
    torch.testing.assert_close(terms["real"], (1 - right).clamp(min=0).mean())
    torch.testing.assert_close(terms["mismatch"], 0.25 * (1 + wrong).clamp(min=0).mean())
    torch.testing.assert_close(terms["fake"], 0.75 * (1 + fakes).clamp(min=0).mean())


def test_g_is_asked_for_variety_unless_told_not_to():
    gan, batch, _ = made()
    fake = gan.fakes(batch, torch.randn(4, 64))
    assert set(gan.g_terms(batch, fake)) == {"fooled", "sameness"}
    gan.config = gan.config.model_copy(update={"ms_weight": 0.0})
    assert set(gan.g_terms(batch, fake)) == {"fooled"}


def test_another_sound_gives_another_picture_and_the_same_the_same():
    gan, batch, _ = made()
    players, z = {"G": gan.G.eval()}, torch.randn(1, 64).expand(2, -1)
    first = gan.sample(players, z, {"sound": batch.c[:2]})
    again = gan.sample(players, z, {"sound": batch.c[:1].expand(2, -1, -1, -1)})
    assert torch.equal(again[0], again[1])
    assert (first[0] - first[1]).abs().mean() > 1e-5
