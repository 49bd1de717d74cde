"""Checkpoints: all that a training needs to go on to the bit, whole on the disk or not there."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import Tensor

from ganstudio.disk import discard, flush_folder, needing, temporary, write_flushed
from ganstudio.reading import parse_json, read_bytes, shown
from ganstudio.train.files import (
    FORMAT,
    RunError,
    check_header,
    checkpoints_in,
    moment_name,
    nimg_of,
    pack,
)
from ganstudio.train.timeline import Kept, thinned

log = logging.getLogger(__name__)

T = TypeVar("T")

LARGEST_COUNT = 1 << 53  # what JSON keeps exactly
STATE = {
    "nimg": int, "steps": int, "updates": int, "turns": dict, "device": str, "batches": dict,
    "groups": dict, "average": dict,
}  # fmt: skip
"""What states hold; more is kept by the engine, and by later versions."""
FILES = (
    "generator.safetensors",
    "weights.safetensors",
    "optimizer.safetensors",
    "state.json",
)
LARGEST_MANIFEST_BYTES = 1 << 16
BLOCK_BYTES = 4096  # what a file takes at least
NEWEST_KEPT = 3  # whatever they take, and the first one, to rewind to the start
MOST_KEPT = 20
BUDGET_BYTES = 1 << 30


@dataclass(frozen=True)
class Checkpoint:
    """All that a training needs to go on to the bit.

    Attributes:
        generator: averaged weights and buffers of the generator's side, by player.
        weights: weights and buffers of all players as they are.
        optimizer: state of the optimisers and of the random generators.
        state: counters and settings, plain JSON.
    """

    generator: dict[str, Tensor]
    weights: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    state: dict[str, Any]

    @property
    def nimg(self) -> int:
        """Real samples seen."""
        return int(self.state["nimg"])


class Checkpoints:
    """The checkpoints of one run.

    Each is a folder that is written under a temporary name, flushed and renamed; it carries the
    sizes and SHA-256 of its files and is read only if they agree. The first and the newest three
    stay; of those between so many that all take 1 GB and are 20, spread evenly over the training's
    age (``timeline.age``).

    Args:
        run: the run's folder.
    """

    def __init__(self, run: Path) -> None:
        self.run, self.folder = run, run / "checkpoints"

    def all(self) -> list[Path]:
        """Complete checkpoints, oldest training first."""
        return checkpoints_in(self.run)

    def named(self, name: str | None = None) -> Path:
        """The folder of one checkpoint; None is the newest.

        Raises:
            RunError: if there is none of that name; the message lists those there are.
        """
        found = self.all()
        if name is None and found:
            return found[-1]
        for path in found:
            if path.name == name:
                return path
        there = ", ".join(path.name for path in found) or "none"
        raise RunError(f"{self.run} has no checkpoint {name or ''}; there are: {there}")

    def write(self, checkpoint: Checkpoint) -> Path:
        """Put a checkpoint on the disk, whole or not at all, and let old ones go.

        Raises:
            NoRoomError: if the disk is full; what was there before stays.
            OSError: if it will not take it for another reason; what was there before stays.
        """
        target = self.folder / moment_name(checkpoint.nimg)
        files = _files_of(checkpoint)
        size_bytes = sum(len(content) + BLOCK_BYTES for content in files.values())
        self.folder.mkdir(exist_ok=True)
        with needing(size_bytes, target):
            self._put(target, files)
        try:
            self._thin()
        except OSError as error:  # the checkpoint is there all the same
            log.warning("old checkpoints of %s cannot be let go: %s", self.run, error)
        return target

    def _put(self, target: Path, files: dict[str, bytes]) -> None:
        building, outdated = temporary(target), target.with_name(f".{target.name}.old")
        discard(building)
        try:
            building.mkdir()
            for name, content in files.items():
                write_flushed(building / name, content)
            flush_folder(building)
            discard(outdated)
            if target.exists():
                target.replace(outdated)
            building.replace(target)
        except OSError:
            discard(building)
            if outdated.exists() and not target.exists():
                outdated.replace(target)
            raise
        flush_folder(self.folder)
        discard(outdated)

    def _thin(self) -> None:
        there = [Kept(nimg_of(path.name), path, _size_bytes(path)) for path in self.all()]
        for old in thinned(there, BUDGET_BYTES, NEWEST_KEPT, MOST_KEPT):
            _remove(old.path)

    def cut(self, nimg: int) -> None:
        """Forget all that came after so many real samples."""
        for path in self.all():
            if nimg_of(path.name) > nimg:
                _remove(path)

    def sweep(self) -> None:
        """Put back or remove what a killed writer left under temporary names."""
        for left in self.folder.glob(".*") if self.folder.is_dir() else ():
            target = self.folder / left.name.removeprefix(".").removesuffix(".old")
            if left.name.endswith(".old") and not target.exists():
                left.replace(target)
            else:
                discard(left)

    def read(self, name: str | None = None) -> Checkpoint:
        """A checkpoint; without a name the newest whose checksums agree.

        Raises:
            RunError: if there is none, or the named one is damaged.
        """

        return self._newest_whole(name, _read)[0]

    def recover(self, tell: Callable[[str], None]) -> Checkpoint:
        """The newest checkpoint to train on from; damaged ones that are newer are set aside.

        Training on from an earlier one forgets what came after, and a damaged checkpoint may be
        wanted still.

        Args:
            tell: takes a sentence for the person about each of those.

        Raises:
            RunError: if there is none that is whole.
        """
        checkpoint, damaged = self._newest_whole(None, _read)
        for path, fault in damaged.items():
            aside = path.with_name(f"{path.name}.damaged")
            with suppress(OSError):
                discard(aside)
                path.replace(aside)
            tell(
                f"{fault}. It is kept as {aside.name}, and training goes on from the checkpoint "
                f"before it, at {checkpoint.nimg / 1000:.3f} kimg"
            )
        return checkpoint

    def read_generator(self, name: str | None = None) -> tuple[dict[str, Tensor], int]:
        """Averaged generator weights of a checkpoint, and the real samples seen until it.

        Raises:
            RunError: if there is none, or the named one is damaged.
        """

        def generator(path: Path) -> tuple[dict[str, Tensor], int]:
            files = _read_verified(path, only="generator.safetensors")
            return load_safetensors(files["generator.safetensors"]), nimg_of(path.name)

        return self._newest_whole(name, generator)[0]

    def read_weights(self, nimg: int) -> tuple[dict[str, Tensor], int]:
        """Raw weights of all players at the checkpoint nearest to a moment, and that moment.

        Raises:
            RunError: if no checkpoint has them, or that one is damaged.
        """
        there = [path for path in self.all() if (path / "weights.safetensors").is_file()]
        if not there:
            raise RunError(f"{self.run} keeps averaged generators alone, and no other weights")
        path = min(there, key=lambda one: abs(nimg_of(one.name) - nimg))
        try:
            files = _read_verified(path, only="weights.safetensors")
            return load_safetensors(files["weights.safetensors"]), nimg_of(path.name)
        except SafetensorError as error:
            raise _as_run_error(path, error) from None

    def _newest_whole(
        self, name: str | None, read: Callable[[Path], T]
    ) -> tuple[T, dict[Path, RunError]]:
        """The named checkpoint, or the newest that can be read, and why newer ones cannot."""
        damaged: dict[Path, RunError] = {}
        for path in [self.named(name)] if name is not None else self.all()[::-1]:
            try:
                return read(path), damaged
            except (RunError, KeyError, ValueError, SafetensorError) as error:
                damaged[path] = _as_run_error(path, error)
                if name is not None:
                    raise damaged[path] from None
                log.warning("%s; the checkpoint before it is used", damaged[path])
        raise RunError(f"{self.run} has no checkpoint that is whole")


def _files_of(checkpoint: Checkpoint) -> dict[str, bytes]:
    """What is written of a checkpoint, by name; the manifest is last."""
    files = {
        "generator.safetensors": pack(checkpoint.generator),
        "weights.safetensors": pack(checkpoint.weights),
        "optimizer.safetensors": pack(checkpoint.optimizer),
        "state.json": json.dumps(checkpoint.state).encode(),
    }
    listed = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    }
    manifest = {"format": FORMAT, "nimg": checkpoint.nimg, "files": listed}
    return {**files, "manifest.json": json.dumps(manifest, indent=1).encode()}


def _read(path: Path) -> Checkpoint:
    files = _read_verified(path)
    return Checkpoint(
        generator=load_safetensors(files["generator.safetensors"]),
        weights=load_safetensors(files["weights.safetensors"]),
        optimizer=load_safetensors(files["optimizer.safetensors"]),
        state=_state(parse_json(files["state.json"])),
    )


def flatten_optimizer(optimizer: torch.optim.Optimizer, name: str) -> tuple[dict[str, Tensor], Any]:
    """An optimiser's state as named tensors and as plain JSON for the rest."""
    state = optimizer.state_dict()
    tensors = {
        f"{name}.{index}.{key}": value.detach().to("cpu", copy=True).contiguous()
        for index, entries in state["state"].items()
        for key, value in entries.items()
        if isinstance(value, Tensor)
    }
    return tensors, state["param_groups"]


def restore_optimizer(
    optimizer: torch.optim.Optimizer, name: str, tensors: dict[str, Tensor], groups: Any
) -> None:
    """Undo ``flatten_optimizer``."""
    state: dict[int, dict[str, Tensor]] = {}
    for full, value in tensors.items():
        if full.startswith(f"{name}."):
            _, index, key = full.split(".", 2)
            state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    for parameter, entries in optimizer.state.items():
        for key, value in entries.items():
            if value.shape == parameter.shape:  # fused kernels want the parameter's own layout
                entries[key] = torch.empty_like(parameter).copy_(value)


def _read_verified(path: Path, only: str | None = None) -> dict[str, bytes]:
    try:
        manifest = parse_json(read_bytes(path / "manifest.json", LARGEST_MANIFEST_BYTES))
        if manifest["format"] > FORMAT:
            raise RunError(f"{path} was written by a newer GAN Studio; update this one")
        listed = manifest["files"]
        files = {}
        for name in [only] if only else FILES:
            size = (path / name).stat().st_size
            if size != listed[name]["bytes"]:
                raise RunError(f"{path / name} has {size} bytes instead of {listed[name]['bytes']}")
            content = read_bytes(path / name, size)
            if hashlib.sha256(content).hexdigest() != listed[name]["sha256"]:
                raise RunError(f"{path / name} is damaged: its checksum does not agree")
            if name.endswith(".safetensors"):
                check_header(path / name, content)
            files[name] = content
        return files
    except RunError:
        raise
    except OSError as error:
        raise RunError(f"the checkpoint {path} cannot be read: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"the checkpoint {path} cannot be read: {shown(error)}") from error


def _state(content: Any) -> dict[str, Any]:
    """Counters and settings if they can be those of a training; a ValueError otherwise."""
    if not isinstance(content, dict):
        raise ValueError(f"the state of a training is a table, got {shown(content)}")
    for name, kind in STATE.items():
        value = content.get(name, kind() if name != "nimg" else None)
        if type(value) is not kind:
            raise ValueError(f"{name} of the state is {shown(value)}, not a {kind.__name__}")
        if isinstance(value, int) and not 0 <= value < LARGEST_COUNT:
            raise ValueError(f"{name} of the state is {shown(value)}, which is no count")
    return content


def _remove(checkpoint: Path) -> None:
    """Delete a checkpoint so that half of one is never taken for a whole one, nor left behind."""
    going = temporary(checkpoint)
    discard(going)
    checkpoint.replace(going)
    discard(going)


def _size_bytes(checkpoint: Path) -> int:
    return sum(file.stat().st_size for file in checkpoint.iterdir())


def _as_run_error(path: Path, error: Exception) -> RunError:
    if isinstance(error, RunError):
        return error
    return RunError(f"the checkpoint {path} cannot be read: {shown(error)}")
