"""Window tests: offscreen, with a studio that is closed afterwards, and nothing left behind."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ganstudio import registry
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.catalogue import Catalogue
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow


def _windows() -> set[QWidget]:
    return {widget for widget in QApplication.topLevelWidgets() if shiboken6.isValid(widget)}


def _ticking() -> set[QTimer]:
    timers = [thing for thing in gc.get_objects() if type(thing) is QTimer]
    return {timer for timer in timers if shiboken6.isValid(timer) and timer.isActive()}


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    """Fails a test with widgets that leaves a window, a ticking timer or a thread behind."""
    if not {"qtbot", "studio"} & set(request.fixturenames):
        yield
        return
    if not theme.current().dark or not qapp.styleSheet():
        theme.apply(qapp, "dark")
    windows, timers, threads = _windows(), _ticking(), set(threading.enumerate())
    yield
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    if _windows() - windows or _ticking() - timers:
        gc.collect()
    left = [f"the window {widget!r}" for widget in _windows() - windows]
    left += [f"a ticking timer of {timer.parent()!r}" for timer in _ticking() - timers]
    left += [f"the thread {thread.name}" for thread in set(threading.enumerate()) - threads]
    assert not left, "left behind: " + ", ".join(left)


@pytest.fixture(scope="session", autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """What it holds at the end, Qt's offscreen platform would let go of after Python is gone."""
    yield
    QApplication.clipboard().clear()


@pytest.fixture
def live_studio(nothing_left: None, qapp: QApplication, tmp_path: Path) -> Iterator[Studio]:
    """A studio with folders of its own, on the CPU; nothing is loaded yet."""
    made = Studio(tmp_path / "runs", tmp_path / "data", device="cpu")
    yield made
    assert made.close(20.0)
    made.deleteLater()


@pytest.fixture
def studio(live_studio: Studio) -> Studio:
    """The studio that a test means if it says no more."""
    return live_studio


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """All variants and data sets there are."""
    return Catalogue.read()


@pytest.fixture
def ready(studio: Studio, catalogue: Catalogue) -> Studio:
    """The studio once torch is imported."""
    studio.catalogue = catalogue
    studio.catalogueReady.emit()
    return studio


class FakeEngine:
    """Steps that cost nothing, for tests of what the window makes of a session."""

    finished = False

    def __init__(self, announce: Callable[[m.Event], None], **asked: Any) -> None:
        self.announce, self.asked = announce, asked
        self.sides: list[m.Side | None] = []
        self.tuned: list[tuple[str, Any]] = []
        self.saves, self.rewinds, self.may_step = 0, 0, threading.Event()
        self.may_step.set()
        self.fault: Exception | None = None
        recipe: Recipe = asked["recipe"]
        announce(
            m.Started(
                Path("runs/one"), False, {"device": "cpu", "parameters": "1"}, recipe.to_dict(),
                np.zeros((1, 1, 8, 8), np.float32), 1000 * 64,
            )
        )  # fmt: skip

    def step(self, side: m.Side | None) -> None:
        self.may_step.wait()
        if self.fault is not None:
            raise self.fault
        self.sides.append(side)

    def report(self) -> None:
        done = len(self.sides)
        self.announce(m.Stats(done, 64 * done, 0.1 * done, 640.0, {"D/real": 0.5}, 50_000_000))

    def tune(self, knob: str, value: Any) -> None:
        if value == 0.125:
            raise ValueError("an eighth is not welcome")
        self.tuned.append((knob, value))
        self.announce(m.Tuned(knob, value, 0.0, 64 * len(self.sides)))

    def save(self, wait: bool = False) -> None:
        self.saves += 1
        self.announce(m.Saved(Path(f"runs/one/checkpoints/{self.saves}"), 64 * len(self.sides)))

    def autosave(self) -> None: ...

    def rewind(self, checkpoint: str | None) -> None:
        self.rewinds += 1
        self.announce(m.Rewound(0, 0))

    def rescue(self) -> Path | None:
        return Path("runs/one/checkpoints/rescued")

    def serve(self, always: bool = False) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[FakeEngine]:
    """Sessions run fake engines from now on; the list gets each one as it is built."""
    from ganstudio.train import engine

    made: list[FakeEngine] = []

    def build(**asked: Any) -> FakeEngine:
        made.append(FakeEngine(**asked))
        return made[-1]

    monkeypatch.setattr(engine.Engine, "build", staticmethod(build))
    return made


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The real engines as they are built, to compare what they reached with what is kept."""
    from ganstudio.train import engine

    made: list[Any] = []
    build = engine.Engine.build

    def watched(**asked: Any) -> Any:
        made.append(build(**asked))
        return made[-1]

    monkeypatch.setattr(engine.Engine, "build", staticmethod(watched))
    return made


@pytest.fixture
def window(
    studio: Studio, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The window without panels, shown."""
    monkeypatch.setattr(registry, "discover", lambda _: {})
    made = MainWindow(studio, QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat))
    made.show()
    yield made
    made.close()
    qtbot.waitUntil(lambda: not made.isVisible(), timeout=20_000)
    made.deleteLater()
