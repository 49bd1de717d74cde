"""The line that says what a training will take of the memory."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.recipe import Recipe
from ganstudio.train import memory
from ganstudio.train.messages import Forecast
from ganstudio.ui.forecast_line import ForecastLine

SMALL = Forecast(8 << 30, 1 << 20, 2 << 20, 30 << 20)


@pytest.fixture
def line(studio, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    made = ForecastLine(studio, holder)
    made._settling.setInterval(0)
    QVBoxLayout(holder).addWidget(made)
    yield made
    made.close_down()


def test_it_is_calm_while_training_fits_and_warns_where_it_does_not(
    line, qtbot, monkeypatch
) -> None:
    found = [SMALL, replace(SMALL, free_bytes=1 << 20)]
    monkeypatch.setattr(memory, "forecast", lambda recipe, device: found.pop(0))
    line.parentWidget().show()
    line.follow(Recipe.make("gan", "points"))
    qtbot.waitUntil(lambda: line.text() != "", timeout=30_000)
    assert line.text() == "Takes about 35 MB of memory; 8.6 GB are free."
    assert line.property("tone") == "small"
    line.follow(Recipe.make("gan", "points", {"width": 64}))
    qtbot.waitUntil(lambda: "Lower batch" in line.text(), timeout=30_000)
    assert line.property("tone") == "warned"
    line.follow(None)
    assert line.isHidden()


def test_nothing_is_forecast_while_nobody_can_see_it(line, monkeypatch) -> None:
    monkeypatch.setattr(memory, "forecast", lambda recipe, device: pytest.fail("asked"))
    line.follow(Recipe.make("gan", "points"))
    assert not line._settling.isActive()


def test_what_was_not_seen_is_forecast_once_it_is(line, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(memory, "forecast", lambda recipe, device: asked.append(recipe) or SMALL)
    line.follow(Recipe.make("gan", "points"))
    line.parentWidget().show()
    line.look_again()
    qtbot.waitUntil(lambda: line.text() != "", timeout=30_000)
    line.look_again()
    assert not line._settling.isActive()
    assert len(asked) == 1
