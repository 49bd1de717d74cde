"""Enlarging: the small pictures, the two stages, and the measured decibels."""

import pytest
import torch

from ganstudio.gans.srgan import SRGAN, SRGANConfig
from ganstudio.nn.batch import Batch
from ganstudio.samples import SampleSpec

SPEC = SampleSpec("image", (3, 16, 16))


def build(**knobs: object) -> SRGAN:
    torch.manual_seed(0)
    return SRGAN(SRGANConfig(width=4, blocks=1, **knobs), SPEC)


@pytest.mark.parametrize("scale", [2, 4])
def test_it_is_told_the_pictures_shrunk(scale: int) -> None:
    gan, batch = build(scale=scale), Batch(torch.rand(2, 3, 16, 16))
    (taken,) = gan.inputs
    assert taken.shape == (3, 16 // scale, 16 // scale)
    assert gan.tell(batch)["image"].shape == (2, *taken.shape)
    assert gan.fakes(batch, torch.zeros(2, 0)).shape == batch.x.shape


def test_pixels_alone_come_first() -> None:
    gan, batch = build(pretrain_kimg=1.0), Batch(torch.rand(2, 3, 16, 16))
    fake = gan.fakes(batch, torch.zeros(2, 0))
    gan.nimg = 999
    assert set(gan.g_terms(batch, fake)) == {"pixels"}
    assert gan.status
    gan.nimg = 1000
    assert set(gan.g_terms(batch, fake)) == {"pixels", "features", "fooled"}
    assert not gan.status


def test_content_can_be_pixels_alone() -> None:
    gan, batch = build(pretrain_kimg=0.0, content="pixels"), Batch(torch.rand(2, 3, 16, 16))
    assert set(gan.g_terms(batch, batch.x)) == {"pixels", "fooled"}


def test_a_perfect_enlargement_has_no_content_loss() -> None:
    gan, batch = build(pretrain_kimg=0.0), Batch(torch.rand(2, 3, 16, 16))
    terms = gan.g_terms(batch, batch.x.clone())
    assert terms["pixels"] == terms["features"] == 0
    assert terms["fooled"] > 0


def test_decibels_are_those_of_the_definition() -> None:
    gan, batch = build(), Batch(torch.zeros(2, 3, 16, 16))
    gan.g_terms(batch, torch.full((2, 3, 16, 16), 0.2))
    # the range is 2: 10 log10(4 / 0.04)
    assert gan.watched["psnr"].item() == pytest.approx(20, abs=1e-3)
    assert gan.watched["psnr bicubic"] > 60


def test_sides_that_do_not_divide_are_refused() -> None:
    spec = SampleSpec("image", (3, 14, 14))
    assert any("scale" in line for line in SRGAN.misfits(SRGANConfig(), spec))
    assert SRGAN.misfits(SRGANConfig(), SPEC) == []
