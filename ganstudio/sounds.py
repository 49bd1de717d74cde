"""Sounds as numbers: waves read from files, and pictures of what pitches they hold when."""

from __future__ import annotations

import struct
from fractions import Fraction
from functools import cache
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ganstudio.reading import UnreadableError, read_bytes

Floats = NDArray[np.float32]

RATE = 16_000
"""Samples a second of every wave in the program."""
HOP = 256
"""Samples from one frame of a spectrogram to the next, 16 ms."""
WINDOW = 512
FLOOR_DB = -80.0
LONGEST_S = 600.0
_LARGEST_BYTES = 1 << 28
_FINEST = 4096  # parts of a ratio of rates: the filter of a finer one would have millions of taps
_UNKNOWN = 0xFFFFFFFF  # the size that programs write which do not know it beforehand
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


def read_wav(path: Path, seconds: float = LONGEST_S) -> Floats:
    """Read a wav file of whole numbers (8, 16, 24, 32 bit) or floats (32, 64 bit).

    Several channels become their mean, and any rate becomes ``RATE``; a strange one, such as
    767,999 Hz, to within 1 / 4096.

    Args:
        path: the file.
        seconds: what follows is left away.

    Returns:
        (T,) in [-1, 1].

    Raises:
        ValueError: if it is no such file, is cut short or broken, holds no sound, or lasts
            longer than ``LONGEST_S``.
        OSError: if it cannot be read.
    """
    try:
        format_, content = _chunks(path.name, read_bytes(path, _LARGEST_BYTES))
    except UnreadableError as error:
        raise ValueError(str(error)) from error
    if len(format_) < 16:
        raise ValueError(f"{path.name} does not say what its sound is made of")
    code, channels, rate, _, block, bits = struct.unpack("<HHIIHH", format_[:16])
    if code == _EXTENSIBLE and len(format_) >= 26:
        code = struct.unpack("<H", format_[24:26])[0]
    if not (1 <= channels <= 64 and 1000 <= rate <= 768_000):
        raise ValueError(f"{path.name} claims {channels} channels at {rate} Hz: it is broken")
    if block == 0 or block != channels * bits // 8:
        raise ValueError(f"{path.name} claims {block} bytes for {channels} x {bits} bit")
    count = len(content) // block
    if count == 0:
        raise ValueError(f"{path.name} holds no sound")
    if count > LONGEST_S * rate:
        raise ValueError(f"{path.name} lasts {count / rate:.0f} s, longer than {LONGEST_S:.0f} s")
    count = min(count, ceil(seconds * rate))
    values = _values(path.name, content[: count * block], code, bits)
    wave = values.reshape(-1, channels).mean(1, dtype=np.float64)
    if not np.isfinite(wave).all():
        raise ValueError(f"{path.name} holds values that are no numbers")
    if rate != RATE:
        small, large = sorted((rate, RATE))
        ratio = Fraction(small, large).limit_denominator(_FINEST)
        up, down = ratio.denominator, ratio.numerator
        wave = resample_poly(wave, up, down) if rate < RATE else resample_poly(wave, down, up)
    return np.asarray(np.clip(wave, -1, 1), np.float32)


def fit(wave: Floats, seconds: float) -> Floats:
    """Cut a wave (..., T) after so long, or let silence follow it, (..., seconds x RATE)."""
    return _sized(wave, round(seconds * RATE))


def log_mel(wave: Floats, mels: int, frames: int) -> Floats:
    """What pitches a wave holds when: energies in bands that are evenly spaced to the ear.

    Bands are triangles in frequency, evenly spaced from 0 to 8000 Hz on the scale
    mel = 2595 log10(1 + f / 700), each as high as the others. A frame looks at 512 samples
    (32 ms, Hann window), and the next begins ``HOP`` samples later; frame i is centred on sample
    (i + 1/2) x HOP. The scale is decibels below a full sine: -80 dB and all that is fainter is
    -1, 0 dB is 1.

    Args:
        wave: (..., T) in [-1, 1] at ``RATE``.
        mels: bands, from low to high.
        frames: what is longer than frames x HOP samples is cut, silence follows what is shorter.

    Returns:
        (..., mels, frames) in [-1, 1].

    Raises:
        ValueError: if so many bands are finer than the analysis, 8000 Hz / 256.
    """
    edge = (WINDOW - HOP) // 2
    width = [(0, 0)] * (wave.ndim - 1)
    held = np.pad(_sized(wave, frames * HOP), [*width, (edge, edge)])
    parts = np.lib.stride_tricks.sliding_window_view(held, WINDOW, axis=-1)[..., ::HOP, :]
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    # a full sine gives a line of height 1
    lines = np.abs(np.fft.rfft(parts * window, axis=-1)) * (2 / window.sum())
    power = (lines.astype(np.float32) ** 2) @ _bands(mels)
    level = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))
    scaled = np.clip(1 - 2 * level / FLOOR_DB, -1, 1).swapaxes(-1, -2)
    return np.ascontiguousarray(scaled, np.float32)


def _edges(mels: int) -> NDArray[np.float64]:
    """(mels + 2,) Hz: where the bands begin, are centred and end."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    hz: NDArray[np.float64] = 700 * (10 ** (np.linspace(0, top, mels + 2) / 2595) - 1)
    return hz


@cache
def _bands(mels: int) -> Floats:
    """(WINDOW / 2 + 1, mels) share of each line of the spectrum in each band."""
    edges, hz = _edges(mels), np.arange(WINDOW // 2 + 1) * (RATE / WINDOW)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rise = (hz[:, None] - low) / (middle - low)
    fall = (high - hz[:, None]) / (high - middle)
    shares = np.clip(np.minimum(rise, fall), 0, None).astype(np.float32)
    if not shares.any(0).all():
        raise ValueError(f"{mels} mel bands are too many: some would be narrower than 31 Hz")
    return shares


def _sized(wave: Floats, samples: int) -> Floats:
    cut = wave[..., :samples]
    missing = samples - cut.shape[-1]
    return cut if missing == 0 else np.pad(cut, [*[(0, 0)] * (wave.ndim - 1), (0, missing)])


def _chunks(name: str, content: bytes) -> tuple[bytes, bytes]:
    """The format and the samples of a RIFF file."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError(f"{name} is no wav file")
    found: dict[bytes, bytes] = {}
    place = 12
    while place + 8 <= len(content):
        key, size = (
            content[place : place + 4],
            int.from_bytes(content[place + 4 : place + 8], "little"),
        )
        body = content[place + 8 : place + 8 + size]
        if key in (b"fmt ", b"data"):
            if len(body) < size != _UNKNOWN:
                raise ValueError(f"{name} is cut short: {len(body)} of {size} bytes are there")
            found.setdefault(key, body)
        place += 8 + size + size % 2
    if len(found) < 2:
        raise ValueError(f"{name} is a wav file without format or sound")
    return found[b"fmt "], found[b"data"]


def _values(name: str, content: bytes, code: int, bits: int) -> Floats:
    """Samples of all channels in turn, in [-1, 1]."""
    if code == _FLOAT and bits in (32, 64):
        return np.frombuffer(content, f"<f{bits // 8}").astype(np.float32)
    if code != _PCM or bits not in (8, 16, 24, 32):
        raise ValueError(
            f"{name} holds sound of kind {code} with {bits} bit; save it as plain 16 bit PCM"
        )
    if bits == 8:
        return (np.frombuffer(content, np.uint8).astype(np.float32) - 128) / np.float32(128)
    if bits == 24:
        low = np.zeros((len(content) // 3, 4), np.uint8)
        low[:, 1:] = np.frombuffer(content, np.uint8).reshape(-1, 3)
        values, bits = low.view("<i4")[:, 0], 32
    else:
        values = np.frombuffer(content, f"<i{bits // 8}")
    return values.astype(np.float32) / np.float32(2 ** (bits - 1))
