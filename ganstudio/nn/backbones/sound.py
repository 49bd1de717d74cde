"""Sounds to vectors."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

from torch import Tensor, nn

from ganstudio.nn.blocks import LEAK


class SoundEncoder(nn.Module):
    """A spectrogram to a vector: convolutions that halve it, then the mean over time.

    Pitches keep their place to the end, as a formant a little higher is another vowel; moments
    do not, as a sound means the same a little later. Batch norm takes away what all sounds have
    in common, which is most of a spectrogram; without it D does not get to hear the rest.

    Args:
        mels: bands of the spectrogram.
        width: features after the first of three convolutions; doubled with each.
        outputs: length of the vector.
    """

    def __init__(self, mels: int, width: int, outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, features in pairwise((1, width, 2 * width, 4 * width)):
            layers += [nn.Conv2d(inputs, features, 3, 2, 1, bias=False),
                       nn.BatchNorm2d(features), nn.LeakyReLU(LEAK, inplace=True)]  # fmt: skip
            mels = (mels + 1) // 2
        self.layers = nn.Sequential(*layers)
        self.whole = nn.Linear(4 * width * mels, outputs, bias=False)
        self.norm = nn.BatchNorm1d(outputs, affine=False)

    def forward(self, c: Tensor) -> Tensor:
        """Spectrograms (N, 1, mels, frames) in [-1, 1] to vectors (N, outputs).

        Over a batch each value of the vectors has mean 0 and deviation 1.
        """
        h = self.layers(c).mean(3).flatten(1)
        return cast(Tensor, self.norm(self.whole(h)))
