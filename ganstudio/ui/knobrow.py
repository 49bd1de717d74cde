"""One knob in a form: its label, an editor that fits it, the unit, Reset, and what is wrong."""

from __future__ import annotations

import html
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QWidget,
)

from ganstudio.knobs import Knob
from ganstudio.ui import theme
from ganstudio.ui.numbers import NumberEdit, shown
from ganstudio.ui.path_edit import PathEdit

EDITOR_PX = 88
Editor = NumberEdit | QCheckBox | QComboBox | QLineEdit


class Row(QWidget):
    """One knob: label, editor, unit, and Reset, greyed at the default.

    Signals:
        edited (str): the knob's name.
    """

    edited = Signal(str)

    def __init__(self, knob: Knob) -> None:
        super().__init__()
        self.knob = knob
        self.dot, self.label, self.unit = _LiveDot(), QLabel(knob.title), QLabel(knob.unit)
        self.editor = _editor(knob)
        self.reset, self.fault = QToolButton(), QLabel()
        self.browse: QToolButton | None = None  # for paths
        self._lay_out()
        _connect(self.editor, self._on_edit)
        self.reset.clicked.connect(self._to_default)
        self.set_value(knob.default)
        tip = describe(knob)
        for widget in (self.label, self.editor, self.unit):
            widget.setToolTip(tip)

    def value(self) -> Any:
        """What the editor holds, valid or not."""
        editor = self.editor
        if isinstance(editor, NumberEdit):
            return editor.value()
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, QComboBox):
            return editor.currentData()
        return editor.text()

    def set_value(self, value: Any) -> None:
        """Show a value without announcing it."""
        editor = self.editor
        editor.blockSignals(True)
        if isinstance(editor, NumberEdit):
            editor.set_value(value)
        elif isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
        else:
            editor.setText(str(value))
        editor.blockSignals(False)
        self._refresh()

    def put_beside(self, widget: QWidget) -> None:
        """Put a widget where the unit stands."""
        self._grid.replaceWidget(self.unit, widget)
        self.unit.hide()

    def show_fault(self, text: str) -> None:
        """Say beside the field what is wrong; empty for nothing."""
        self.fault.setText(text)
        self.fault.setVisible(bool(text))
        if bool(self.editor.property("fault")) != bool(text):
            self.editor.setProperty("fault", bool(text))
            self.editor.style().unpolish(self.editor)
            self.editor.style().polish(self.editor)

    def set_mode(self, enabled: bool, marked: bool) -> None:
        """Grey the row or free it; the dot says that it acts on the running training."""
        for widget in (self.label, self.editor, self.unit, self.browse):
            if widget is not None:
                widget.setEnabled(enabled)
        self.dot.set_lit(marked)
        self._refresh()

    def _on_edit(self) -> None:
        self._refresh()
        self.edited.emit(self.knob.name)

    def _to_default(self) -> None:
        self.set_value(self.knob.default)
        self._on_edit()

    def _refresh(self) -> None:
        at_default = self.value() == self.knob.default
        self.reset.setEnabled(not at_default and self.editor.isEnabled())

    def _lay_out(self) -> None:
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE[1])
        grid.setVerticalSpacing(2)
        self.label.setBuddy(self.editor)
        self.editor.setAccessibleName(self.knob.title)
        theme.tone(self.unit, "small")
        self.unit.setVisible(self.knob.unit.lower() not in self.knob.title.lower().split())
        theme.tone(self.fault, "error")
        self.fault.setWordWrap(True)
        self.fault.hide()
        theme.decorate(self.reset, "reset")
        theme.tone(self.reset, "flat")
        self.reset.setIconSize(QSize(14, 14))
        default = self.knob.default
        text = str(default) if isinstance(default, str | bool) else shown(default)
        self.reset.setToolTip(f"Back to {text}" if text else "Empty it")
        self.reset.setAccessibleName(f"Reset {self.knob.title}")
        for place, widget in enumerate((self.dot, self.label, self.unit, self.editor, self.reset)):
            grid.addWidget(widget, 0, place)
        grid.addWidget(self.fault, 2, 1, 1, 4)
        grid.setColumnStretch(2, 1)
        if isinstance(self.editor, PathEdit):
            self._lay_out_path(self.editor)
        else:
            self.editor.setFixedWidth(EDITOR_PX)

    def _lay_out_path(self, editor: PathEdit) -> None:
        """A path is long: it has a line of its own, with a button to look for it."""
        self.browse = button = QToolButton()
        theme.decorate(button, "folder")
        theme.tone(button, "flat")
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(f"Choose a {self.knob.browse}")
        button.setAccessibleName(f"Choose {self.knob.title}")
        button.clicked.connect(editor.browse)
        self._grid.removeWidget(editor)
        self._grid.addWidget(editor, 1, 1, 1, 3)
        self._grid.addWidget(button, 1, 4)


def describe(knob: Knob) -> str:
    """The tooltip: what it does, what it takes, in which unit, and whether it is live."""
    lines = [f"<b>{html.escape(knob.title)}</b>", html.escape(knob.help)]
    lines.append(f"Takes {html.escape(range_of(knob))} {html.escape(knob.unit)}".rstrip() + ".")
    if knob.live:
        lines.append("Can be changed while training.")
    lines.append(f"<code>{knob.name}</code>")
    return "".join(f"<p style='margin: 2px 0'>{line}</p>" for line in lines if line)


def range_of(knob: Knob) -> str:
    """The accepted values of a knob in words, numbers as people write them."""
    ends = [None if end is None else shown(end) for end in (knob.low, knob.high)]
    if not is_number(knob) or ends == [None, None]:
        return knob.accepts
    if ends[1] is None:
        return f"at least {ends[0]}"
    return f"at most {ends[1]}" if ends[0] is None else f"{ends[0]} to {ends[1]}"


def is_number(knob: Knob) -> bool:
    """Whether its value is a number."""
    return knob.type in ("int", "float")


def _editor(knob: Knob) -> Editor:
    if is_number(knob):
        return NumberEdit(knob)
    if knob.type == "bool":
        check = QCheckBox()
        check.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click Space still means Train
        return check
    if knob.type == "choice":
        combo = QComboBox()
        for choice in knob.choices:
            combo.addItem(str(choice), choice)
        combo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        combo.installEventFilter(WheelGuard(combo))
        return combo
    return PathEdit(knob) if knob.browse else QLineEdit()


def _connect(editor: Editor, slot: Any) -> None:
    if isinstance(editor, NumberEdit):
        editor.edited.connect(slot)
    elif isinstance(editor, QCheckBox):
        editor.toggled.connect(slot)
    elif isinstance(editor, QComboBox):
        editor.currentIndexChanged.connect(slot)
    else:
        editor.textChanged.connect(slot)


class WheelGuard(QObject):
    """Lets the list scroll instead of changing a choice that nobody clicked."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the wheel to whatever scrolls, unless the choice has the focus."""
        if isinstance(event, QWheelEvent) and isinstance(watched, QWidget):
            event.ignore()
            return not watched.hasFocus()
        return False


class _LiveDot(QWidget):
    """A small light: this knob acts on the training that is running."""

    def __init__(self) -> None:
        super().__init__()
        self._lit = False
        self.setFixedSize(8, 8)

    def set_lit(self, lit: bool) -> None:
        self._lit = lit
        self.setToolTip("Acts at once on the training" if lit else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._lit:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.current().real))
            painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
