"""How the window looks: palettes, role colours, one style sheet, icons tinted to match.

One colour stands for one role everywhere: green for real samples, purple for fakes and the
generator, blue for the discriminator, pink for penalties on gradients.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any, Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyleFactory

from ganstudio.resources import resource
from ganstudio.ui.colours import DARK, LIGHT, Palette, mix
from ganstudio.ui.stylesheet import sheet

__all__ = [
    "DARK", "LIGHT", "RADIUS", "SPACE", "Mode", "Palette", "apply", "apply_plot", "current",
    "decorate", "icon", "mix", "notifier", "term_colour", "tone",
]  # fmt: skip

Mode = Literal["dark", "light"]
SPACE = (0, 4, 8, 12, 16, 24)  # margins and gaps in px: SPACE[2] between parts, SPACE[3] at edges
RADIUS = 6
ICON_PX = 18
_ICON_SIZES = (16, 18, 20, 24, 32, 36, 40, 48, 64, 96)


_BRIGHTEST_DISC = "#0a74bb"  # on light ground: any darker passes for the purple of D/fake
_PENALTIES = ("penalty", "gradient", "gp", "r1", "r2", "path", "drift", "lipschitz")


class Notifier(QObject):
    """Tells those who paint by themselves that the colours are others now."""

    changed = Signal()


notifier = Notifier()
_current = DARK


def current() -> Palette:
    """The palette in force."""
    return _current


def apply(app: QApplication, mode: Mode) -> None:
    """Dress the whole application; everything on the screen follows at once."""
    global _current
    _current = DARK if mode == "dark" else LIGHT
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_qt_palette(_current))
    app.setStyleSheet(sheet(_current))
    for widget in app.allWidgets():
        for target in (widget, *widget.actions()):
            _retint(target)
    notifier.changed.emit()


def term_colour(name: str) -> str:
    """The colour of a curve, as ``#rrggbb``, from a term's name such as ``D/real``.

    Terms that share a role differ in lightness, always in the same way for the same name.
    """
    side, _, term = name.rpartition("/")
    word = term.lower()
    if any(part in _PENALTIES for part in word.replace("-", "_").split("_")):
        role, plain = _current.penalty, word in ("penalty", "r1")
    elif side.startswith("G"):
        role, plain = _current.fake, word == "fooled"
    elif word == "real":
        return _current.real
    elif word == "fake":
        return mix(_current.fake, _current.text, 0.45 if _current.dark else 0.6)
    else:
        role, plain = _current.disc, word in ("critic", "wasserstein", "loss")
    share = 0.0 if plain else 0.15 * (1 + zlib.crc32(word.encode()) % 3)
    if share and role == _current.disc and not _current.dark:
        return mix(role, _BRIGHTEST_DISC, min(0.4 + share * 4 / 3, 1.0))
    return mix(role, _current.text, share)


def icon(name: str, colour: str = "") -> QIcon:
    """One of ``resources/icons`` in the palette's colours, with a greyed form for disabled.

    Args:
        name: of the file, without ``.svg``.
        colour: ``#rrggbb``, or empty for the colour of text.

    Raises:
        FileNotFoundError: if there is no such icon.
    """
    faint = mix(_current.muted, _current.surface, 0.55)
    return _icon(name, colour or _current.text, faint)


def decorate(target: QAbstractButton | QAction, name: str, role: str = "text") -> None:
    """Give a button or an action an icon that follows the palette from now on.

    Args:
        target: what shows the icon.
        name: of the icon, see ``icon``.
        role: the attribute of ``Palette`` that colours it.
    """
    target.setProperty("iconName", name)
    target.setProperty("iconRole", role)
    _retint(target)


def apply_plot(widget: Any) -> None:
    """Colour a pyqtgraph ``PlotWidget`` or ``PlotItem``: ground, axes, title and grid.

    Call it once when the plot is made and again on ``notifier.changed``.
    """
    if hasattr(widget, "setBackground"):
        widget.setBackground(_current.surface)
    plot = widget.getPlotItem() if hasattr(widget, "getPlotItem") else widget
    for side in ("left", "bottom", "right", "top"):
        axis = plot.getAxis(side)
        axis.setPen(_current.line)
        axis.setTextPen(_current.muted)
    plot.titleLabel.setAttr("color", _current.text)


def tone(widget: Any, name: str) -> None:
    """Set the tone that the style sheet knows: title, heading, muted, error, warn, chip ..."""
    if widget.property("tone") != name:
        widget.setProperty("tone", name)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _retint(target: QObject) -> None:
    """Draw the icon of a decorated object anew."""
    name = target.property("iconName")
    if name and isinstance(target, (QAbstractButton, QAction)):
        target.setIcon(icon(name, getattr(_current, target.property("iconRole"))))


@cache
def _icon(name: str, colour: str, faint: str) -> QIcon:
    made = QIcon()
    for mode, tint in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, faint)):
        renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", tint).encode()))
        for size in _ICON_SIZES:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            made.addPixmap(pixmap, mode)
    return made


@cache
def _svg(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


def _qt_palette(colours: Palette) -> QPalette:
    """The same colours for what the style sheet does not reach."""
    role = QPalette.ColorRole
    palette = QPalette()
    on_accent = "#0d1120" if colours.dark else "#ffffff"
    for part, colour in {
        role.Window: colours.surface, role.WindowText: colours.text, role.Base: colours.raised,
        role.AlternateBase: colours.surface, role.Text: colours.text, role.Button: colours.raised,
        role.ButtonText: colours.text, role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text, role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent, role.HighlightedText: on_accent,
        role.Link: colours.accent, role.LinkVisited: colours.accent, role.BrightText: colours.error,
        role.Light: mix(colours.raised, colours.text, 0.12), role.Mid: colours.line,
        role.Midlight: mix(colours.raised, colours.text, 0.06), role.Dark: colours.window,
        role.Shadow: "#000000", role.Accent: colours.accent,
    }.items():  # fmt: skip
        palette.setColor(part, QColor(colour))
    faint = QColor(mix(colours.muted, colours.surface, 0.5))
    for part in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, faint)
    return palette
