from __future__ import annotations

import logging
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from ganstudio import preload

DRAW_THEN_TRAIN = """
from ganstudio.preload import prepare
prepare()
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QApplication

class View(QOpenGLWidget):
    drawn = 0
    def paintGL(self):
        functions = self.context().functions()
        functions.glClearColor(0.2, 0.4, 0.6, 1.0)
        functions.glClear(0x4000)
        View.drawn += 1

wanted = QSurfaceFormat()
wanted.setVersion(3, 3)
wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
QSurfaceFormat.setDefaultFormat(wanted)
application = QApplication([])
view = View()
view.resize(64, 64)
view.show()
picture = view.grabFramebuffer()
assert picture.pixelColor(20, 20).blue() == 153, picture.pixelColor(20, 20).name()
import torch
weight = torch.nn.Parameter(torch.ones(4))
optimiser = torch.optim.Adam([weight], lr=0.5)
weight.square().sum().backward()
optimiser.step()
view.update()
application.processEvents()
view.grabFramebuffer()
print(view.drawn, round(float(weight[0]), 3))
"""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> dict[Path, object]:
    kept: dict[Path, object] = {}
    monkeypatch.setattr(preload, "_kept", kept)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")  # the C library is left alone
    return kept


@pytest.mark.gl
def test_an_optimiser_steps_beside_an_opengl_view() -> None:
    ended = run_python(DRAW_THEN_TRAIN)
    assert ended.returncode == 0, ended.stderr
    drawn, weight = ended.stdout.split()
    assert int(drawn) >= 2
    assert float(weight) == 0.5


def test_prepare_imports_neither_torch_nor_qt() -> None:
    heavy = ("torch", "triton", "PySide6", "numpy", "superqt", "pyqtgraph", "OpenGL")
    ended = run_python(
        "import sys; from ganstudio.preload import prepare; prepare(); prepare(window=False);"
        f"print(sorted(set({heavy}) & set(sys.modules)))"
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "[]"


def test_superqt_is_told_which_qt_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_API", raising=False)
    preload.prepare()
    assert os.environ["QT_API"] == "pyside6"
    monkeypatch.setenv("QT_API", "other")
    preload.prepare()
    assert os.environ["QT_API"] == "other"


@pytest.mark.skipif(sys.platform != "linux", reason="triton exists for Linux only")
def test_triton_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "triton"
    (package / "_C").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    library = package / "_C" / "libtriton.cpython-311.so"
    library.write_bytes(b"no library")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "triton", raising=False)
    assert list(preload._early_libraries()) == [library]


@pytest.mark.skipif(sys.platform != "linux", reason="triton exists for Linux only")
def test_without_triton_there_is_nothing_to_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preload.importlib.util, "find_spec", lambda name: None)
    assert list(preload._early_libraries()) == []


def test_a_broken_library_is_logged_and_not_raised(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    nothing_kept: dict[Path, object],
) -> None:
    broken = tmp_path / "libbroken.so"
    broken.write_bytes(b"no library")
    monkeypatch.setattr(preload, "_early_libraries", lambda: iter([broken]))
    with caplog.at_level(logging.ERROR):
        preload.prepare()
    assert "libbroken.so cannot be loaded" in caplog.text
    assert nothing_kept == {}


def test_a_package_that_cannot_be_looked_up_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(name: str) -> None:
        raise ValueError(f"{name}.__spec__ is None")

    monkeypatch.setattr(preload.importlib.util, "find_spec", fail)
    assert preload._folders("triton") == []
    assert "triton cannot be looked up" in caplog.text


def test_each_library_is_loaded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_kept: dict[Path, object]
) -> None:
    import ctypes

    loaded: list[str] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: loaded.append(name) or name)
    library = tmp_path / "lib.so"
    library.touch()
    absent = tmp_path / "absent.so"
    monkeypatch.setattr(preload, "_early_libraries", lambda: iter([library, absent]))
    preload.prepare()
    preload.prepare()
    assert loaded == [str(library)]
    assert list(nothing_kept) == [library]


def test_without_a_window_nothing_is_loaded(
    monkeypatch: pytest.MonkeyPatch, nothing_kept: dict[Path, object]
) -> None:
    monkeypatch.setattr(preload, "_early_libraries", lambda: pytest.fail("looked for libraries"))
    preload.prepare(window=False)
    assert nothing_kept == {}


THREADS_ALLOCATE = """
import ctypes, threading
{start}
libc = ctypes.CDLL(None)
met = threading.Barrier(12)

def allocate():
    libc.malloc(4096)
    met.wait()

threads = [threading.Thread(target=allocate) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has many heaps")
@pytest.mark.parametrize(
    "start",
    [
        "from ganstudio.preload import prepare; prepare()",
        "from ganstudio import cli; cli.main(['list', 'variants'])",
    ],
)
def test_all_threads_share_one_heap(start: str) -> None:
    surroundings = {k: v for k, v in os.environ.items() if k != "MALLOC_ARENA_MAX"}
    command = [sys.executable, "-c", THREADS_ALLOCATE.format(start=start)]
    told = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True)
    assert "Arena 0" in told.stderr
    assert "Arena 1" not in told.stderr
