"""Stored models at any kept moment of their training, the latest used at hand."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.timeline import Kept

AT_HAND_BYTES = 256 << 20

_Key = tuple[Path, int]  # with its time: a moment may be trained anew after a rewind


class Library:
    """Loads samplers of run folders; of the last one past moments stay while there is room.

    Args:
        device: where they draw: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        room_bytes: of weights kept at hand; the one used last stays, whatever it takes.
    """

    def __init__(self, device: str = "auto", room_bytes: int = AT_HAND_BYTES) -> None:
        self.device, self._room_bytes = device, room_bytes
        self._at_hand: OrderedDict[_Key, Sampler] = OrderedDict()
        self._forms: dict[_Key, Sampler] = {}  # one moment of the run that was seen last

    def newest(self, folder: Path) -> Sampler:
        """The newest checkpoint of a run.

        Raises:
            RecipeError: if the recipe cannot be read.
            RunError: if there is no complete checkpoint.
        """
        return Sampler.load(folder, self.device)

    def at(self, folder: Path, nimg: int) -> Sampler:
        """The model as it was at the kept moment next to this one.

        Raises:
            RecipeError: if the recipe cannot be read.
            RunError: if no moment is kept, or this one is damaged.
            OSError: if it cannot be reached.
        """
        kept = nearest(folder, nimg)
        try:
            return self._at(folder, kept)
        except (OSError, RunError):
            other = nearest(folder, nimg)
            if other == kept:
                raise
        return self._at(folder, other)  # a training let the first one go meanwhile

    def moments(self, folder: Path) -> tuple[int, ...]:
        """Real samples seen at the moments that a run keeps, rising."""
        return moments(folder)

    def _at(self, folder: Path, kept: Kept) -> Sampler:
        key = (kept.path, kept.path.stat().st_mtime_ns)
        if key in self._at_hand:
            self._at_hand.move_to_end(key)
            return self._at_hand[key]
        sampler = self._load(folder, kept.nimg)
        self._at_hand[key] = sampler
        taken_bytes = self._taken_bytes
        while len(self._at_hand) > 1 and taken_bytes > self._room_bytes:
            taken_bytes -= self._at_hand.popitem(last=False)[1].size_bytes
        return sampler

    def _load(self, folder: Path, nimg: int) -> Sampler:
        """Of a run that was looked at before, only weights are read."""
        asked = (folder, (folder / "recipe.toml").stat().st_mtime_ns)
        known = self._forms.get(asked)
        if known is not None:
            return known.at(nimg)
        self._at_hand.clear()
        self._forms = {asked: Sampler.load(folder, self.device, moment=nimg)}
        return self._forms[asked]

    @property
    def _taken_bytes(self) -> int:
        return sum(sampler.size_bytes for sampler in self._at_hand.values())


def moments(folder: Path) -> tuple[int, ...]:
    """Real samples seen at the moments that a run keeps, rising."""
    return tuple(one.nimg for one in RunFolder(folder).moments())


def nearest(folder: Path, nimg: int) -> Kept:
    """The kept moment next to this one.

    Raises:
        RunError: if none is kept.
    """
    there = RunFolder(folder).moments()
    if not there:
        raise RunError(f"{folder} keeps no moment of its training")
    return min(there, key=lambda one: abs(one.nimg - nimg))
