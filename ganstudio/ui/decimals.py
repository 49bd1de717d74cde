"""Fields for numbers with decimals: a point is shown everywhere, a comma is understood too."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class Decimals(QDoubleSpinBox):
    """Like the box that it is, but the same on every machine.

    Qt would follow the system: where a comma parts decimals, 0.5 could not be typed any more,
    and numbers here would look other than those in recipes, tables and on the command line.
    """

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        plain = QLocale(QLocale.Language.C)
        plain.setNumberOptions(
            QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator
        )
        self.setLocale(plain)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt: a comma becomes a point as it is typed."""
        state: tuple[QValidator.State, str, int] = super().validate(
            text.replace(",", "."), position
        )
        return state
