"""One direction in latent space: its name, a slider, and pictures of what lies along it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ganstudio.latent.bank import LARGEST_REACH
from ganstudio.ui import theme
from ganstudio.ui.film import Film, amounts
from ganstudio.ui.sliders import HANDLE_PX, NAME_PX, STEPS, VALUE_PX, Groove, spoken

ROLES = {  # what a marked direction is moved by, and the letter it wears
    "x": ("X", "Drag the picture sideways"),
    "y": ("Y", "Drag the picture up and down"),
    "wheel": ("W", "Turn the wheel over the picture"),
}
NAME_TIP = "Double-click to rename."
ROLE_TIP = "What moves this direction besides its slider: the mouse or the wheel on the picture."
LONGEST_NAME = 60
REACHES = (1.0, 2.0, 3.0, 5.0, 10.0)
SMALLEST_REACH = 0.1


class WayRow(QWidget):
    """Name, slider, value, and in the larger form pictures from minus to plus.

    Args:
        name: of the direction.
        reach: how far the slider goes to either side.
        tip: what moving it does.
        pictures: whether the larger form is wanted.

    Attributes:
        home: where a double-click on the slider goes.
        key: of what the pictures show; empty for nothing.

    Signals:
        moved (float): the person moved it; never emitted by ``set_value``.
        renamed (str): the person gave it this name.
        roleChosen (str): ``x``, ``y`` or ``wheel`` shall move it.
        kept: it shall be kept among the person's own directions.
        reachWanted (float): its slider shall go so far; 0: as far as the others.
    """

    moved = Signal(float)
    renamed = Signal(str)
    roleChosen = Signal(str)  # noqa: N815
    kept = Signal()
    reachWanted = Signal(float)  # noqa: N815

    def __init__(self, name: str, reach: float, tip: str, pictures: bool) -> None:
        super().__init__()
        self.name, self.high, self.tip, self.home = name, reach, tip, 0.0
        self.pictures, self.key, self.role = pictures, b"", ""
        self._label, self._value, self._badge = QLabel(name), QLabel(), QToolButton()
        self._edit: QLineEdit | None = None
        self.slider = _WayGroove(round(-reach * STEPS), round(reach * STEPS), 0)
        self.slider.setAccessibleName(name)
        self.slider.valueChanged.connect(self._on_moved)
        self.film = Film()
        self.film.setParent(self)
        self.film.setVisible(pictures)
        self.film.chosen.connect(lambda index: self._go(float(amounts(self.high)[index])))
        self._dress()
        self._lay_out()
        self.set_value(0.0)

    def set_value(self, value: float) -> None:
        """Show a value without telling anybody; beyond the ends the handle stays at the end."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(value * STEPS))
        self.slider.blockSignals(False)
        self.slider.update()
        self._say(value)

    def set_role(self, role: str) -> None:
        """Show what else moves it; empty for nothing."""
        self.role = role
        self._badge.setText(ROLES[role][0] if role else "·")
        theme.tone(self._badge, "mark" if role else "flat")

    def set_name(self, name: str) -> None:
        """Show another name."""
        self.name = name
        self._elide()
        self.slider.setAccessibleName(name)

    def rename(self) -> None:
        """Let the person type another name over this one."""
        if self._edit is None:
            edit = self._edit = QLineEdit(self.name, self)
            edit.setMaxLength(LONGEST_NAME)
            edit.setStyleSheet("padding: 0 3px;")
            edit.setGeometry(self._label.geometry())
            edit.selectAll()
            edit.editingFinished.connect(self._on_named)
            edit.installEventFilter(self)
            edit.show()
            edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double-click renames or goes home; Escape leaves the name as it was."""
        kind = event.type()
        if kind == QEvent.Type.MouseButtonDblClick and watched is self._label:
            self.rename()
            return True
        if kind == QEvent.Type.MouseButtonDblClick and watched in (self.slider, self._value):
            self.slider.setSliderDown(False)
            self._go(self.home)
            return True
        if watched is self._edit and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and kind == QEvent.Type.KeyPress:
                self._close_edit()
                return True
            if kind == QEvent.Type.ShortcutOverride:
                event.accept()  # letters are for the name, not for the panel's keys
                return True
        return super().eventFilter(watched, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: all that can be done with a direction."""
        self._open_menu(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the groove ends over the middles of the outer pictures."""
        self._elide()
        side = self.film.side if self.pictures else 0
        self.slider.inset = max(side // 2 - HANDLE_PX // 2 - 1, 0)

    def _dress(self) -> None:
        theme.tone(self._label, "muted")
        theme.tone(self._badge, "flat")
        self._label.setToolTip(f"{self.tip} {NAME_TIP}")
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._value.setFixedWidth(VALUE_PX)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._value.setToolTip("In standard deviations. Double-click to go back.")
        self.slider.setToolTip(f"{self.tip} Double-click to go back.")
        self.film.setToolTip(f"From {spoken(-self.high)} to {spoken(self.high)}. Click to go.")
        self._badge.setFixedSize(QSize(22, 20))
        self._badge.setToolTip(ROLE_TIP)
        self._badge.setAccessibleName("What moves this direction")
        self._badge.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._badge.clicked.connect(
            lambda: self._open_menu(self._badge.mapToGlobal(self._badge.rect().bottomLeft()))
        )
        self.set_role("")
        for part in (self._label, self.slider, self._value):
            part.installEventFilter(self)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, theme.SPACE[2] if self.pictures else 0)
        grid.setHorizontalSpacing(theme.SPACE[1])
        grid.setVerticalSpacing(0)
        grid.addWidget(self._label, 0, 0)
        if self.pictures:
            grid.addWidget(self._value, 0, 1)
            grid.addWidget(self._badge, 0, 2)
            grid.addWidget(self.slider, 1, 0, 1, 3)
            grid.addWidget(self.film, 2, 0, 1, 3)
            grid.setColumnStretch(0, 1)
            return
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self._value, 0, 2)
        grid.addWidget(self._badge, 0, 3)
        grid.setColumnStretch(1, 1)
        self._label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._label.setFixedWidth(NAME_PX)

    def _elide(self) -> None:
        room = max(self._label.width() - 2, 10)
        mode = Qt.TextElideMode.ElideRight
        self._label.setText(self._label.fontMetrics().elidedText(self.name, mode, room))

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for role, (letter, text) in ROLES.items():
            action = menu.addAction(f"{letter}   {text}")
            action.setCheckable(True)
            action.setChecked(self.role == role)
            action.triggered.connect(lambda _, role=role: self.roleChosen.emit(role))
        menu.addSeparator()
        self._add_reaches(menu.addMenu(f"Range  ± {self.high:g}"))
        menu.addAction("Rename…", self.rename)
        menu.addAction("Keep in My directions", self.kept.emit)
        menu.addAction("Back to the start", lambda: self._go(self.home))
        menu.popup(place)

    def _add_reaches(self, menu: QMenu) -> None:
        menu.addAction("As the others", lambda: self.reachWanted.emit(0.0))
        menu.addSeparator()
        for reach in REACHES:
            action = menu.addAction(f"± {reach:g}", partial(self.reachWanted.emit, reach))
            action.setCheckable(True)
            action.setChecked(reach == self.high)
        menu.addAction("Other…", self._ask_reach)

    def _ask_reach(self) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Range")
        dialog.setLabelText(f"How far {self.name} goes to either side, in standard deviations")
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleRange(SMALLEST_REACH, LARGEST_REACH)
        dialog.setDoubleValue(self.high)
        dialog.doubleValueSelected.connect(self.reachWanted)
        dialog.open()

    def _on_named(self) -> None:
        edit = self._edit
        if edit is None:
            return
        name = " ".join(edit.text().split())
        self._close_edit()
        if name and name != self.name:
            self.set_name(name)
            self.renamed.emit(name)

    def _close_edit(self) -> None:
        edit, self._edit = self._edit, None
        if edit is not None:
            edit.hide()
            edit.deleteLater()

    def _go(self, value: float) -> None:
        self.set_value(value)
        self.moved.emit(value)

    def _on_moved(self, steps: int) -> None:
        self._say(steps / STEPS)
        self.moved.emit(steps / STEPS)

    def _say(self, value: float) -> None:
        text = spoken(value)
        if self._value.text() != text:
            self._value.setText(text)


class _WayGroove(Groove):
    """Leaves Home to the panel, where it is Reset."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Home:
            event.ignore()
        else:
            super().keyPressEvent(event)
