"""Somebody's own pictures with captions beside them."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganstudio.data import _folder
from ganstudio.data.base import DataError, Dataset, Samples
from ganstudio.knobs import knob
from ganstudio.pictures import UnfitError
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.words import encode, vocabulary

LARGEST_CAPTION_BYTES = 1 << 16
ENDINGS = (".txt", ".caption")


class CaptionedFolderConfig(_folder.FolderConfig):
    """Where the pictures are, and how long a caption may be."""

    words: int = knob(
        20, low=2, high=64, unit="words", help="Longer captions are cut after so many words."
    )


class CaptionedFolder(Dataset):
    """Your own pictures with captions: beside ``cat.jpg`` lies ``cat.txt`` that says what it shows.

    A variant that is told a text learns to make pictures for words. The words of all captions
    are its vocabulary, the 4,094 most frequent of them; a few hundred pictures that share their
    words are a beginning. A file with several lines holds several captions, of which the first
    counts. Pictures without a caption are left out and named in the log.
    """

    Config = CaptionedFolderConfig
    origin = "your files"
    title = "Captioned folder"
    summary = "Your own pictures, each with a text file of the same name."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Pictures with captions."""
        lacking = _folder.lacking(config.folder, "")
        known = _words(() if lacking else _captions_below(config.path))
        text = ConditionSpec("text", known, (config.words,), "caption")
        return SampleSpec("image", config.shape, ConditionSpec(), (text,))

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """Why the folder cannot be read."""
        return _folder.lacking(config.folder, "pictures with a .txt file beside each")

    def load(self) -> Samples:
        """Read every picture and its caption.

        Raises:
            DataError: if the folder is not there or holds fewer than two captioned pictures.
        """
        _folder.insist(self.missing(self.config, self.data_root))
        folder, known = self.config.path, self.spec(self.config).offers[0].names
        read = partial(_read, config=self.config)
        what = f"pictures with captions in {folder}"
        _, pairs, notes = _folder.read_all(_folder.files(folder), read, what)
        pictures = _folder.stacked([picture for picture, _ in pairs])
        if self.told != "text":
            return Samples(pictures, notes=notes)
        rows = [encode(caption, known, self.config.words)[0] for _, caption in pairs]
        return Samples(pictures, told=torch.tensor(rows), notes=notes)

    def preview(self, count: int) -> Tensor | None:
        """The first pictures of the folder."""
        return _folder.first(count, self.config)


def _read(path: Path, config: CaptionedFolderConfig) -> tuple[np.ndarray, str]:
    beside = _folder.partner(path, ENDINGS)
    if beside is None:
        raise UnfitError(f"has no caption: {path.stem}.txt is not there")
    return _folder.read_square(path, config), _caption(beside)


def _caption(path: Path) -> str:
    with path.open("rb") as file:
        text = file.read(LARGEST_CAPTION_BYTES).decode("utf-8-sig", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise UnfitError(f"has no caption: {path.name} is empty")
    return lines[0]


def _captions_below(folder: Path) -> tuple[tuple[Path, int, int], ...]:
    """The captions that lie beside pictures, each with its size and when it changed last."""
    try:
        paths = _folder.files(folder)
    except DataError:
        return ()
    found = []
    for path in paths:
        beside = _folder.partner(path, ENDINGS)
        if beside is not None:
            with suppress(OSError):  # it went away between two looks
                state = beside.stat()
                found.append((beside, state.st_size, state.st_mtime_ns))
    return tuple(found)


@lru_cache(maxsize=2)
def _words(captions: tuple[tuple[Path, int, int], ...]) -> tuple[str, ...]:
    """Their vocabulary, read again only when one of them is another."""
    texts = []
    for path, _, _ in captions:
        try:
            texts.append(_caption(path))
        except (UnfitError, OSError):
            continue
    return vocabulary(texts)
