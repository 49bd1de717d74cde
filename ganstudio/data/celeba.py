"""CelebA: photographs of well-known faces, each with forty attributes."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ganstudio.data.base import DataError, Dataset, Samples
from ganstudio.knobs import Config, knob
from ganstudio.samples import ConditionSpec, SampleSpec

log = logging.getLogger(__name__)

FOLDER, IMAGES, ATTRIBUTES = "celeba", "img_align_celeba", "list_attr_celeba.txt"
CROP_PX = 148  # of 178 x 218: the face without most of what is behind it
ALL = 202_599
NAMES = (
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs",
    "Big_Lips", "Big_Nose", "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows",
    "Chubby", "Double_Chin", "Eyeglasses", "Goatee", "Gray_Hair", "Heavy_Makeup",
    "High_Cheekbones", "Male", "Mouth_Slightly_Open", "Mustache", "Narrow_Eyes", "No_Beard",
    "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks", "Sideburns",
    "Smiling", "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat",
    "Wearing_Lipstick", "Wearing_Necklace", "Wearing_Necktie", "Young",
)  # fmt: skip


class CelebAConfig(Config):
    """How large, how many."""

    size: Literal[32, 64, 128] = knob(
        64, help="Pixels a side, of the middle 148 of the picture's 178 x 218."
    )
    count: int = knob(
        50_000, low=64, high=ALL, unit="faces", log=True,
        help="The first so many of the 202,599. Reading all of them takes some minutes, once.",
    )  # fmt: skip


class CelebA(Dataset):
    """Up to 202,599 photographs of 10,177 well-known people, faces in the middle.

    The aligned pictures of CelebA, cut to the face and made smaller. Each comes with forty
    attributes that people judged, such as Smiling or Eyeglasses, which a variant can be told.
    The photographs are under terms of their own (research, nothing commercial), so they are not
    fetched from here: accept the terms on the page below, and put ``img_align_celeba`` (the
    unpacked folder of pictures) and ``list_attr_celeba.txt`` into ``celeba`` in the data folder.
    The first start reads every picture; the result is kept beside them for the next.

    Source: Liu et al. 2015, arXiv:1411.7766,
    https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html. Licence: non-commercial research only.
    """

    Config: ClassVar[type[Config]] = CelebAConfig
    origin = "downloaded"
    mapped = True
    title = "CelebA"
    summary = "Photographs of 10,177 people's faces with forty attributes. Bring your own copy."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Colour images; their attributes on demand."""
        attributes = ConditionSpec("attributes", NAMES, (len(NAMES),), title="attributes")
        return SampleSpec("image", (3, config.size, config.size), offers=(attributes,))

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """The folder of pictures and the list of attributes, where they are not there."""
        folder = data_root / FOLDER
        lacking = [name for name in (IMAGES, ATTRIBUTES) if not (folder / name).exists()]
        if not lacking:
            return []
        return [
            f"{cls.title}: {folder} must hold {IMAGES} (the unpacked folder of pictures) and "
            f"{ATTRIBUTES}, and {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} "
            "not there. Get them from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, or name "
            f"the folder that holds {FOLDER} with --data-root"
        ]

    def load(self) -> Samples:
        """The first pictures, from the last start's copy if there is one, and their attributes.

        Raises:
            DataError: if files are missing or damaged.
        """
        lacking = self.missing(self.config, self.data_root)
        if lacking:
            raise DataError(lacking[0])
        folder = self.data_root / FOLDER
        files, marks = _read_attributes(folder / ATTRIBUTES, self.config.count)
        paths = [folder / IMAGES / name for name in files]
        x = _kept(folder / f"faces-{self.config.size}px-{len(paths)}.npy", paths, self.config.size)
        attributes = {name: marks[:, index].long() for index, name in enumerate(NAMES)}
        return Samples(x, None, attributes, marks if self.told == "attributes" else None)

    def preview(self, count: int) -> Tensor | None:
        """The first few faces where the data folder holds them, else None."""
        if self.missing(self.config, self.data_root):
            return None
        folder = self.data_root / FOLDER
        try:
            files, _ = _read_attributes(folder / ATTRIBUTES, count)
            faces = [_face(folder / IMAGES / name, self.config.size) for name in files]
        except DataError:
            return None
        return torch.from_numpy(np.stack(faces)) if len(faces) == count else None


def _read_attributes(path: Path, count: int) -> tuple[list[str], Tensor]:
    """File names and (N, 40) float32 marks, 0 or 1, of the first pictures.

    Raises:
        DataError: if the file is not CelebA's list.
    """
    try:
        with path.open(encoding="ascii") as file:
            file.readline()
            names = tuple(file.readline().split())
            rows = [line.split() for line, _ in zip(file, range(count), strict=False)]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if names != NAMES or not rows:
        raise DataError(f"{path} is damaged (it must name CelebA's 40 attributes in line 2)")
    for number, row in enumerate(rows, 3):
        if len(row) != 1 + len(NAMES) or not {"1", "-1"}.issuperset(row[1:]):
            raise DataError(f"{path} is damaged (line {number} must hold a file and 40 marks)")
    marks = torch.tensor([[mark == "1" for mark in row[1:]] for row in rows])
    return [Path(row[0]).name for row in rows], marks.float()


def _kept(path: Path, pictures: Sequence[Path], size: int) -> Tensor:
    """The faces from ``path``, mapped rather than read; made first where they are not there."""
    shape = (len(pictures), 3, size, size)
    fresh = path.is_file() and path.stat().st_mtime >= pictures[0].parent.stat().st_mtime
    if not fresh or (kept := _map(path, shape)) is None:
        log.info("CelebA: reading %d pictures, once", len(pictures))
        kept = _make(path, pictures, shape)
    return torch.from_numpy(kept)


def _map(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    try:  # "c": the tensor may be written to, the file never is
        kept: np.ndarray = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return kept if kept.shape == shape and kept.dtype == np.uint8 else None


def _make(path: Path, pictures: Sequence[Path], shape: tuple[int, ...]) -> np.ndarray:
    """Read the pictures one by one into a file that is mapped; into memory if it cannot be."""
    unfinished = path.with_suffix(".unfinished")
    try:
        faces: np.ndarray = np.lib.format.open_memmap(unfinished, "w+", np.uint8, shape)
    except OSError as error:
        log.warning("CelebA: %s cannot be written (%s), the next start reads again", path, error)
        faces, unfinished = np.empty(shape, np.uint8), Path()
    try:
        for index, picture in enumerate(pictures):
            faces[index] = _face(picture, shape[-1])
    except BaseException:
        if unfinished.name:
            del faces
            unfinished.unlink()
        raise
    if not unfinished.name:
        return faces
    faces.flush()  # type: ignore[attr-defined]
    del faces  # Windows renames no file that is open
    os.replace(unfinished, path)
    kept = _map(path, shape)
    if kept is None:
        raise DataError(f"{path} could not be read back; look after that disk")
    return kept


def _face(path: Path, size: int) -> np.ndarray:
    """The middle of one picture, (3, size, size) uint8.

    Raises:
        DataError: if it cannot be read.
    """
    try:
        with Image.open(path) as image:
            left, top = (image.width - CROP_PX) / 2, (image.height - CROP_PX) / 2
            if left < 0 or top < 0:
                raise DataError(f"{path} is {image.width} x {image.height}, smaller than a face")
            box = (left, top, left + CROP_PX, top + CROP_PX)
            face = image.convert("RGB").resize((size, size), Image.Resampling.LANCZOS, box)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read: {error}; unpack the pictures again") from error
    return np.asarray(face).transpose(2, 0, 1)
