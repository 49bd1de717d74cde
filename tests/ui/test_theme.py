from __future__ import annotations

import itertools

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QIcon
from PySide6.QtWidgets import QApplication, QToolButton

from ganstudio.resources import resource
from ganstudio.ui import theme

PALETTES = [pytest.param(theme.DARK, id="dark"), pytest.param(theme.LIGHT, id="light")]

# How cones that are missing mix linear red, green and blue (Machado, Oliveira, Fernandes 2009).
EYES = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_LMS = [[0.4122215, 0.5363325, 0.0514460], [0.2119035, 0.6806995, 0.1073970],
          [0.0883025, 0.2817188, 0.6299787]]  # fmt: skip
TO_LAB = [[0.2104543, 0.7936178, -0.0040720], [1.9779985, -2.4285922, 0.4505937],
          [0.0259040, 0.7827718, -0.8086758]]  # fmt: skip


def linear(colour: str) -> np.ndarray:
    levels = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8) / 255
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    bright = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (bright[1] + 0.05) / (bright[0] + 0.05)


def seen(colour: str, eye: str) -> np.ndarray:
    light = np.clip(np.asarray(EYES[eye]) @ linear(colour), 0, 1)
    return np.asarray(TO_LAB) @ np.cbrt(np.asarray(TO_LMS) @ light)


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
def test_texts_can_be_read(palette: theme.Palette, ground: str) -> None:
    behind = getattr(palette, ground)
    assert contrast(palette.text, behind) >= 7
    assert contrast(palette.muted, behind) >= 4.5
    assert contrast(palette.error, behind) >= 4.5


@pytest.mark.parametrize("palette", PALETTES)
def test_curves_stand_out_from_the_ground(palette: theme.Palette) -> None:
    for colour in (palette.real, palette.fake, palette.disc, palette.penalty, palette.accent):
        assert contrast(colour, palette.surface) >= 3


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("eye", EYES)
def test_roles_stay_apart_for_every_eye(palette: theme.Palette, eye: str) -> None:
    roles = (palette.real, palette.fake, palette.disc, palette.penalty)
    for one, other in itertools.combinations(roles, 2):
        assert np.linalg.norm(seen(one, eye) - seen(other, eye)) > 0.1, (one, other)


def test_terms_take_the_colour_of_their_role(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    assert theme.term_colour("D/real") == theme.DARK.real
    assert theme.term_colour("G/fooled") == theme.DARK.fake
    assert theme.term_colour("D/penalty") == theme.DARK.penalty
    own = {theme.term_colour(f"D/{name}") for name in ("real", "fake", "penalty", "gp", "critic")}
    assert len(own) == 5
    assert theme.term_colour("D/r1_gamma") == theme.term_colour("D/r1_gamma")


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("term", ["mismatch", "wrong", "class"])
def test_terms_of_the_discriminator_are_not_taken_for_its_fakes(
    term: str, eye: str, qapp: QApplication
) -> None:
    theme.apply(qapp, "light")
    one, fake = theme.term_colour(f"D/{term}"), theme.term_colour("D/fake")
    assert np.linalg.norm(seen(one, eye) - seen(fake, eye)) > 0.1
    assert contrast(one, "#ffffff") >= 4.5
    theme.apply(qapp, "dark")


def test_both_modes_dress_the_application(qapp: QApplication) -> None:
    heard: list[bool] = []
    theme.notifier.changed.connect(lambda: heard.append(theme.current().dark))
    for mode, palette in (("light", theme.LIGHT), ("dark", theme.DARK)):
        theme.apply(qapp, mode)  # type: ignore[arg-type]
        assert qapp.palette().window().color() == QColor(palette.surface)
        assert palette.accent in qapp.styleSheet()
        assert "$" not in qapp.styleSheet()
    assert heard == [False, True]
    theme.notifier.changed.disconnect()


@pytest.mark.parametrize("path", sorted(resource("icons").glob("*.svg")), ids=lambda p: p.stem)
def test_every_icon_draws_something(path, qapp: QApplication) -> None:
    image = theme.icon(path.stem).pixmap(QSize(32, 32)).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 40 for x in range(32) for y in range(32))
    assert 15 < inked < 32 * 32 + 1


def test_icons_follow_the_palette_and_grey_out(qapp: QApplication) -> None:
    def ink(mode: QIcon.Mode) -> QColor:
        return theme.icon("stop").pixmap(QSize(24, 24), mode).toImage().pixelColor(12, 12)

    theme.apply(qapp, "light")
    assert ink(QIcon.Mode.Normal) == QColor(theme.LIGHT.text)
    theme.apply(qapp, "dark")
    assert ink(QIcon.Mode.Normal) == QColor(theme.DARK.text)
    assert ink(QIcon.Mode.Disabled) != ink(QIcon.Mode.Normal)


def test_decorated_buttons_and_actions_are_tinted_anew(qtbot, qapp: QApplication) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    action = QAction("Stop", button)
    button.addAction(action)
    theme.decorate(button, "stop", "error")
    theme.decorate(action, "stop", "error")
    theme.apply(qapp, "light")
    for target in (button, action):
        ink = target.icon().pixmap(QSize(24, 24)).toImage().pixelColor(12, 12)
        assert ink == QColor(theme.LIGHT.error)


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.svg"):
        theme.icon("nothing")


def test_plots_take_the_ground_of_panels(qtbot, qapp: QApplication) -> None:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    theme.apply_plot(plot)
    assert plot.backgroundBrush().color() == QColor(theme.DARK.surface)
    assert plot.getPlotItem().getAxis("left").textPen().color() == QColor(theme.DARK.muted)


def test_mixing_ends_at_both_colours() -> None:
    assert theme.mix("#102030", "#ffffff", 0) == "#102030"
    assert theme.mix("#102030", "#ffffff", 1) == "#ffffff"
    assert theme.mix("#000000", "#ffffff", 0.5) == "#808080"
