"""What holds for every test: seeds, one thread, no display unless asked, own folders."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs, data, settings and caches of a test lie in its own folder."""
    monkeypatch.setenv("GANSTUDIO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GANSTUDIO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GANSTUDIO_CACHE", str(tmp_path / "cache"))
    for kind in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "xdg" / kind.lower()))
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:  # Qt has read the environment once and for all
        for form in (core.QSettings.Format.NativeFormat, core.QSettings.Format.IniFormat):
            core.QSettings.setPath(form, core.QSettings.Scope.UserScope, str(tmp_path / "qt"))


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.seed(0)
    np.random.seed(0)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(0)
        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _sessions_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that fails in the middle of a training leaves none for the tests after it."""
    module = sys.modules.get("ganstudio.train.session")
    if module is None:
        yield
        return
    started, start = [], module.Session.start

    def watched(self: Any, paused: bool = False) -> None:
        started.append(self)
        start(self, paused)

    monkeypatch.setattr(module.Session, "start", watched)
    yield
    alive = [session for session in started if not session.close(PATIENCE_S)]
    assert not alive, "a training goes on after its test"
