"""A chip in the window while the past is shown, with the way back to now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QPushButton

from ganstudio.ui import theme
from ganstudio.ui.studio import Studio


class MomentChip(QFrame):
    """Hidden at now. Stands where nothing has to move when it comes and goes.

    Args:
        studio: tells which moment is shown.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        theme.tone(self, "past")
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.now = QPushButton("Now")
        theme.tone(self.now, "link")
        self.now.setToolTip("Show the newest model again")
        self.now.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.now.clicked.connect(lambda: studio.travel(None))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[3], 0, theme.SPACE[3], 0)
        row.setSpacing(theme.SPACE[3])
        row.addWidget(self.text)
        row.addWidget(self.now)
        self.setToolTip(
            "All panels show the model as it was at this moment; training is not touched by it."
        )
        studio.travelled.connect(self._refresh)
        studio.stateChanged.connect(self._refresh)
        self.hide()

    def stand_in(self, window: QMainWindow) -> None:
        """At the right end of the menus; where the system shows those elsewhere, at the foot."""
        bar = window.menuBar()
        if bar.isNativeMenuBar():
            window.statusBar().addPermanentWidget(self)
        else:
            bar.setCornerWidget(self)
        self.hide()

    def _refresh(self, *_: object) -> None:
        moment = self._studio.moment
        if moment is None:
            self.hide()
            return
        going = self._studio.state == "running"
        rest = ", training goes on" if going else ""
        self.text.setText(f"Showing {moment / 1000:,.1f} kimg{rest}")
        self.adjustSize()
        self.show()
