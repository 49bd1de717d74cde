"""Captions to vectors."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, relu

from ganstudio.nn.blocks import LEAK
from ganstudio.words import PAD


class TextEncoder(nn.Module):
    """A sentence to a vector: words, then what neighbouring words say, then all of it together.

    Two convolutions over the words let each know two neighbours on either side, enough for whose
    colour a colour is. Of each feature the strongest and the mean over the sentence go on. It
    reads all words at once, so it costs little beside the image networks.

    Args:
        words: size of the vocabulary.
        width: features of a word.
        outputs: length of the vector.

    Source: Kim 2014, arXiv:1408.5882, section 2, with a second convolution.
    """

    def __init__(self, words: int, width: int, outputs: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.near = nn.Conv1d(width, 2 * width, 3, padding=1)
        self.wide = nn.Conv1d(2 * width, 2 * width, 3, padding=1)
        self.whole = nn.Linear(4 * width, outputs)
        self.norm = nn.LayerNorm(outputs)

    def forward(self, c: Tensor) -> Tensor:
        """Indices of words (N, L) to vectors (N, outputs), each of mean 0 and deviation 1."""
        there = (c != PAD).unsqueeze(1)
        h = self.embedding(c).transpose(1, 2) * there
        h = leaky_relu(self.near(h), LEAK) * there
        h = relu(self.wide(h)) * there
        mean = h.sum(2) / there.sum(2).clamp(min=1)
        return cast(Tensor, self.norm(self.whole(torch.cat([h.amax(2), mean], 1))))
