"""A bank of directions worth a slider: named, measured in standard deviations, kept in the run."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from ganstudio.disk import insist_inside, write_atomically
from ganstudio.latent.blend import Frames, weights_of
from ganstudio.latent.stand import Stand
from ganstudio.reading import parse_json, read_bytes, shown

Space = Literal["z", "w", "classes"]
FORMAT = 1
FOLDER = "directions"
SUFFIX = ".safetensors"
MOST_WAYS = 512
LONGEST_NAME = 80
LARGEST_REACH = 20.0  # standard deviations
LARGEST_BYTES = 16 * 2**20
LARGEST_HEADER_BYTES = 2**18
_UNIT = 1e-3  # by how much the length of a way may miss 1


class BankError(ValueError):
    """No directions can be kept or read here; the message says why."""


@dataclass(frozen=True, eq=False)
class Bank:
    """Ways through a latent space.

    Attributes:
        space: what is moved: ``z``, the mapped latent ``w``, or the weights of ``classes``,
            which for a network with class embeddings is a way through these.
        names: of the ways, for people.
        ways: (K, D) float32, each of length 1.
        scales: (K,) float32, above 0: how far one standard deviation of the model's own latents
            goes along each way; for classes, how far the whole way to the class is.
        origin: in a few words where they come from.
        reaches: of each, how far its slider goes, in standard deviations, 0 for as far as the
            others; empty where none has a reach of its own.

    Raises:
        BankError: if these do not go together.
    """

    space: Space
    names: tuple[str, ...]
    ways: np.ndarray
    scales: np.ndarray
    origin: str = ""
    reaches: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.names)
        if self.space not in get_args(Space):
            raise BankError(f"directions lead through z, w or classes, not {shown(self.space)}")
        if self.ways.ndim != 2 or self.ways.shape[0] != count or self.scales.shape != (count,):
            raise BankError(
                f"{count} names, but ways {self.ways.shape} and scales {self.scales.shape}"
            )
        if count > MOST_WAYS:
            raise BankError(f"{count} directions are too many: at most {MOST_WAYS}")
        if not (np.isfinite(self.ways).all() and np.isfinite(self.scales).all()):
            raise BankError("directions must be finite numbers")
        if (self.scales <= 0).any():
            raise BankError("a standard deviation must be above 0")
        if len(self.reaches) not in (0, count):
            raise BankError(f"{count} names, but {len(self.reaches)} reaches")
        if not all(0 <= reach <= LARGEST_REACH for reach in self.reaches):  # nan is not either
            raise BankError(f"a slider goes at most {LARGEST_REACH:g} standard deviations")
        if count and np.abs(np.linalg.norm(self.ways, axis=1) - 1).max() > _UNIT:
            raise BankError("directions must have length 1")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def dims(self) -> int:
        """Dimensions of the space, or the number of classes."""
        return int(self.ways.shape[1])

    def moved(self, stand: Stand, amounts: Sequence[float] | np.ndarray) -> Stand:
        """A place after going so far along every way.

        Args:
            stand: where to start; its z fits the space.
            amounts: (K,) standard deviations; 0 stays.

        Raises:
            BankError: if the place is of another model.
        """
        far = np.asarray(amounts, dtype=np.float32)
        if far.shape != (len(self),):
            raise BankError(f"{len(self)} directions, but amounts {far.shape}")
        if not far.any():
            return stand
        step = np.asarray((far * self.scales) @ self.ways, dtype=np.float32)
        if self.space == "z":
            if stand.z.shape != step.shape:
                raise BankError(f"directions through {self.dims} numbers, z has {len(stand.z)}")
            return replace(stand, z=stand.z + step)
        if self.space == "w":
            return replace(stand, shift=step if stand.shift is None else stand.shift + step)
        kept = stand.told.get("classes", np.zeros(1, np.int64))
        weights = np.clip(weights_of(kept, self.dims) + step, 0, None)
        shares = np.asarray(weights / max(float(weights.sum()), 1e-6), dtype=np.float32)
        return replace(stand, told=stand.told | {"classes": shares})

    def strip(self, stand: Stand, index: int, amounts: Sequence[float]) -> Frames:
        """Places along one way, ready for drawing: thumbnails from minus to plus.

        Args:
            stand: where 0 is.
            index: of the way.
            amounts: standard deviations.

        Raises:
            BankError: if the place is of another model.
        """
        unit = np.zeros(len(self), np.float32)
        unit[index] = 1
        places = [self.moved(stand, unit * np.float32(amount)) for amount in amounts]
        return Frames.of(places, self.dims if self.space == "classes" else 0)

    def renamed(self, index: int, name: str) -> Bank:
        """The same ways, one under another name; an empty name leaves the old one."""
        clean = " ".join(name.split())[:LONGEST_NAME] or self.names[index]
        return replace(self, names=(*self.names[:index], clean, *self.names[index + 1 :]))

    def turned(self, index: int) -> Bank:
        """The same ways, one of them the other way round."""
        ways = self.ways.copy()
        ways[index] *= -1
        return replace(self, ways=ways)

    def only(self, chosen: Sequence[int]) -> Bank:
        """Some of the ways, in this order."""
        rows = list(chosen)
        names = tuple(self.names[row] for row in rows)
        reaches = tuple(self.reaches[row] for row in rows) if self.reaches else ()
        scales = self.scales[rows]
        return replace(self, names=names, ways=self.ways[rows], scales=scales, reaches=reaches)

    def with_ways_of(self, other: Bank) -> Bank:
        """These ways and those of another bank through the same space.

        Raises:
            BankError: if the spaces differ.
        """
        if (self.space, self.dims) != (other.space, other.dims):
            raise BankError(
                f"directions through {self.space} of {self.dims} and through {other.space} of "
                f"{other.dims} cannot be one bank"
            )
        return replace(
            self,
            names=self.names + other.names,
            ways=np.concatenate([self.ways, other.ways]),
            scales=np.concatenate([self.scales, other.scales]),
            reaches=self._every_reach() + other._every_reach(),
        )

    def _every_reach(self) -> tuple[float, ...]:
        return self.reaches or (0.0,) * len(self)


def save(run: Path, name: str, bank: Bank) -> Path:
    """Keep a bank in a run, complete or not at all; one of the same name is replaced.

    Args:
        run: the run's folder.
        name: of the bank.
        bank: what to keep.

    Returns:
        The file.

    Raises:
        BankError: if the name cannot be a file's.
        OSError: if the disk will not take it.
    """
    path = path_of(run, name)
    insist_inside(run, path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, _pack(bank))
    return path


def load(path: Path) -> Bank:
    """Read a bank back.

    Raises:
        BankError: if the file holds none.
    """
    try:
        return _unpack(read_bytes(path, LARGEST_BYTES))
    except OSError as error:
        raise BankError(f"{path} cannot be read: {error}") from error


def kept(run: Path) -> dict[str, Path]:
    """The banks of a run: files by name, in order of their names."""
    files = sorted((run / FOLDER).glob(f"*{SUFFIX}"), key=lambda path: path.stem.casefold())
    return {path.stem: path for path in files}


def path_of(run: Path, name: str) -> Path:
    """Where a bank of this name is kept.

    Raises:
        BankError: if the name cannot be a file's.
    """
    if not re.fullmatch(r"[\w][\w ,()+=-]*", name) or len(name) > LONGEST_NAME or name[-1] == " ":
        raise BankError(
            f"{name!r} cannot be a name: take letters, digits, spaces and - + = ( ), at most "
            f"{LONGEST_NAME}"
        )
    return run / FOLDER / f"{name}{SUFFIX}"


def _pack(bank: Bank) -> bytes:
    from safetensors.numpy import save as pack

    rest: dict[str, Any] = {
        "format": FORMAT,
        "space": bank.space,
        "names": bank.names,
        "origin": bank.origin,
    }
    if any(bank.reaches):
        rest["reaches"] = bank.reaches
    arrays = {"ways": bank.ways, "scales": bank.scales}
    owned = {name: np.ascontiguousarray(value, np.float32) for name, value in arrays.items()}
    return bytes(pack(owned, {"ganstudio": json.dumps(rest)}))


def _unpack(content: bytes) -> Bank:
    from safetensors import SafetensorError
    from safetensors.numpy import load as unpack

    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 0 < length <= min(LARGEST_HEADER_BYTES, len(content) - 8):
        raise BankError("these are no directions: the header is not whole")
    try:
        rest: dict[str, Any] = parse_json(
            parse_json(content[8 : 8 + length])["__metadata__"]["ganstudio"]
        )
        arrays = unpack(content)
        ways, scales = arrays["ways"], arrays["scales"]
        version, space = rest["format"], rest["space"]
        names = tuple(str(name)[:LONGEST_NAME] for name in rest["names"])
        origin = str(rest.get("origin", ""))
        reaches = tuple(float(reach) for reach in rest.get("reaches", ()))
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise BankError(f"these are no directions: {shown(error)}") from error
    if version != FORMAT:
        raise BankError(f"format {shown(version)} is newer than this GAN Studio; update it")
    if ways.dtype != np.float32 or scales.dtype != np.float32:
        raise BankError(f"directions must be float32, got {ways.dtype} and {scales.dtype}")
    return Bank(space, names, ways, scales, origin, reaches)
