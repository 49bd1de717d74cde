"""The one style sheet of the window, written from a palette."""

from __future__ import annotations

from ganstudio.resources import resource
from ganstudio.ui.colours import Palette, mix

_SHEET = """
QWidget { font-size: 9.5pt; }
QMainWindow, QMainWindow::separator, QToolBar, QStatusBar, QMenuBar { background: $window; }
QMainWindow::separator { width: 6px; height: 6px; }
QMainWindow::separator:hover { background: $line; }
QDockWidget > QWidget, QDialog { background: $surface; }
QToolTip {
  background: $raised; color: $text; border: 1px solid $line; padding: 6px 8px;
}
QMenuBar { color: $text; padding: 2px 6px; }
QMenuBar::item { padding: 4px 10px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $raised; color: $text; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QMenu::icon { padding-left: 6px; }

QToolBar { border: none; spacing: 0; padding: 0; }
QStatusBar { color: $muted; border-top: 1px solid $edge; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; }

QTabBar { background: $window; qproperty-drawBase: 0; }
QTabBar::tab {
  background: transparent; color: $muted; padding: 6px 14px; border: none; font-weight: 600;
  border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { background: $surface; color: $text; border-bottom: 2px solid $accent; }
QTabWidget::pane { border: 1px solid $line; border-radius: 6px; top: -1px; }

QLabel { background: transparent; }
QLabel[tone="title"] { font-size: 15pt; font-weight: 600; }
QLabel[tone="heading"] { font-size: 10.5pt; font-weight: 600; }
QLabel[tone="section"] { color: $muted; font-size: 8.5pt; font-weight: 700; }
QLabel[tone="muted"], QLabel[tone="unit"] { color: $muted; }
QLabel[tone="small"] { color: $muted; font-size: 8.5pt; }
QLabel[tone="error"] { color: $error; font-size: 8.5pt; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="chip"] {
  color: $muted; background: $chip; border-radius: 8px; padding: 1px 8px; font-size: 8.5pt;
}
QLabel:disabled { color: $faint; }

QFrame[tone="card"] { background: $raised; border: 1px solid $edge; border-radius: 8px; }
QFrame[tone="well"] { background: $window; border: 1px solid $edge; border-radius: 8px; }
QFrame[tone="failed"] {
  background: $error_soft; border: 1px solid $error; border-radius: 8px;
}
QFrame[tone="warned"] { background: $warn_soft; border: 1px solid $warn; border-radius: 8px; }
QFrame[tone="past"] { background: $accent_soft; border: 1px solid $accent; border-radius: 8px; }
QFrame[tone="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[tone="bar"] { background: $line; border: none; max-width: 1px; min-width: 1px; }

QPushButton, QToolButton {
  background: $raised; color: $text; border: 1px solid $line; border-radius: 6px;
  padding: 5px 12px;
}
QToolButton { padding: 5px 8px; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $muted; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton:disabled, QToolButton:disabled {
  color: $faint; background: $surface; border-color: $edge;
}
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton[tone="primary"], QToolButton[tone="primary"] {
  background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600;
}
QPushButton[tone="primary"]:hover, QToolButton[tone="primary"]:hover { background: $accent_high; }
QPushButton[tone="primary"]:focus, QToolButton[tone="primary"]:focus { border-color: $text; }
QPushButton[tone="primary"]:disabled, QToolButton[tone="primary"]:disabled {
  background: $surface; color: $faint; border-color: $edge;
}
QPushButton[tone="flat"], QToolButton[tone="flat"] {
  background: transparent; border: 1px solid transparent;
}
QPushButton[tone="flat"]:hover, QToolButton[tone="flat"]:hover { background: $hover; }
QPushButton[tone="flat"]:focus, QToolButton[tone="flat"]:focus { border-color: $accent; }
QToolButton[tone="flat"] { padding: 3px; }
QToolButton[tone="flat"]:checked { background: $accent_soft; }
QPushButton:checked:disabled, QToolButton:checked:disabled,
QToolButton[tone="flat"]:checked:disabled { background: $chip; border-color: $edge; }
QPushButton[tone="link"] {
  background: transparent; border: none; color: $accent; padding: 2px 0; text-align: left;
}
QPushButton[tone="link"]:hover { text-decoration: underline; }
QToolButton[tone="fold"] {
  background: transparent; border: 1px solid transparent; padding: 3px 0; margin-left: -6px;
  font-weight: 600;
  text-align: left;
}
QToolButton[tone="mark"] {
  background: $accent_soft; color: $text; border: 1px solid transparent; padding: 0;
  font-size: 8pt; font-weight: 700;
}
QToolButton[tone="fold"]:hover { background: $hover; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextBrowser {
  background: $field; color: $text; border: 1px solid $line; border-radius: 5px;
  padding: 3px 7px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $muted; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {
  border-color: $accent;
}
QLineEdit[fault="true"], QAbstractSpinBox[fault="true"] { border-color: $error; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
  color: $faint; background: $surface; border-color: $edge;
}
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$icons/arrow-down.svg"); width: 11px; height: 11px; }
QComboBox QAbstractItemView {
  background: $raised; border: 1px solid $line; padding: 3px; outline: none;
  selection-background-color: $hover; selection-color: $text;
}
QAbstractSpinBox { padding-right: 16px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  border: none; background: transparent; width: 15px; subcontrol-origin: border;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin: 2px 3px 0 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin: 0 3px 2px 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url("$icons/arrow-up.svg"); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url("$icons/arrow-down.svg"); width: 9px; height: 9px; }

QCheckBox { spacing: 7px; background: transparent; }
QCheckBox::indicator, QGroupBox::indicator, QTreeView::indicator {
  width: 15px; height: 15px; border: 1px solid $muted; border-radius: 4px; background: $field;
}
QCheckBox::indicator:hover, QTreeView::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QTreeView::indicator:checked {
  background: $check; border-color: $check; image: url("$icons/tick.svg");
}
QCheckBox::indicator:disabled { border-color: $line; background: $surface; }
QCheckBox::indicator:checked:disabled { background: $faint; border-color: $faint; }
QCheckBox:disabled { color: $faint; }

QSlider { background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal {
  width: 12px; height: 14px; margin: -5px 0; border-radius: 7px; background: $knob;
  border: 1px solid $knob_edge;
}
QSlider::handle:horizontal:hover { border-color: $accent; }
QSlider::handle:focus { width: 10px; height: 10px; border: 2px solid $accent; }
QCheckBox::indicator:focus { border-color: $text; }
QSlider::groove:vertical { width: 4px; border-radius: 2px; background: $line; }
QSlider::add-page:vertical { width: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:vertical {
  width: 14px; height: 12px; margin: 0 -5px; border-radius: 7px; background: $knob;
  border: 1px solid $knob_edge;
}
QSlider::sub-page:horizontal:disabled, QSlider::add-page:vertical:disabled { background: $faint; }
QSlider::handle:disabled { background: $raised; border-color: $line; }

QProgressBar {
  background: $line; border: none; border-radius: 2px; max-height: 4px; min-height: 4px;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTreeView, QListView, QTableView {
  background: $surface; alternate-background-color: $raised; border: none; outline: none;
}
QTreeView::item, QListView::item { padding: 3px 2px; }
QListView::item { border-radius: 4px; }
QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected { background: $accent_soft; color: $text; }
QHeaderView::section {
  background: $surface; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 4px 6px; font-weight: 600;
}
"""


def sheet(colours: Palette) -> str:
    """The style sheet in these colours.

    Widgets choose among its forms with the dynamic property ``tone`` (see ``theme.tone``):
    labels know title, heading, section, muted, small, unit, error, warn and chip; frames card,
    well, failed, warned, past, line and bar; buttons primary, flat, link, fold and mark.
    """
    names = {name: value for name, value in vars(colours).items() if isinstance(value, str)}
    names |= {
        "on_accent": "#0d1120" if colours.dark else "#ffffff",
        "accent_high": mix(colours.accent, "#ffffff", 0.14),
        "accent_soft": mix(colours.raised, colours.accent, 0.24),
        "error_soft": mix(colours.surface, colours.error, 0.12),
        "warn_soft": mix(colours.surface, colours.warn, 0.12),
        "hover": mix(colours.raised, colours.text, 0.08),
        "edge": mix(colours.line, colours.surface, 0.4),
        "chip": mix(colours.raised, colours.text, 0.07),
        "faint": mix(colours.muted, colours.surface, 0.5),
        "field": colours.window if colours.dark else "#ffffff",
        "check": "#4f6fe0" if colours.dark else colours.accent,
        "knob": "#dfe3ea" if colours.dark else "#ffffff",
        "knob_edge": "#dfe3ea" if colours.dark else "#8b94a3",
        "icons": resource("icons").as_posix(),
    }
    text = _SHEET
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(f"${name}", names[name])
    return text
