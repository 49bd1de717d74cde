"""Space and Return for those who work without a mouse, beside Space as the key of Train."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Presses(QObject):
    """Gives Space and Return to the button that was reached with Tab.

    Install it on each window: what the focused widget leaves alone travels up to there.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the key from the shortcuts, or press the button."""
        if not isinstance(event, QKeyEvent):
            return False
        focused = QApplication.focusWidget()
        if not isinstance(focused, QAbstractButton | QComboBox) or not focused.isEnabled():
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            taken = event.key() == Qt.Key.Key_Space and not event.modifiers()
        else:
            taken = event.type() == QEvent.Type.KeyPress and event.key() in _RETURN
            if taken and isinstance(focused, QAbstractButton) and not event.isAutoRepeat():
                focused.click()
        if taken:
            event.accept()
        return taken


def tab_only(root: QWidget) -> None:
    """Let clicks leave the focus where it is, so that Space still means Train after them."""
    for kind in (QAbstractButton, QComboBox):
        for widget in root.findChildren(kind):
            if widget.focusPolicy() & Qt.FocusPolicy.ClickFocus:
                widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
