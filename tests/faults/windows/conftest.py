"""A real window in a process of its own, which tests start, watch, kill and start again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE_S = float(os.environ.get("PATIENCE_S", "150"))

PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from ganstudio.recipe import Recipe
from ganstudio.ui import app, studio, window

def say(*words):
    print(*words, flush=True)

plan = sys.argv[1].split()
if "train" not in plan:
    studio.Studio.load_catalogue = lambda self: None  # what is tested comes before it

def act(self):
    if not plan or self.studio.closing:
        return
    word, _, what = plan[0].partition(":")
    if word == "press":  # when it is offered
        button = self.banner.offers.get(what.replace("_", " "))
        if button is None:
            return
        say("BANNER", self.banner.text)
        button.click()
    elif word == "train":
        self.studio.start(Recipe.make("gan", "points", kimg=1e6))
    elif word == "close":
        say("BANNER", self.banner.text)
        self.close()
    plan.pop(0)

def show(self, real=window.MainWindow.show):
    real(self)
    self.studio.saved.connect(lambda event: say("SAVED", event.checkpoint))
    self.studio.started.connect(lambda event: say("STARTED", event.run, event.resumed))
    self.studio.statsArrived.connect(lambda stats: say("NIMG", stats[-1].nimg))
    self.acting = QTimer(self, interval=50)
    self.acting.timeout.connect(lambda: act(self))
    self.filled.connect(self.acting.start)  # it stands

window.MainWindow.show = show
sys.exit(app.main(["--device", "cpu", *sys.argv[2:]]))
"""


class Window:
    """One start of the program, with folders under ``home``.

    Args:
        home: where settings, state and runs of all its starts lie.
        plan: words for what is done once it stands: ``train``, ``close``, ``press:OFFER``.
        options: of the command line.
    """

    def __init__(self, home: Path, plan: str, *options: str) -> None:
        names = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "STATE",
                 "CACHE", "DATA")}  # fmt: skip
        environment = {
            **os.environ, **names, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1",
            "GANSTUDIO_RUNS": str(home / "runs"), "GANSTUDIO_DATA": str(home / "data"),
        }  # fmt: skip
        self.output = home / f"output-{time.monotonic_ns()}.txt"
        with self.output.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, plan, *options],
                stdout=file, stderr=subprocess.STDOUT, env=environment,
            )  # fmt: skip

    @property
    def said(self) -> list[str]:
        """Whole lines that it wrote until now."""
        text = self.output.read_text(errors="replace")
        return text[: text.rfind("\n") + 1].splitlines()

    def heard(self, start: str) -> list[str]:
        """What followed this word in the lines that begin with it."""
        return [line.removeprefix(start).strip() for line in self.said if line.startswith(start)]

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Until something is so; fails if the process ends or time is over."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, "\n".join(self.said)
            assert time.monotonic() < end, "\n".join(self.said)
            time.sleep(0.02)

    def wait(self) -> int:
        """Until it ended; its exit status."""
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """Starts windows that share the folders of this test; kills those that still live."""
    started: list[Window] = []

    def start(plan: str, *options: str) -> Window:
        started.append(Window(tmp_path, plan, *options))
        return started[-1]

    yield start
    for window in started:
        window.process.kill()
        window.process.wait()
