"""The status bar shows where training stands, and the stage of a variant that has stages."""

from pytestqt.qtbot import QtBot

from ganstudio.train import messages as m
from ganstudio.ui.statusline import StatusLine
from ganstudio.ui.studio import Studio


def stats(status: str = "") -> m.Stats:
    return m.Stats(12, 3400, 5.0, 680.0, {"D/real": 0.5}, 2_000_000, status)


def test_a_stage_is_shown_while_there_is_one(studio: Studio, qtbot: QtBot) -> None:
    line = StatusLine(studio)
    qtbot.addWidget(line)
    line.show()
    label = line._stage
    assert not label.isVisible()
    studio.statsArrived.emit([stats(), stats("16 x 16, fading in 40 %")])
    assert line.stage == "16 x 16, fading in 40 %"
    assert label.isVisible()
    studio.statsArrived.emit([stats()])
    assert line.stage == ""
    assert not label.isVisible()


def test_numbers_stand_beside_their_captions(studio: Studio, qtbot: QtBot) -> None:
    line = StatusLine(studio)
    qtbot.addWidget(line)
    studio.statsArrived.emit([stats("8 x 8")])
    assert (line.value("Step"), line.value("kimg")) == ("12", "3.4")
    assert (line.value("Samples/s"), line.value("Memory")) == ("680", "2 MB")


def test_figures_make_room_for_what_is_said(studio: Studio, qtbot: QtBot) -> None:
    line = StatusLine(studio)
    qtbot.addWidget(line)
    line.resize(1280, 22)
    line.show()
    pairs = [label.parentWidget() for label in line._values.values()]
    line.showMessage("long " * 40)
    assert not pairs[0].isVisible()
    line.clearMessage()
    assert all(pair.isVisible() for pair in pairs)
