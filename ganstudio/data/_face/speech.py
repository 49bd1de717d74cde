"""Spoken vowels, one for each shape of the mouth, made from pulses and resonances."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import sosfilt
from torch import Tensor

from ganstudio.data._face.attributes import ATTRIBUTES, has
from ganstudio.nn.sdf import Look
from ganstudio.sounds import HOP, RATE, log_mel

MELS = FRAMES = 32
SAMPLES = FRAMES * HOP
_AT_ONCE = 32  # as many waves as stay in a processor's cache


@dataclass(frozen=True)
class Vowel:
    """A sound and the mouth that makes it.

    Attributes:
        expression: of the face that says it.
        opening: the lowest and highest ``mouth_open``.
        formants: resonances of the mouth in Hz, averages over men; other voices scale them.
    """

    expression: str
    opening: tuple[float, float]
    formants: tuple[float, float, float]


# the averages of Peterson and Barney 1952, Table II; a hum is heard through the nose
VOWELS: dict[str, Vowel] = {
    "mm": Vowel("neutral", (0.0, 0.04), (250, 1100, 2300)),
    "ee": Vowel("happy", (0.15, 0.3), (270, 2290, 3010)),
    "ah": Vowel("laughing", (0.85, 1.0), (730, 1090, 2440)),
    "er": Vowel("sad", (0.25, 0.4), (490, 1350, 1690)),
    "oh": Vowel("surprised", (0.85, 1.0), (570, 840, 2410)),
    "oo": Vowel("surprised", (0.08, 0.16), (300, 870, 2240)),
    "eh": Vowel("angry", (0.45, 0.6), (530, 1840, 2480)),
}
_BANDWIDTHS = (80.0, 100.0, 140.0, 220.0)


def spoken(look: Look, seed: int) -> Look:
    """The same faces, each saying a vowel: expression and mouth are the vowel's.

    Args:
        look: as ``draw`` gives it.
        seed: which vowels.

    Returns:
        the attributes, and with them ``vowel``, (N,) int64 indices into ``VOWELS``.
    """
    count = len(look["expression"])
    table = torch.rand(count, 2, generator=torch.Generator().manual_seed(seed + 1))
    vowel = (table[:, 0] * len(VOWELS)).long()
    names = ATTRIBUTES["expression"]
    expression = torch.tensor([names.index(kind.expression) for kind in VOWELS.values()])
    opening = torch.tensor([kind.opening for kind in VOWELS.values()])[vowel]
    mouth = opening[:, 0] + (opening[:, 1] - opening[:, 0]) * table[:, 1]
    return look | {"vowel": vowel, "expression": expression[vowel], "mouth_open": mouth}


def sounds(look: Look, seed: int) -> tuple[Tensor, Tensor]:
    """What faces say, in a voice for each: deep where there is a beard.

    Args:
        look: as ``spoken`` gives it.
        seed: of the voices.

    Returns:
        spectrograms (N, 1, MELS, FRAMES) uint8, with 0 to 255 for -1 to 1, and the waves
        (N, SAMPLES) int16.
    """
    count = len(look["vowel"])
    table = torch.rand(count, 10, generator=torch.Generator().manual_seed(seed + 2))
    voices = table.double().numpy()
    deep = (~has(look, "beard", "none")).numpy()
    vowels = [list(VOWELS.values())[index] for index in look["vowel"].tolist()]
    waves = np.empty((count, SAMPLES), np.int16)
    mels = np.empty((count, 1, MELS, FRAMES), np.uint8)
    for start in range(0, count, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        wave = _voices(voices[some], deep[some], vowels[some])
        waves[some] = np.round(wave * 32767)
        mels[some, 0] = np.round((log_mel(wave, MELS, FRAMES) + 1) * 127.5)
    return torch.from_numpy(mels), torch.from_numpy(waves)


def _voices(
    voices: NDArray[np.float64], deep: NDArray[np.bool_], vowels: list[Vowel]
) -> NDArray[np.float32]:
    """(N, SAMPLES) waves: pulses of the vocal cords through the resonances of the mouth."""
    u = voices.T[:, :, None]
    pitch = np.where(deep[:, None], 85 + 45 * u[0], 120 * (280 / 120) ** u[0])
    tract = np.where(deep[:, None], 0.95 + 0.1 * u[1], 1.0 + 0.2 * u[1])
    t = np.arange(SAMPLES) / RATE
    bend = 1 + (0.3 * u[2] - 0.2) * t / t[-1] + 0.012 * np.sin(2 * pi * 5.5 * t + 6 * u[3])
    phase = np.cumsum(pitch * bend, axis=1) / RATE
    flow = np.diff(_PULSE[((phase % 1.0) * len(_PULSE)).astype(np.int32)], axis=1, prepend=0.0)
    noise = np.random.default_rng(int(voices[0, 9] * 2**32)).standard_normal(flow.shape)
    source = flow + 0.002 * u[4] * noise
    for i, vowel in enumerate(vowels):
        source[i] = sosfilt(_mouth(vowel, float(tract[i, 0])), source[i])
    begin, length = 0.05 * u[5], 0.34 + 0.11 * u[6]
    since, left = t - begin, begin + length - t
    envelope = np.clip(since / 0.03, 0, 1) * np.clip(left / 0.06, 0, 1)
    wave = source * envelope
    loud = (0.45 + 0.45 * u[7]) / (np.abs(wave).max(axis=1, keepdims=True) + 1e-9)
    sound: NDArray[np.float32] = (wave * loud).astype(np.float32)
    return sound


def _pulse(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    """Air through the vocal cords in one period: they open slowly, close fast, stay shut.

    Source: Rosenberg 1971, pulse C, opening for 40 per cent of the period, closing for 16.
    """
    opening = 0.5 * (1 - np.cos(pi * np.clip(phase / 0.4, 0, 1)))
    closing = np.cos(pi / 2 * np.clip((phase - 0.4) / 0.16, 0, 1))
    flow: NDArray[np.float64] = opening * closing
    return flow


_PULSE = _pulse(np.arange(1 << 16) / (1 << 16))


def _mouth(vowel: Vowel, tract: float) -> NDArray[np.float64]:
    """(4, 6) resonators in a row: the vowel's formants and one that all voices share."""
    sections = []
    for hz, width in zip((*vowel.formants, 3500.0), _BANDWIDTHS, strict=True):
        radius = exp(-pi * width / RATE)
        back, again = -2 * radius * np.cos(2 * pi * min(hz * tract, 7000.0) / RATE), radius**2
        sections.append([1 + back + again, 0, 0, 1, back, again])
    return np.array(sections)
