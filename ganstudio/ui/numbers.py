"""A field for numbers of any size: 0.0002 and 2e-4 alike, stepping by decades where it helps."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from ganstudio.knobs import Knob

Number = int | float


def shown(value: Number) -> str:
    """A number as people write it: ``0.0002``, ``500``, ``1e6``, never more digits than needed."""
    if isinstance(value, int):
        return str(value)
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-4 <= abs(value) < 1e6:
        text = f"{value:.12f}".rstrip("0").rstrip(".")
        return text if float(text) == value else repr(value)
    mantissa, _, exponent = f"{value:.12e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def read(text: str, whole: bool) -> Number | None:
    """The number in a text, with a point or a comma; None if there is none.

    Args:
        text: as typed.
        whole: whether only whole numbers will do; ``1e3`` is one.
    """
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-").replace(" ", ""))
    except ValueError:
        return None
    if not math.isfinite(value) or (whole and value != int(value)):
        return None
    return int(value) if whole else value


def stepped(value: Number, steps: int, knob: Knob) -> Number:
    """The next value of a knob, upwards or downwards, inside its range.

    Decades for a number that is sought in decades (doubling for whole ones), else a round
    hundredth to tenth of the range.
    """
    low = -math.inf if knob.low is None else knob.low
    high = math.inf if knob.high is None else knob.high
    if knob.log:
        moved = _by_factor(value, steps, 2.0 if knob.type == "int" else 10.0, knob)
    else:
        grain = _grain(low, high, knob)
        moved = round(value / grain) * grain + steps * grain
    moved = min(max(moved, low), high)
    return round(moved) if knob.type == "int" else float(f"{moved:.10g}")


def _by_factor(value: Number, steps: int, factor: float, knob: Knob) -> float:
    if value <= 0:
        smallest = knob.low if knob.low else 1.0 if knob.type == "int" else 1e-5
        return smallest * factor ** max(steps - 1, 0) if steps > 0 else 0.0
    return float(value) * factor**steps


def _grain(low: float, high: float, knob: Knob) -> float:
    if knob.type == "int":
        return 1.0
    span = high - low if math.isfinite(high - low) else max(abs(float(knob.default)), 1.0)
    return float(10.0 ** math.floor(math.log10(span / 5)))


class NumberEdit(QAbstractSpinBox):
    """A field for one number of a knob; it takes any text and says what it makes of it.

    Values out of range are kept and shown, so that the form can say beside the field what
    is wrong instead of changing them silently.

    Args:
        knob: range, kind and step.

    Signals:
        edited: the text is another now, by hand, arrow or wheel.
    """

    edited = Signal()

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccelerated(False)
        self.lineEdit().textEdited.connect(self.edited)

    def value(self) -> Number | str:
        """The number, or the text as it stands where it is none."""
        text = self.lineEdit().text()
        number = read(text, self.knob.type == "int")
        return text if number is None else number

    def set_value(self, value: Number | str) -> None:
        """Show a value; nothing is announced."""
        kept = value if isinstance(value, str) else shown(value)
        if self.value() != value or not self.lineEdit().text():
            self.lineEdit().setText(kept)
            self.lineEdit().setCursorPosition(0)

    def stepBy(self, steps: int) -> None:
        """Arrow keys, buttons and the wheel."""
        value = self.value()
        if isinstance(value, str):
            value = self.knob.default if not isinstance(self.knob.default, str) else 0
        self.set_value(stepped(value, steps, self.knob))
        self.edited.emit()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Both ways; the ends of the range hold by themselves."""
        both = QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        return both | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Any text may be typed; the form says what is wrong with it."""
        return (QValidator.State.Acceptable, text, position)

    def fixup(self, text: str) -> str:
        """Nothing is mended silently."""
        return text

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only a field that was clicked turns with the wheel; others let the list scroll."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
