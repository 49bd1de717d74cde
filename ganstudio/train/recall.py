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
_Key = tuple[int, bytes]  # the model, and what was asked
ROOM_BYTES = 128 << 20
ENTRY_BYTES = 1 << 10  # what an answer takes beside its values; one point has eight bytes of those


class Recall:
    """Keeps the answers to requests that were asked of models that do not change.

    Those of a model that is gone go when another one is asked.

    Args:
        room_bytes: for all of them; those that were not asked for longest make room.
    """

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        self._room_bytes, self._taken_bytes = room_bytes, 0
        self._known: OrderedDict[_Key, tuple[ref[Sampler], Drawn]] = OrderedDict()
        self._asked: ref[Sampler] | None = None  # last

    def __len__(self) -> int:
        return len(self._known)

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
        if self._asked is None or self._asked() is not sampler:
            self._asked = ref(sampler)
            for key in [key for key, (model, _) in self._known.items() if model() is None]:
                self._forget(key)
        key = (id(sampler), _digest(request))
        if key in self._known:
            self._forget(key)
        self._known[key] = (self._asked, drawn)
        self._taken_bytes += _size_bytes(drawn)
        while self._taken_bytes > self._room_bytes:
            self._forget(next(iter(self._known)))

    def _forget(self, key: _Key) -> None:
        self._taken_bytes -= _size_bytes(self._known.pop(key)[1])


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
    return ENTRY_BYTES + drawn[0].nbytes + sum(value.nbytes for value in drawn[1].values())
