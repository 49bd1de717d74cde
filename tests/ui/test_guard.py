from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, QTimer, qCritical, qWarning
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QVBoxLayout

from ganstudio import registry
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.ui.fault_card import FaultCard
from ganstudio.ui.guard import Guard
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow


class Fragile(Panel):
    """Raises where it is told to: in a slot, a timer, a lambda or while it paints."""

    title = "Fragile"
    area = "centre"
    weak = True
    released = 0

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.paints = False
        self.button = QPushButton("Press")
        self.button.clicked.connect(self.pressed)
        self.ticker = QTimer(self, interval=1)
        self.ticker.timeout.connect(self.tick)
        studio.noted.connect(lambda event: self.heard(event))
        QVBoxLayout(self).addWidget(self.button)

    def release(self) -> None:
        type(self).released += 1
        self.ticker.stop()

    def pressed(self) -> None:
        if self.weak:
            raise LookupError("pressed too hard")

    def tick(self) -> None:
        raise TimeoutError("ticked off")

    def heard(self, event: m.Noted) -> None:
        if event.text == "boo":
            raise OSError("frightened")

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.paints:
            raise ArithmeticError("out of paint")


class Sound(Panel):
    title = "Sound"
    area = "right"


@pytest.fixture
def window(
    studio: Studio, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    monkeypatch.setattr(registry, "discover", lambda _: {"fragile": Fragile, "sound": Sound})
    monkeypatch.setattr(Fragile, "released", 0)
    made = MainWindow(studio, QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat))
    made.show()
    yield made
    made.close()
    qtbot.waitUntil(lambda: made._closed, timeout=20_000)
    made.deleteLater()


@pytest.fixture
def guard(window: MainWindow) -> Iterator[Guard]:
    with Guard(window) as made:
        yield made


@pytest.fixture
def failures(studio: Studio) -> list[m.Failed]:
    told: list[m.Failed] = []
    studio.failed.connect(told.append)
    return told


def card(window: MainWindow) -> FaultCard | None:
    content = window.docks.docks["fragile"].content
    return content if isinstance(content, FaultCard) else None


FAULTS = {
    "a slot": ("pressed too hard", lambda panel: panel.button.click()),
    "a timer": ("ticked off", lambda panel: panel.ticker.start()),
    "a lambda": ("frightened", lambda panel: panel.studio.noted.emit(m.Noted("boo"))),
    "painting": (
        "out of paint",
        lambda panel: (setattr(panel, "paints", True), panel.update()),
    ),
}


@pytest.mark.parametrize("where", FAULTS)
def test_a_panel_that_raises_is_put_aside_and_can_be_tried_again(
    where: str, window: MainWindow, guard: Guard, failures: list[m.Failed], qtbot: Any
) -> None:
    words, provoke = FAULTS[where]
    panel = window.docks.docks["fragile"].content
    provoke(panel)
    qtbot.waitUntil(lambda: card(window) is not None, timeout=10_000)
    shown = card(window)
    assert shown is not None
    assert words in shown.trace
    texts = [label.text() for label in shown.findChildren(QLabel)]
    assert "Fragile failed" in texts
    assert Fragile.released == 1
    assert isinstance(window.docks.docks["sound"].content, Sound)
    assert guard.dialog is None
    qtbot.waitUntil(lambda: "Fragile" in window.banner.text, timeout=10_000)
    assert len(failures) == 1
    copy = next(b for b in shown.findChildren(QPushButton) if b.text() == "Copy report")
    copy.click()
    assert words in QApplication.clipboard().text()
    assert "GAN Studio" in QApplication.clipboard().text()
    shown.again.click()
    again = window.docks.docks["fragile"].content
    assert isinstance(again, Fragile)
    assert again is not panel
    assert again.isVisible()
    provoke(again)  # a second time it is put aside again
    qtbot.waitUntil(lambda: card(window) is not None, timeout=10_000)


def test_what_a_panel_that_is_gone_still_hears_is_nobodys_business(
    window: MainWindow, guard: Guard, studio: Studio, failures: list[m.Failed], qtbot: Any
) -> None:
    studio.noted.emit(m.Noted("boo"))
    qtbot.waitUntil(lambda: card(window) is not None, timeout=10_000)
    qtbot.wait(1)
    studio.noted.emit(m.Noted("boo"))  # its lambda is still connected
    studio.drain()
    assert len(failures) == 1
    assert guard.dialog is None


def test_the_training_is_saved_before_a_panel_goes(
    window: MainWindow, guard: Guard, studio: Studio, engines: list[Any], qtbot: Any
) -> None:
    studio.start(Recipe.make(), paused=True)
    qtbot.waitUntil(lambda: studio.state == "paused", timeout=20_000)
    before = engines[0].saves
    window.docks.docks["fragile"].content.button.click()
    qtbot.waitUntil(lambda: engines[0].saves == before + 1, timeout=10_000)
    qtbot.waitUntil(lambda: card(window) is not None, timeout=10_000)
    assert studio.state == "paused"
    qtbot.waitUntil(lambda: "checkpoint" in window.banner.text, timeout=10_000)


def test_a_fault_of_no_panel_opens_one_dialog(
    window: MainWindow, guard: Guard, studio: Studio, engines: list[Any], qtbot: Any
) -> None:
    studio.start(Recipe.make(), paused=True)
    qtbot.waitUntil(lambda: studio.state == "paused", timeout=20_000)
    error = ZeroDivisionError(f"by nothing in {Path.home()}/secret")
    for _ in range(3):
        sys.excepthook(type(error), error, None)
    assert guard.dialog is not None
    assert guard.dialog.isVisible()
    assert guard.dialog.more == 2
    assert any("by nothing" in label.text() for label in guard.dialog.findChildren(QLabel))
    qtbot.waitUntil(lambda: "checkpoints" in guard.dialog.safe.text(), timeout=10_000)
    copy = next(b for b in guard.dialog.findChildren(QPushButton) if b.text() == "Copy report")
    copy.click()
    assert "by nothing in ~/secret" in QApplication.clipboard().text()
    guard.dialog.accept()
    qtbot.waitUntil(lambda: guard.dialog is None, timeout=10_000)
    assert window.isVisible()


def test_a_fault_that_comes_again_after_its_dialog_is_told_again(
    window: MainWindow, guard: Guard, caplog: pytest.LogCaptureFixture, qtbot: Any
) -> None:
    for _ in range(2):
        assert guard.dialog is None
        for _ in range(5):
            sys.excepthook(ZeroDivisionError, ZeroDivisionError("by nothing"), None)
        assert guard.dialog is not None
        assert guard.dialog.more == 4
        guard.dialog.accept()
        qtbot.waitUntil(lambda: guard.dialog is None, timeout=10_000)
    logged = [one.message for one in caplog.records if "by nothing" in one.message]
    assert len(logged) == 6  # of each five the first, the second and the fourth


def test_a_fault_of_a_thread_is_told_where_the_window_drains(
    window: MainWindow, guard: Guard, studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OSError("off the thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "off the thread" not in window.banner.text
    studio.drain()
    assert "off the thread" in window.banner.text
    assert "off the thread" in caplog.text


def test_what_qt_says_is_told_once(window: MainWindow, guard: Guard, studio: Studio) -> None:
    told: list[m.Noted] = []
    studio.noted.connect(told.append)
    for _ in range(3):
        qWarning("a timer cannot be started from another thread")
    qCritical("no such thing")
    studio.drain()
    assert [event.text for event in told] == [
        "Qt: a timer cannot be started from another thread", "Qt: no such thing",
    ]  # fmt: skip
    assert {event.level for event in told} == {"warning"}


def test_all_hooks_are_as_they_were_afterwards(window: MainWindow) -> None:
    before = (sys.excepthook, threading.excepthook, signal.getsignal(signal.SIGTERM))
    with Guard(window):
        assert sys.excepthook != before[0]
    assert (sys.excepthook, threading.excepthook, signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_closes_the_window_and_whatever_stands_before_it(
    name: str, window: MainWindow, guard: Guard, qtbot: Any
) -> None:
    dialog = QDialog(window)
    dialog.open()
    os.kill(os.getpid(), getattr(signal, name))
    qtbot.waitUntil(window.isHidden, timeout=10_000)
    assert dialog.isHidden()


def test_the_end_of_the_desktops_session_waits_for_a_checkpoint(
    window: MainWindow, guard: Guard, studio: Studio, engines: list[Any], qtbot: Any
) -> None:
    guard.save_for_logout()  # nothing is trained: nothing to wait for
    studio.start(Recipe.make(), paused=True)
    qtbot.waitUntil(lambda: studio.state == "paused", timeout=20_000)
    before = engines[0].saves
    guard.save_for_logout()
    assert engines[0].saves == before + 1
    assert studio.state == "paused"
