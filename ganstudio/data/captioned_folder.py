"""Somebody's own pictures with captions beside them."""

from __future__ import annotations

import codecs
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.data import _folder
from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import knob
from ganstudio.pictures import UnfitError
from ganstudio.reading import open_plain
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
        known = self.spec(self.config).offers[0].names

        def read(path: Path, told: list[str]) -> dict[str, NDArray[Any]]:
            caption = _caption(_beside(path), told)
            words = encode(caption, known, self.config.words)[0]
            picture = _folder.read_square(path, self.config, told)
            return {"x": picture, "words": np.array(words, np.int64)}

        listing = _folder.Listing(self.config.path, beside=frozenset(ENDINGS), tell=self.tell)
        settings = self.config.model_dump(exclude={"folder"})
        found = _folder.decode(listing, read, "pictures with captions", settings, self.tell)
        return found.samples("words" if self.told == "text" else None)

    def preview(self, count: int) -> Tensor | None:
        """The first pictures of the folder."""
        return _folder.first(count, self.config)


def _beside(path: Path) -> Path:
    beside = _folder.partner(path, ENDINGS)
    if beside is None:
        raise UnfitError(f"has no caption: {path.stem}.txt is not there")
    return beside


def _caption(path: Path, told: list[str] | None = None) -> str:
    with open_plain(path) as file:
        content = file.read(LARGEST_CAPTION_BYTES)
    text, encoding = _decoded(path.name, content)
    if told is not None and encoding != "UTF-8":
        told.append(f"has a caption that is not UTF-8: read as {encoding}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise UnfitError(f"has no caption: {path.name} is empty")
    return lines[0]


def _decoded(name: str, content: bytes) -> tuple[str, str]:
    """The text, and the encoding in words: UTF-8, else what editors of Windows write."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content[: len(content) & ~1].decode("utf-16", errors="replace"), "UTF-16"
    if b"\0" in content:
        raise UnfitError(f"has no caption: {name} is no text; save it as UTF-8")
    reader = codecs.getincrementaldecoder("utf-8-sig")()
    try:  # the last letter of a long text may be cut
        return reader.decode(content, final=len(content) < LARGEST_CAPTION_BYTES), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _captions_below(folder: Path) -> tuple[tuple[Path, int, int], ...]:
    """The captions that lie beside pictures, each with its size and when it changed last."""
    found = []
    for path in _folder.all_files(folder):
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
