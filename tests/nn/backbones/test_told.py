import pytest
import torch

from ganstudio.nn.backbones.sound import SoundEncoder
from ganstudio.nn.backbones.text import TextEncoder
from ganstudio.nn.backbones.told import told_pair
from ganstudio.samples import SampleSpec

SPEC = SampleSpec("image", (3, 16, 16))
CAPTIONS = torch.tensor([[2, 3, 4, 0, 0], [4, 3, 2, 0, 0], [5, 6, 0, 0, 0], [7, 2, 3, 4, 8]])


@pytest.fixture
def text():
    torch.manual_seed(0)
    return TextEncoder(words=9, width=8, outputs=12)


def test_padding_says_nothing(text):
    short = text(CAPTIONS[:, :3])
    torch.testing.assert_close(text(CAPTIONS)[:3], short[:3])
    longer = torch.cat([CAPTIONS, torch.zeros(4, 6, dtype=torch.long)], 1)
    torch.testing.assert_close(text(longer), text(CAPTIONS))


def test_an_empty_caption_is_no_accident(text):
    assert torch.isfinite(text(torch.zeros(2, 5, dtype=torch.long))).all()


def test_the_order_of_words_matters(text):
    forward, backward, *_ = text(CAPTIONS)
    assert (forward - backward).abs().mean() > 0.05


def test_a_sound_means_the_same_a_little_later_but_not_a_little_higher():
    torch.manual_seed(0)
    encoder = SoundEncoder(mels=32, width=4, outputs=12).eval()
    sound = torch.full((1, 1, 32, 32), -1.0)
    sound[:, :, 10:13, 8:16] = 1.0
    here = encoder(sound)
    later, higher = encoder(sound.roll(8, 3)), encoder(sound.roll(8, 2))
    assert (here - later).abs().mean() < 0.2 * (here - higher).abs().mean()


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_the_pair_works_in_either_precision(precision):
    torch.manual_seed(0)
    pair = told_pair(SPEC, 6, 4, lambda: TextEncoder(9, 8, 12), 12)
    generator, discriminator = pair["G"], pair["D"]
    real, z = torch.rand(4, 3, 16, 16) * 2 - 1, torch.randn(4, 6)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
        fake = generator(z, CAPTIONS).float()
        logits = discriminator.three(real, fake, CAPTIONS)
        same = generator.sameness(z, CAPTIONS)
    assert fake.shape == real.shape
    for each in logits:
        assert each.shape == (4,)
        assert each.dtype == torch.float32
    (sum(each.sum() for each in logits) + same).backward()
    for network in pair.values():
        assert all(torch.isfinite(p.grad).all() for p in network.parameters())


def test_the_wrong_caption_is_that_of_the_neighbour():
    torch.manual_seed(0)
    discriminator = told_pair(SPEC, 6, 4, lambda: TextEncoder(9, 8, 12), 12)["D"].eval()
    real, fake = torch.randn(2, 4, 3, 16, 16)
    right, wrong, fakes = discriminator.three(real, fake, CAPTIONS)
    torch.testing.assert_close(right, discriminator(real, CAPTIONS))
    torch.testing.assert_close(wrong, discriminator(real, CAPTIONS.roll(1, 0)))
    torch.testing.assert_close(fakes, discriminator(fake, CAPTIONS))
    assert not torch.allclose(right, wrong)


def test_sameness_falls_as_images_differ():
    torch.manual_seed(0)
    generator = told_pair(SPEC, 6, 4, lambda: TextEncoder(9, 8, 12), 12)["G"].eval()
    z = torch.randn(4, 6)
    apart = generator.sameness(z, CAPTIONS)
    one, other = generator(z, torch.cat([CAPTIONS[:2]] * 2)).chunk(2)
    torch.testing.assert_close(apart, 1 / ((one - other).abs().mean() + 1e-3))
    assert generator.sameness(torch.cat([z[:2], z[:2]]), CAPTIONS) > 5 * apart
