"""The handwritten digits that come with scikit-learn: real, small, and there without network."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional

from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import Config, knob
from ganstudio.samples import ConditionSpec, SampleSpec

_STORED_SIDE, _STORED_MAX = 8, 16.0
_MID = 0.52


class DigitsConfig(Config):
    """At which size."""

    size: Literal[16, 32] = knob(
        16, help="Pixels a side. The originals have 8; they are redrawn larger with crisp edges."
    )


class Digits(Dataset):
    """1,797 digits, written by hand by 13 people, scanned at 8 x 8 pixels.

    They come with the program, need no network, and train in minutes on any machine, which
    makes them the place to begin. Each was reduced from a bitmap of 32 x 32 and is redrawn
    here at 16 or 32 pixels with smooth, crisp strokes. Classes: the digits 0 to 9.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998), UCI
    Machine Learning Repository, test part, as shipped by scikit-learn. Licence: CC BY 4.0.
    """

    Config: ClassVar[type[Config]] = DigitsConfig
    title = "Digits"
    summary = "1,797 real handwritten digits that need no download. Start here."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Grey images with ten classes."""
        names = tuple(str(digit) for digit in range(10))
        return SampleSpec(
            "image", (1, config.size, config.size), ConditionSpec(kind="classes", names=names)
        )

    def load(self) -> Samples:
        """All digits, in the order in which scikit-learn ships them."""
        pixels, labels = _stored()
        return Samples(enlarge(pixels, self.config.size), labels)

    def preview(self, count: int) -> Tensor:
        """The first few, which are 0, 1, 2 and so on; from the start again after the last."""
        pixels, _ = _stored()
        return enlarge(pixels[torch.arange(count) % len(pixels)], self.config.size)


def enlarge(pixels: Tensor, size: int) -> Tensor:
    """Redraw grey pictures larger: bicubic with a small rim, then contrast around mid grey.

    Args:
        pixels: (N, 1, h, w) in [0, 1].
        size: pixels a side wanted.

    Returns:
        (N, 1, size, size) uint8.
    """
    # the strokes of the originals touch the edge: one pixel of rim lets them breathe
    rimmed = functional.pad(pixels, (1, 1, 1, 1))
    smooth = functional.interpolate(rimmed, size=(size, size), mode="bicubic", align_corners=False)
    # a soft threshold only a little wider than one new pixel: strokes keep an anti-aliased edge
    slope = 4.0 + 1.6 * size / pixels.shape[-1]
    crisp = torch.sigmoid((smooth - _MID) * slope)
    low, high = (torch.sigmoid(torch.tensor((end - _MID) * slope)) for end in (0.0, 1.0))
    return ((crisp - low) / (high - low) * 255).round_().clamp_(0, 255).to(torch.uint8)


def _stored() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_digits  # a second to import: only when wanted

    images, labels = load_digits(return_X_y=True)
    pixels = torch.as_tensor(images, dtype=torch.float32) / _STORED_MAX
    side = _STORED_SIDE
    return pixels.view(-1, 1, side, side), torch.as_tensor(labels, dtype=torch.int64)
