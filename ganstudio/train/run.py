"""The run folder: recipe, history, checkpoints, samples; complete after a kill at any instant."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import torch
from filelock import FileLock, Timeout
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import Tensor

from ganstudio.recipe import Recipe

log = logging.getLogger(__name__)

T = TypeVar("T")

FORMAT = 1
LARGEST_HEADER_BYTES = 16 << 20
CHECKPOINTS_KEPT = 5  # and the first one, to rewind to the start
_CHECKPOINT = re.compile(r"\d{6,}\.\d{3}k")


class RunError(ValueError):
    """A run folder cannot be used; the message says why and what to do."""


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


class RunFolder:
    """One run on the disk.

    Every file and folder is written under a temporary name, flushed and renamed; a checkpoint
    carries the sizes and SHA-256 of its files and is read only if they agree.

    Args:
        path: the folder; it exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / ".lock")

    @classmethod
    def create(cls, root: Path, recipe: Recipe, path: Path | None = None) -> RunFolder:
        """A new folder named after the time and the recipe, with the recipe in it.

        Args:
            root: where runs are kept.
            recipe: what is trained.
            path: this folder instead; it must not hold a run already.

        Raises:
            RunError: if ``path`` holds a run or cannot be made.
        """
        if path is None:
            stem = f"{time.strftime('%Y-%m-%d-%H%M')}-{recipe.variant}-{recipe.data}"
        else:
            root, stem = path.parent, path.name
        if (path is not None) and (path / "recipe.toml").exists():
            raise RunError(f"{path} already holds a run; resume it, or name another folder")
        try:
            path = path or _fresh(root, stem)
            for part in ("checkpoints", "samples"):
                (path / part).mkdir(parents=True, exist_ok=True)
            write_atomically(path / "recipe.toml", recipe.to_toml().encode())
        except OSError as error:
            raise RunError(f"the run folder {root / stem} cannot be written: {error}") from error
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """An existing run.

        Raises:
            RunError: if this is no run folder.
        """
        if not (path / "recipe.toml").is_file():
            raise RunError(f"{path} is no run folder: it has no recipe.toml")
        return cls(path)

    def acquire(self) -> None:
        """Become the only program that writes here, and sweep what a killed one left.

        Raises:
            RunError: if another one does.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RunError(
                f"another program is training the run {self.path}; stop it there first"
            ) from None
        self._sweep()

    def release(self) -> None:
        """Let others write here."""
        self._lock.release()

    # Checkpoints ------------------------------------------------------------------------------

    def checkpoints(self) -> list[Path]:
        """Complete checkpoints, oldest training first."""
        folder = self.path / "checkpoints"
        if not folder.is_dir():
            return []
        there = (
            path
            for path in folder.iterdir()
            if _CHECKPOINT.fullmatch(path.name) and (path / "manifest.json").is_file()
        )
        return sorted(there, key=lambda path: _nimg(path.name))

    def checkpoint(self, name: str | None = None) -> Path:
        """The folder of one checkpoint; None is the newest.

        Raises:
            RunError: if there is none of that name; the message lists those there are.
        """
        found = self.checkpoints()
        if name is None and found:
            return found[-1]
        for path in found:
            if path.name == name:
                return path
        there = ", ".join(path.name for path in found) or "none"
        raise RunError(f"{self.path} has no checkpoint {name or ''}; there are: {there}")

    def write(self, checkpoint: Checkpoint) -> Path:
        """Put a checkpoint on the disk, whole or not at all, and let old ones go.

        Raises:
            OSError: if the disk will not take it; what was there before stays.
        """
        folder = self.path / "checkpoints"
        target = folder / f"{checkpoint.nimg / 1000:010.3f}k"
        building = folder / f".{target.name}.{os.getpid()}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        files = {
            "generator.safetensors": save_safetensors(checkpoint.generator),
            "weights.safetensors": save_safetensors(checkpoint.weights),
            "optimizer.safetensors": save_safetensors(checkpoint.optimizer),
            "state.json": json.dumps(checkpoint.state).encode(),
        }
        manifest = {
            "format": FORMAT,
            "nimg": checkpoint.nimg,
            "files": {
                name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in files.items()
            },
        }
        files["manifest.json"] = json.dumps(manifest, indent=1).encode()
        outdated = folder / f".{target.name}.old"
        try:
            for name, content in files.items():
                _write_flushed(building / name, content)
            _flush_folder(building)
            shutil.rmtree(outdated, ignore_errors=True)
            if target.exists():
                target.replace(outdated)
            building.replace(target)
        except OSError:
            shutil.rmtree(building, ignore_errors=True)
            if outdated.exists() and not target.exists():
                outdated.replace(target)
            raise
        _flush_folder(folder)
        shutil.rmtree(outdated, ignore_errors=True)
        for old in self.checkpoints()[1:-CHECKPOINTS_KEPT]:
            _remove(old)
        return target

    def _sweep(self) -> None:
        """Put back or remove what a killed writer left under temporary names."""
        folder = self.path / "checkpoints"
        for left in folder.glob(".*") if folder.is_dir() else ():
            target = folder / left.name.removeprefix(".").removesuffix(".old")
            if left.name.endswith(".old") and not target.exists():
                left.replace(target)
            else:
                shutil.rmtree(left, ignore_errors=True)

    def read(self, name: str | None = None) -> Checkpoint:
        """A checkpoint; without a name the newest whose checksums agree.

        Raises:
            RunError: if there is none, or the named one is damaged.
        """

        def whole(path: Path) -> Checkpoint:
            files = _read_verified(path)
            return Checkpoint(
                generator=load_safetensors(files["generator.safetensors"]),
                weights=load_safetensors(files["weights.safetensors"]),
                optimizer=load_safetensors(files["optimizer.safetensors"]),
                state=json.loads(files["state.json"]),
            )

        return self._newest_whole(name, whole)

    def read_generator(self, name: str | None = None) -> tuple[dict[str, Tensor], int]:
        """Averaged generator weights of a checkpoint, and the real samples seen until it.

        Raises:
            RunError: if there is none, or the named one is damaged.
        """

        def generator(path: Path) -> tuple[dict[str, Tensor], int]:
            files = _read_verified(path, only="generator.safetensors")
            nimg = int(json.loads((path / "manifest.json").read_bytes())["nimg"])
            return load_safetensors(files["generator.safetensors"]), nimg

        return self._newest_whole(name, generator)

    def _newest_whole(self, name: str | None, read: Callable[[Path], T]) -> T:
        """The named checkpoint, or the newest that can be read."""
        candidates = [self.checkpoint(name)] if name is not None else self.checkpoints()[::-1]
        for path in candidates:
            try:
                return read(path)
            except (RunError, KeyError, ValueError, SafetensorError) as error:
                fault = _as_run_error(path, error)
                if name is not None:
                    raise fault from None
                log.warning("%s; the checkpoint before it is used", fault)
        raise RunError(f"{self.path} has no checkpoint that is whole")

    # History ----------------------------------------------------------------------------------

    @property
    def history_path(self) -> Path:
        """One JSON object a line: nimg, step, seconds and terms, or an event."""
        return self.path / "history.jsonl"

    def append_history(self, line: dict[str, Any]) -> None:
        """Add one line."""
        with self.history_path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def history(self) -> list[dict[str, Any]]:
        """All lines; one that a kill cut short is left out."""
        lines = []
        if self.history_path.is_file():
            for text in self.history_path.read_text(encoding="utf-8").splitlines():
                try:
                    lines.append(json.loads(text))
                except json.JSONDecodeError:
                    log.warning("%s: a line is not whole and is left out", self.history_path)
        return lines

    def cut(self, nimg: int) -> None:
        """Forget all that came after so many real samples: training goes on from there."""
        for path in self.checkpoints():
            if _nimg(path.name) > nimg:
                _remove(path)
        for picture in (self.path / "samples").glob("*k.png"):
            if _CHECKPOINT.fullmatch(picture.stem) and _nimg(picture.stem) > nimg:
                picture.unlink(missing_ok=True)
        kept = [line for line in self.history() if line.get("nimg", 0) <= nimg]
        text = "".join(json.dumps(line) + "\n" for line in kept)
        write_atomically(self.history_path, text.encode())

    def note(self, text: str) -> None:
        """Add one line with the time to ``log.txt``."""
        with (self.path / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}\n")


def _nimg(name: str) -> int:
    """Real samples, from the name of a checkpoint."""
    return round(float(name.removesuffix("k")) * 1000)


def _fresh(root: Path, stem: str) -> Path:
    """Make a folder that nobody else has."""
    root.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = root / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise AssertionError("numbers do not end")


def _remove(checkpoint: Path) -> None:
    """Delete a checkpoint so that half of one is never taken for a whole one."""
    (checkpoint / "manifest.json").unlink(missing_ok=True)
    shutil.rmtree(checkpoint, ignore_errors=True)


def _as_run_error(path: Path, error: Exception) -> RunError:
    if isinstance(error, RunError):
        return error
    return RunError(f"the checkpoint {path} cannot be read: {error!r}")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content and nothing between.

    Raises:
        OSError: if the disk will not take it; the old file stays.
    """
    building = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write_flushed(building, content)
        building.replace(path)
    except OSError:
        building.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


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
        manifest = json.loads((path / "manifest.json").read_bytes())
        if manifest["format"] > FORMAT:
            raise RunError(f"{path} was written by a newer GAN Studio; update this one")
        listed = manifest["files"]
        files = {}
        for name in [only] if only else list(listed):
            size = (path / name).stat().st_size
            if size != listed[name]["bytes"]:
                raise RunError(f"{path / name} has {size} bytes instead of {listed[name]['bytes']}")
            content = (path / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != listed[name]["sha256"]:
                raise RunError(f"{path / name} is damaged: its checksum does not agree")
            if name.endswith(".safetensors"):
                _check_header(path / name, content)
            files[name] = content
        return files
    except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise RunError(f"the checkpoint {path} cannot be read: {error!r}") from error


def _check_header(path: Path, content: bytes) -> None:
    length = struct.unpack("<Q", content[:8])[0] if len(content) >= 8 else -1
    if not 0 < length <= min(LARGEST_HEADER_BYTES, len(content) - 8):
        raise RunError(f"{path} has an impossible header of {length} bytes")


def _write_flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
