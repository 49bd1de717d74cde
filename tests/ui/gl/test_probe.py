from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ganstudio.train import check


def run_probe() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ganstudio.ui.gl.probe"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.gl
def test_the_driver_answers_under_an_x_server() -> None:
    ended = run_probe()
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert answer["number"] >= [3, 3]
    assert answer["renderer"]
    row = check._opengl()
    assert row.fine
    assert row.finding == f"{answer['version']}, {answer['renderer']}"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_without_a_display_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    ended = run_probe()
    assert ended.returncode == 1
    assert "no display" in json.loads(ended.stdout)["error"]


@pytest.mark.skipif(sys.platform != "linux", reason="offscreen has no OpenGL on Linux only")
def test_where_no_context_can_be_made_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    ended = run_probe()
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["error"] == (
        "no OpenGL context can be made on the platform 'offscreen'"
    )
