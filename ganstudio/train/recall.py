"""What was drawn of past moments, so that going back and forth over them costs nothing."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING
from weakref import ref

import numpy as np

from ganstudio.train.messages import Request

if TYPE_CHECKING:
    from ganstudio.train.sampler import Sampler

Drawn = tuple[np.ndarray, dict[str, np.ndarray]]
"""Samples, and what is worth seeing beside."""
ROOM_BYTES = 128 << 20


class Recall:
    """Keeps the answers to requests that were asked of models that do not change.

    Args:
        room_bytes: for all of them; those that were not asked for longest make room.
    """

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        self._room_bytes, self._taken_bytes = room_bytes, 0
        self._known: OrderedDict[tuple[int, bytes], tuple[ref[Sampler], Drawn]] = OrderedDict()

    def get(self, sampler: Sampler, request: Request) -> Drawn | None:
        """What this model drew when the same was asked; None if it is not known."""
        key = (id(sampler), _digest(request))
        found = self._known.get(key)
        if found is None or found[0]() is not sampler:  # of one that is gone
            return None
        self._known.move_to_end(key)
        return found[1]

    def keep(self, sampler: Sampler, request: Request, drawn: Drawn) -> None:
        """Remember what this model drew; nobody may change it any more."""
        key = (id(sampler), _digest(request))
        if key in self._known:
            self._taken_bytes -= _size_bytes(self._known.pop(key)[1])
        self._known[key] = (ref(sampler), drawn)
        self._taken_bytes += _size_bytes(drawn)
        while self._taken_bytes > self._room_bytes:
            _, (_, old) = self._known.popitem(last=False)
            self._taken_bytes -= _size_bytes(old)


def _digest(request: Request) -> bytes:
    """All that decides what is drawn, whoever asks."""
    told = [(kind, request.told[kind]) for kind in sorted(request.told)]
    parts = [("z", request.z), ("shift", request.shift), *told]
    text = hashlib.sha256(f"{request.psi!r} {request.noise!r}".encode())
    for name, value in parts:
        if value is not None:
            text.update(f" {name} {value.shape} {value.dtype} ".encode())
            text.update(np.ascontiguousarray(value).tobytes())
    return text.digest()


def _size_bytes(drawn: Drawn) -> int:
    return drawn[0].nbytes + sum(value.nbytes for value in drawn[1].values())
