from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import ganstudio
from ganstudio import __main__ as entry
from ganstudio import preload


class Recorder:
    """Stands in for the window and the command line, and notes who was called in what order."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []

    def member(self, name: str, status: int) -> ModuleType:
        module = ModuleType(name)

        def main(arguments: list[str]) -> int:
            self.calls.append((name, arguments))
            return status

        module.main = main  # type: ignore[attr-defined]
        return module


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    import ganstudio.ui

    for package, name, status in ((ganstudio, "cli", 3), (ganstudio.ui, "app", 4)):
        member = recorder.member(name, status)
        monkeypatch.setitem(sys.modules, f"{package.__name__}.{name}", member)
        monkeypatch.setattr(package, name, member, raising=False)
    monkeypatch.setattr(
        preload, "prepare", lambda window=True: recorder.calls.append(("prepare", window))
    )
    monkeypatch.setenv("DISPLAY", ":0")
    return recorder


@pytest.mark.parametrize("arguments", [[], ["--theme", "light"]])
def test_options_alone_open_the_window(recorder: Recorder, arguments: list[str]) -> None:
    assert entry.main(arguments) == 4
    assert recorder.calls == [("prepare", True), ("app", arguments)]


@pytest.mark.parametrize("arguments", [["train", "--kimg", "1"], ["--help"], ["-h"], ["nonsense"]])
def test_words_are_commands_of_the_terminal(recorder: Recorder, arguments: list[str]) -> None:
    assert entry.main(arguments) == 3
    assert recorder.calls == [("prepare", False), ("cli", arguments)]


def test_arguments_come_from_the_process(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["ganstudio", "list", "variants"])
    assert entry.main() == 3
    assert recorder.calls[-1] == ("cli", ["list", "variants"])


def test_version(recorder: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["--version"]) == 0
    assert capsys.readouterr().out == f"GAN Studio {ganstudio.__version__}\n"
    assert recorder.calls == []


def test_a_missing_qt_is_named_with_the_command_that_installs_it(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(entry, "find_spec", lambda name: None if name == "PySide6" else name)
    monkeypatch.setattr(sys, "executable", "/a b/python")
    assert entry.main([]) == 1
    told = capsys.readouterr().err
    assert '"/a b/python" -m pip install PySide6-Essentials\n' in told
    assert '"/a b/python" -m ganstudio train' in told
    assert recorder.calls == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_without_a_display_the_terminal_is_offered(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert entry.main([]) == 1
    assert "-m ganstudio train" in capsys.readouterr().err
    assert recorder.calls == []
    assert entry.main(["train"]) == 3


def test_help_starts_neither_qt_nor_torch() -> None:
    code = (
        "import sys\n"
        "from ganstudio.__main__ import main\n"
        "try:\n"
        "    status = main(['--help'])\n"
        "except SystemExit as leaving:\n"
        "    status = leaving.code or 0\n"
        "heavy = {'torch', 'PySide6', 'numpy', 'pydantic', 'ctypes'} & set(sys.modules)\n"
        "print(status, sorted(heavy))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "train" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "0 []"
