"""What the samples of each data set are; folders are looked through off the window's thread."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from ganstudio.knobs import Config, knobs_of
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train import messages as m
from ganstudio.ui.background import Background
from ganstudio.ui.catalogue import Card
from ganstudio.ui.studio import Studio

SETTLE_MS = 250  # a path is looked at when typing has paused that long
SUBFOLDERS = ConditionSpec("classes", ("one", "two"), title="folder")

_Place = tuple[Config, tuple[int, ...]]  # the knobs, and when each of their folders changed


class Specs(QObject):
    """Answers at once, with what is hoped for while a folder is not chosen or not looked at yet.

    Signals:
        found: something else is known than when it was last asked.
    """

    found = Signal()

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self.studio = studio
        self._known: dict[str, tuple[_Place, SampleSpec]] = {}
        self._waiting: dict[str, _Place] = {}
        self._looking: tuple[str, _Place] | None = None
        self._work = Background("specs", self)
        self._work.done.connect(self._on_found)
        self._work.broken.connect(self._on_broken)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._next)

    def known(self, card: Card, values: Mapping[str, Any]) -> SampleSpec | None:
        """What the data set is under these knobs; None, and ``found`` follows, if it must look.

        None without a ``found`` where there is nothing to look at: a folder is missing.

        Raises:
            pydantic.ValidationError: if a knob is out of range.
        """
        paths = _paths(card.config)
        if not paths:
            return self.studio.spec_of(card.key, values)
        if self.studio.missing(card.key, values):
            self._waiting.pop(card.key, None)
            return None
        config = card.config(**values)
        place = config, tuple(_changed(getattr(config, name)) for name in paths)
        before = self._known.get(card.key)
        asked = self._looking == (card.key, place) or self._waiting.get(card.key) == place
        if not asked and (before is None or before[0] != place):
            self._waiting[card.key] = place
            self._settling.start()
        return before[1] if before is not None and before[0][0] == config else None

    def hoped(self, card: Card, values: Mapping[str, Any]) -> SampleSpec:
        """What is known, or else what it may turn out to be: any folder may hold classes.

        Raises:
            pydantic.ValidationError: if a knob is out of range.
        """
        known = self.known(card, values)
        if known is not None:
            return known
        spec = self.studio.spec_of(card.key, {**values, **dict.fromkeys(_paths(card.config), "")})
        offers_nothing = spec.condition.kind == "none" and not spec.offers
        return replace(spec, condition=SUBFOLDERS) if offers_nothing else spec

    def forget(self, key: str) -> None:
        """Look again when next asked."""
        self._known.pop(key, None)

    def close(self) -> None:
        """End the thread."""
        self._settling.stop()
        self._waiting.clear()
        self._work.close()

    def _next(self) -> None:
        if self._waiting and self._looking is None:
            self._looking = self._waiting.popitem()
            key, (config, _) = self._looking
            self._work.submit(partial(self.studio.spec_of, key, config.model_dump()))

    def _on_found(self, spec: SampleSpec) -> None:
        assert self._looking is not None
        (key, place), self._looking = self._looking, None
        before = self._known.get(key)
        self._known[key] = place, spec
        self._next()
        if before is None or (before[0][0], before[1]) != (place[0], spec):
            self.found.emit()

    def _on_broken(self, error: Exception) -> None:
        assert self._looking is not None
        key, (config, _) = self._looking
        self.studio.noted.emit(
            m.Noted(f"The folder of {key} cannot be looked at: {error}", "error")
        )
        nowhere = dict.fromkeys(_paths(type(config)), "")
        self._on_found(self.studio.spec_of(key, {**config.model_dump(), **nowhere}))


def _paths(config: type[Config]) -> list[str]:
    return [name for name, knob in knobs_of(config).items() if knob.browse]


def _changed(folder: str) -> int:
    """When files or folders right in it came or went; 0 where that cannot be told."""
    try:
        return os.stat(Path(folder).expanduser()).st_mtime_ns
    except (OSError, RuntimeError, ValueError):
        return 0
