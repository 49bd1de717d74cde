"""Tiles that the person put into group A or B, to ask later what tells the groups apart."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from ganstudio.latent.stand import Stand

GROUPS = ("A", "B")


class Marks(QObject):
    """Two groups of places in latent space; no place is in both.

    Signals:
        changed: a place was put in or taken out.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: dict[str, tuple[Stand, ...]] = dict.fromkeys(GROUPS, ())
        self._cleared: dict[str, tuple[Stand, ...]] = {}

    @property
    def a(self) -> tuple[Stand, ...]:
        """Group A, in the order of marking."""
        return self._groups["A"]

    @property
    def b(self) -> tuple[Stand, ...]:
        """Group B, in the order of marking."""
        return self._groups["B"]

    def of(self, group: str) -> tuple[Stand, ...]:
        """The places of group ``A`` or ``B``."""
        return self._groups[group]

    def group_of(self, stand: Stand) -> str:
        """The group that a place is in; empty for none."""
        for group, stands in self._groups.items():
            if any(same_place(stand, other) for other in stands):
                return group
        return ""

    def toggle(self, group: str, stand: Stand) -> None:
        """Put a place into a group, out of the other one; take it out if it was there."""
        there = self.group_of(stand) == group
        for name, stands in self._groups.items():
            kept = tuple(other for other in stands if not same_place(stand, other))
            self._groups[name] = (*kept, stand) if name == group and not there else kept
        self.changed.emit()

    def clear(self) -> None:
        """Both groups are empty again; ``bring_back`` undoes it."""
        if any(self._groups.values()):
            self._cleared, self._groups = self._groups, dict.fromkeys(GROUPS, ())
            self.changed.emit()

    @property
    def cleared(self) -> bool:
        """Whether groups were emptied and nothing was marked since."""
        return bool(self._cleared) and not any(self._groups.values())

    def bring_back(self) -> None:
        """The groups as they were before they were emptied."""
        if self.cleared:
            self._groups, self._cleared = self._cleared, {}
            self.changed.emit()

    def forget(self) -> None:
        """Both groups are empty for good: their places are of another model."""
        self.clear()
        self._cleared = {}


def same_place(one: Stand, other: Stand) -> bool:
    """Whether two places give the same sample, for all that is known of them."""
    if one is other:
        return True
    if one.psi != other.psi or one.noise != other.noise or set(one.told) != set(other.told):
        return False
    if not (_same(one.z, other.z) and _same(one.shift, other.shift)):
        return False
    return all(_same(one.told[kind], other.told[kind]) for kind in one.told)


def _same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)
