"""One place in latent space as a file or as text, exact to the bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from ganstudio.disk import write_atomically
from ganstudio.latent.stand import Stand
from ganstudio.reading import parse_json, parse_toml, read_bytes, shown

FORMAT = 1
LARGEST_BYTES = 64 * 2**20
LARGEST_TEXT_BYTES = 8 * 2**20
LARGEST_HEADER_BYTES = 2**20
_MOST = float(np.finfo(np.float32).max)
_KEYS = {"format", "z", "psi", "noise", "shift", "told"}
_HEAD = "# A place in latent space. See it again: ganstudio sample RUN --latent FILE --out x.png\n"


class LatentError(ValueError):
    """No latent can be read here; the message says why."""


def save(path: Path, stand: Stand) -> None:
    """Write a place; its suffix says how: ``.toml`` for eyes, ``.safetensors`` for large ones.

    Raises:
        LatentError: if the suffix is another, or the place too large for text.
        OSError: if the disk will not take it.
    """
    if path.suffix == ".toml":
        text = _HEAD + to_text(stand)
        if len(text) > LARGEST_TEXT_BYTES:
            raise LatentError(f"{path.name} is too large for text: let it end with .safetensors")
        write_atomically(path, text.encode())
    elif path.suffix == ".safetensors":
        write_atomically(path, _pack(stand))
    else:
        raise LatentError(f"{path.name}: a latent file ends with .toml or .safetensors")


def load(path: Path) -> Stand:
    """Read a place back.

    Raises:
        LatentError: if the file is no latent.
    """
    try:
        if path.suffix == ".safetensors":
            return _unpack(read_bytes(path, LARGEST_BYTES))
        return from_text(read_bytes(path, LARGEST_TEXT_BYTES).decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LatentError(f"{path} cannot be read: {error}") from error


def to_text(stand: Stand) -> str:
    """A place as TOML: every number as it is, so that the same picture comes back."""
    table: dict[str, Any] = {"format": FORMAT, "psi": float(stand.psi), "noise": stand.noise}
    table["z"] = stand.z.tolist()
    if stand.shift is not None:
        table["shift"] = stand.shift.tolist()
    if stand.told:
        table["told"] = {kind: value.tolist() for kind, value in stand.told.items()}
    return tomli_w.dumps(table)


def from_text(text: str) -> Stand:
    """A place from what ``to_text`` wrote.

    Raises:
        LatentError: if the text is no latent.
    """
    try:
        table = parse_toml(text)
    except ValueError as error:
        raise LatentError(f"this is no latent: {error}") from error
    if "z" not in table:
        raise LatentError("this is no latent: it has no z")
    return _stand(table)


def _stand(table: dict[str, Any]) -> Stand:
    """A place from its parts, checked."""
    if unknown := sorted(table.keys() - _KEYS):
        raise LatentError(f"a latent has no {shown(unknown[0])}")
    version = table.get("format", FORMAT)
    if not isinstance(version, int):
        raise LatentError(f"format must be a whole number, got {shown(version)}")
    if version != FORMAT:
        raise LatentError(f"format {shown(version)} is newer than this GAN Studio; update it")
    told = table.get("told", {})
    if not isinstance(told, dict):
        raise LatentError("told must be a table of conditions by kind")
    z, shift = _numbers("z", table["z"]), table.get("shift")
    if z.ndim != 1:
        raise LatentError(f"z must be a row of numbers, got the shape {z.shape}")
    moved = None if shift is None else _numbers("shift", shift)
    if moved is not None and moved.ndim not in (1, 2):
        raise LatentError(f"shift must be (w_dim,) or (layers, w_dim), got {moved.shape}")
    return Stand(
        z,
        {kind: _condition(kind, value) for kind, value in told.items()},
        _number("psi", table.get("psi", 1.0)),
        moved,
        _number("noise", table.get("noise", 1.0)),
    )


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _MOST:
        raise LatentError(f"{name} must be a finite number, got {shown(value)}")
    return float(value)


def _numbers(name: str, value: Any) -> np.ndarray:
    """Float32 from nested lists or an array."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf":  # text that looks like a number is none
            raise LatentError(f"{name} must be numbers, got {shown(value)}")
        with np.errstate(over="ignore"):
            array = array.astype(np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise LatentError(f"{name} must be numbers: {error}") from error
    if not np.isfinite(array).all():
        raise LatentError(f"{name} must be finite numbers")
    return array


def _condition(kind: str, value: Any) -> np.ndarray:
    """Whole numbers stay whole: classes and words are indices, all else is float32."""
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError) as error:
        raise LatentError(f"told.{kind} must be numbers: {error}") from error
    if array.ndim == 0 or len(array) != 1:
        raise LatentError(f"told.{kind} must hold one sample's condition, got {array.shape}")
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    return _numbers(f"told.{kind}", value)


def _pack(stand: Stand) -> bytes:
    from safetensors.numpy import save as pack

    arrays = {"z": stand.z} | {f"told.{kind}": value for kind, value in stand.told.items()}
    if stand.shift is not None:
        arrays["shift"] = stand.shift
    rest = {"format": FORMAT, "psi": float(stand.psi), "noise": stand.noise}
    owned = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    return bytes(pack(owned, {"ganstudio": json.dumps(rest)}))


def _unpack(content: bytes) -> Stand:
    from safetensors import SafetensorError
    from safetensors.numpy import load as unpack

    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 0 < length <= min(LARGEST_HEADER_BYTES, len(content) - 8):
        raise LatentError("this is no latent: its header is not whole")
    try:
        rest = parse_json(parse_json(content[8 : 8 + length])["__metadata__"]["ganstudio"])
        table = {**rest, **unpack(content)}
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise LatentError(f"this is no latent: {shown(error)}") from error
    told = {name.removeprefix("told."): table.pop(name) for name in [*table] if "told." in name}
    if "z" not in table:
        raise LatentError("this is no latent: it has no z")
    return _stand(table | ({"told": told} if told else {}))
