"""Sizes, patches and what instance norm does to labels."""

import pytest
import torch

from ganstudio.nn.backbones.translator import (
    LabelledPatchDiscriminator,
    PatchDiscriminator,
    ResnetTranslator,
)


def reach(halvings: int) -> int:
    """Pixels along one side that move the logit of a patch in the middle."""
    net = PatchDiscriminator(1, 2, halvings, "none").eval()
    for parameter in net.parameters():
        parameter.data.fill_(0.1)
    x = torch.rand(1, 1, 128, 128).requires_grad_()
    logits = net(x)
    rows = round(logits.shape[1] ** 0.5)
    logits[0, rows // 2 * rows + rows // 2].backward()
    return int((x.grad[0, 0].abs().sum(0) > 0).sum())


@pytest.mark.parametrize(("halvings", "pixels"), [(1, 16), (2, 34), (3, 70)])
def test_patches_measure_what_the_paper_says(halvings: int, pixels: int) -> None:
    assert reach(halvings) == pixels


@pytest.mark.parametrize("norm", ["batch", "instance", "none"])
def test_each_patch_gets_a_logit_in_float32(norm: str) -> None:
    net = PatchDiscriminator(3, 4, 2, norm)
    with torch.autocast("cpu", torch.bfloat16):
        logits = net(torch.randn(2, 3, 16, 16))
    assert logits.shape == (2, 4)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize("padding", ["reflect", "zeros"])
def test_the_translator_keeps_the_size(padding: str) -> None:
    x = ResnetTranslator(2, 3, 4, 1, padding)(torch.randn(2, 2, 16, 24))
    assert x.shape == (2, 3, 16, 24)
    assert x.abs().max() <= 1


def told_apart(padding: str) -> float:
    """How much a label that is the same everywhere moves the result."""
    torch.manual_seed(0)
    net = ResnetTranslator(2, 3, 4, 1, padding)
    x = torch.rand(1, 1, 16, 16)
    off, on = (net(torch.cat([x, torch.full_like(x, value)], 1)) for value in (0.0, 1.0))
    return float((on - off).detach().abs().max())


def test_only_zeros_at_the_edge_keep_a_label_alive_under_instance_norm() -> None:
    assert told_apart("reflect") < 1e-3
    assert told_apart("zeros") > 1e-2


def test_star_discriminator_scores_patches_and_names_attributes() -> None:
    net = LabelledPatchDiscriminator(3, (16, 32), 4, 3, 5)
    scores, logits = net(torch.randn(2, 3, 16, 32))
    assert scores.shape == (2, 8)
    assert logits.shape == (2, 5)


def test_with_the_skip_it_starts_by_changing_nothing_and_can_learn_to() -> None:
    net, x = ResnetTranslator(5, 3, 4, 1, skip=True), torch.rand(2, 5, 16, 16) * 2 - 1
    changed = net(x)
    assert (changed - x[:, :3]).abs().max() < 0.04
    (changed - 1).square().mean().backward()
    assert net.last.weight.grad.abs().sum() > 0


def test_a_picture_cannot_be_changed_into_one_of_more_channels() -> None:
    with pytest.raises(ValueError, match="skip=False"):
        ResnetTranslator(1, 3, 4, 1, skip=True)
