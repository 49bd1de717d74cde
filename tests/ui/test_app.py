from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from ganstudio.ui import app
from ganstudio.ui.studio import Studio


def test_options_have_their_defaults_and_places() -> None:
    plain = app.parse([])
    assert (plain.runs, plain.data_root, plain.device, plain.theme) == (None, None, "auto", None)
    full = app.parse(["--runs", "r", "--data-root", "d", "--device", "cpu", "--theme", "light"])
    assert (full.runs, full.data_root) == (Path("r"), Path("d"))
    assert (full.device, full.theme) == ("cpu", "light")


def test_wrong_options_exit_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        app.parse(["--device", "abacus"])
    assert left.value.code == 2
    assert "abacus" in capsys.readouterr().err


def test_one_application_serves_all(qapp: QApplication) -> None:
    assert app.make_application() is qapp


def test_beginning_loads_the_catalogue_and_the_welcome_model(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(studio, "load_catalogue", lambda: calls.append("catalogue"))
    monkeypatch.setattr(studio, "welcome", calls.append)

    def missing(*parts: str) -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(app, "resource", missing)
    app.begin(studio)
    assert calls == ["catalogue"]
    monkeypatch.setattr(app, "resource", lambda *parts: tmp_path.joinpath(*parts))
    app.begin(studio)
    assert calls[1:] == ["catalogue", tmp_path / "models" / "welcome"]


PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from ganstudio.ui import app, window
seen = []
real = window.MainWindow.show
def show(self):
    real(self)
    seen.append('torch' in sys.modules)
    self.studio.catalogueReady.connect(lambda: QTimer.singleShot(0, self.close))
window.MainWindow.show = show
status = app.main(['--device', 'cpu', '--runs', sys.argv[1]])
assert seen == [False], 'torch came before the window'
assert 'torch' in sys.modules
import threading
assert threading.active_count() == 1, threading.enumerate()
sys.exit(status)
"""


def test_the_whole_program_starts_and_ends_cleanly(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
