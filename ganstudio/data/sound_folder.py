"""Somebody's own pictures with sounds beside them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganstudio import sounds
from ganstudio.data import _folder
from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import knob
from ganstudio.pictures import UnfitError
from ganstudio.samples import ConditionSpec, SampleSpec

MELS = 32


class SoundFolderConfig(_folder.FolderConfig):
    """Where the pictures are, and how much of each sound is listened to."""

    seconds: float = knob(
        1.0, low=0.1, high=10, unit="s", help="Listen to the first so many seconds of each sound."
    )

    @property
    def frames(self) -> int:
        """Frames of a spectrogram, a multiple of 8 so that it can be halved."""
        return max(8, round(self.seconds * sounds.RATE / sounds.HOP / 8) * 8)


class SoundFolder(Dataset):
    """Your own pictures with sounds: beside ``dog.jpg`` lies ``dog.wav`` that goes with it.

    A variant that is told a sound learns to make a picture for what it hears. Sounds are wav
    files of any rate and depth; the variant sees how strong each of 32 bands of pitch is from
    moment to moment. Pictures without a sound, or with one that cannot be read, are left out
    and named in the log.
    """

    Config = SoundFolderConfig
    origin = "your files"
    title = "Folder with sounds"
    summary = "Your own pictures, each with a wav file of the same name."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Pictures with sounds."""
        sound = ConditionSpec("sound", shape=(1, MELS, config.frames), title="sound")
        return SampleSpec("image", config.shape, ConditionSpec(), (sound,))

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """Why the folder cannot be read."""
        return _folder.lacking(config.folder, "pictures with a .wav file beside each")

    def load(self) -> Samples:
        """Read every picture and its sound.

        Raises:
            DataError: if the folder is not there or holds fewer than two pictures with sounds.
        """
        _folder.insist(self.missing(self.config, self.data_root))
        listing = _folder.Listing(self.config.path, beside=frozenset((".wav",)), tell=self.tell)
        settings = self.config.model_dump(exclude={"folder"})
        read = partial(_read, self.config)
        found = _folder.decode(listing, read, "pictures with sounds", settings, self.tell)
        return found.samples("sound", "wave") if self.told == "sound" else found.samples()

    def preview(self, count: int) -> Tensor | None:
        """The first pictures of the folder."""
        return _folder.first(count, self.config)


def _read(config: SoundFolderConfig, path: Path, told: list[str]) -> dict[str, NDArray[Any]]:
    """Picture, spectrogram (1, mels, frames) uint8 and wave (T,) int16."""
    beside = _folder.partner(path, (".wav", ".WAV"))
    if beside is None:
        raise UnfitError(f"has no sound: {path.stem}.wav is not there")
    try:
        wave = sounds.fit(sounds.read_wav(beside, config.seconds), config.seconds)
    except ValueError as error:
        raise UnfitError(f"has no sound: {error}") from None
    mel = sounds.log_mel(wave, MELS, config.frames)[None]
    return {
        "x": _folder.read_square(path, config, told),
        "sound": np.round((mel + 1) * 127.5).astype(np.uint8),
        "wave": np.round(wave * 32767).astype(np.int16),
    }
