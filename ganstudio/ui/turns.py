"""What a person did with knobs, to be taken back and done again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QUndoCommand, QUndoStack

MOST_TURNS = 200


class Turns(QUndoStack):
    """The changes of a person, newest last; an ``Edit`` menu shows what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.setUndoLimit(MOST_TURNS)

    def done(self, name: str, apply: Callable[[Any], object], before: Any, after: Any) -> None:
        """Note a change that is in force already.

        Args:
            name: what was changed, for the menu.
            apply: puts either value in force; called whenever the change is undone or redone.
            before: as it was.
            after: as it is.
        """
        self.push(_Turn(name, apply, before, after))


class _Turn(QUndoCommand):
    """One change; Qt calls ``redo`` as it is noted, when there is nothing to do."""

    def __init__(self, name: str, apply: Callable[[Any], object], before: Any, after: Any) -> None:
        super().__init__(name)
        self._apply, self._before, self._after, self._fresh = apply, before, after, True

    def undo(self) -> None:
        self._apply(self._before)

    def redo(self) -> None:
        if not self._fresh:
            self._apply(self._after)
        self._fresh = False
