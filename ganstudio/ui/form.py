"""Any ``Config`` as a form: one row a knob, faults beside the fields, live ones marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.knobs import Config, Knob, Value, knobs_of
from ganstudio.ui import theme
from ganstudio.ui.fold import Fold
from ganstudio.ui.knobrow import Row, is_number, range_of

SETTLE_MS = 250  # a knob counts as turned when typing has paused that long


class Form(QWidget):
    """Rows for all knobs of a config; every value may be wrong, and then says so beside itself.

    Args:
        config: what is edited.
        only: the knobs that get a row; all of them where it is None.
        defaults: what some of them begin at, and go back to, in place of the config's own.

    Signals:
        changed (str): this knob has another value now; follows typing at once.
        turned (str): this knob has a valid value that settled; for live knobs.
    """

    changed = Signal(str)
    turned = Signal(str)

    def __init__(
        self,
        config: type[Config],
        only: Collection[str] | None = None,
        defaults: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self.config = config
        self.rows: dict[str, Row] = {}
        self._live: Collection[str] | None = None
        self._unsettled: set[str] = set()
        self._refused: dict[str, str] = {}
        self._lacking: dict[str, str] = {}
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        self.more = Fold("More")
        self.more.header.setToolTip("Knobs that are seldom turned")
        for name, knob in knobs_of(config).items():
            if knob.settled or (only is not None and name not in only):
                continue
            row = Row(replace(knob, default=defaults.get(name, knob.default)))
            row.edited.connect(self._on_edited)
            self.rows[name] = row
            (self.more.body if knob.advanced else column).addWidget(row)
        self.more.setVisible(self.more.body.count() > 0)
        column.addWidget(self.more)

    def values(self) -> dict[str, Any]:
        """Every knob as it stands; a text where a number should be stays a text."""
        return {name: row.value() for name, row in self.rows.items()}

    def departures(self) -> dict[str, Any]:
        """The knobs that are not at their default."""
        defaults = {name: row.knob.default for name, row in self.rows.items()}
        return {name: value for name, value in self.values().items() if value != defaults[name]}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values; knobs that are not named stay as they are. Announces nothing."""
        self._unsettled.clear()
        for name, value in values.items():
            if name in self.rows:
                self.rows[name].set_value(value)
                self._refused.pop(name, None)
        self.check()

    def echo(self, name: str, value: Any) -> None:
        """Show that a knob took effect, unless it is being turned on right now."""
        if name in self.rows and name not in self._unsettled:
            self.rows[name].set_value(value)
            self.check()

    def check(self) -> dict[str, str]:
        """Show every fault beside its field; returns them by knob."""
        found = faults_by_knob(self.config, self.values())
        for name, row in self.rows.items():
            row.show_fault(
                found.get(name) or self._refused.get(name) or self._lacking.get(name, "")
            )
        if any(self.rows[name].knob.advanced for name in found if name in self.rows):
            self.more.set_open(True)
        return found

    def blame(self, lacking: Mapping[str, str]) -> None:
        """Say beside these fields what is wrong beyond their range, such as a missing folder."""
        if dict(lacking) != self._lacking:
            self._lacking = dict(lacking)
            self.check()

    def set_enabled_only(self, live: Collection[str] | None) -> None:
        """While training: only these knobs can be changed, a dot marks them. None frees all."""
        self._live = live
        for name, row in self.rows.items():
            row.set_mode(live is None or name in live, marked=live is not None and name in live)

    def refuse(self, name: str, reason: str, value: Any) -> None:
        """Set a knob back and say why its change was not taken, until it is edited again."""
        if name in self.rows and name not in self._unsettled:
            self._refused[name] = reason
            self.echo(name, value)

    def _on_edited(self, name: str) -> None:
        self._refused.pop(name, None)
        self.check()
        self.changed.emit(name)
        self._unsettled.add(name)
        self._settling.start()

    def _settle(self) -> None:
        names, self._unsettled = self._unsettled, set()
        wrong = self.check()
        for name in sorted(names):
            if name not in wrong:
                self.turned.emit(name)


def faults_by_knob(config: type[Config], values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each value, in the user's words; empty if all can be taken."""
    known = knobs_of(config)
    try:
        config(**values)
    except ValidationError as error:
        found = {}
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else ""
            found[name] = _in_words(known[name], values[name]) if name in known else fault["msg"]
        return found
    return {}


def _in_words(knob: Knob, value: Any) -> str:
    unit = f" {knob.unit}" if knob.unit else ""
    if is_number(knob) and isinstance(value, str):
        kind = "a whole number" if knob.type == "int" else "a number"
        lead = f"“{value}” is not {kind}" if value.strip() else f"Needs {kind}"
        return f"{lead}; it takes {range_of(knob)}{unit}."
    return f"Must be {range_of(knob)}{unit}."
