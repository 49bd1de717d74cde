import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from ganstudio.ui import badges, theme


def painted(side: int, sign) -> set[str]:
    """The colours on a tile of this side after a sign was put on it, without blends."""
    image = QImage(120, 120, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.setFont(badges.small(painter.font()))
    sign(painter, QRect(10, 10, side, side))
    painter.end()
    outside = [(x, y) for x in range(120) for y in range(120) if max(x, y) >= 10 + side]
    assert all(image.pixelColor(x, y) == QColor("black") for x, y in outside)
    return {
        image.pixelColor(x, y).name() for x in range(10, 10 + side) for y in range(10, 10 + side)
    }


@pytest.mark.parametrize("side", [12, 90])
def test_groups_have_a_colour_each(qapp, side: int) -> None:
    colours = theme.current()
    for letter, colour in (("A", colours.accent), ("B", colours.warn)):
        assert colour in painted(side, lambda p, t, letter=letter: badges.corner(p, t, letter))


def test_a_score_is_a_number_or_a_bar(qapp) -> None:
    badge, disc = badges.Badge("0.50", 0.5), theme.current().disc
    assert disc not in painted(90, lambda p, t: badges.score(p, t, badge))
    assert disc in painted(14, lambda p, t: badges.score(p, t, badge))
    nothing = badges.Badge("0.00", 0.0)
    assert disc not in painted(14, lambda p, t: badges.score(p, t, nothing))


def test_a_chip_that_has_no_room_is_left_out(qapp) -> None:
    assert painted(8, lambda p, t: badges.chip(p, t, "100", "left")) == {"#000000"}
    assert len(painted(90, lambda p, t: badges.chip(p, t, "100", "right"))) > 1
