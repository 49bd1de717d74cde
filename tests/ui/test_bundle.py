from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog

from ganstudio.resources import default_state_root
from ganstudio.train import messages as m
from ganstudio.ui.bundle import _files
from ganstudio.ui.report import LOG, MOST_BYTES, report, without_home, write_bundle
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow


def test_a_report_names_versions_and_no_home(qapp: Any) -> None:
    text = report(f"File {Path.home()}/projects/x.py")
    assert "GAN Studio" in text
    assert "torch 2" in text
    assert "~/projects/x.py" in text
    assert str(Path.home()) not in text


def test_a_windows_home_goes_however_it_is_spelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/jane"))
    assert without_home("/home/jane/a and /home/jane/b") == "~/a and ~/b"


def test_a_bundle_holds_text_alone(tmp_path: Path, qapp: Any) -> None:
    long = tmp_path / "long.txt"
    long.write_bytes(b"old\n" + b"\xff" * MOST_BYTES + b"new")
    path = tmp_path / "bundle.zip"
    files = {"long.txt": long, "gone.txt": tmp_path / "gone", "folder": tmp_path}
    inside = write_bundle(path, {"note.txt": f"in {Path.home()}"}, files)
    assert inside == ["machine.txt", "note.txt", "long.txt"]
    with zipfile.ZipFile(path) as bundle:
        assert bundle.namelist() == inside
        assert bundle.read("note.txt") == b"in ~"
        assert bundle.read("long.txt").endswith(b"new")
        assert b"old" not in bundle.read("long.txt")
    assert [p.name for p in tmp_path.glob("*.zip")] == ["bundle.zip"]
    assert not list(tmp_path.glob(".bundle*"))


def test_the_help_menu_saves_one(
    window: MainWindow, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "recipe.toml").write_text("variant = 'gan'")
    (run / "weights.safetensors").write_bytes(b"secret")
    studio.run_folder = run
    default_state_root().mkdir(parents=True, exist_ok=True)
    (default_state_root() / LOG).write_text("it began")
    path = tmp_path / "mine.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.save_bundle()
    assert "Nothing was sent" in window.banner.text
    with zipfile.ZipFile(path) as bundle:
        assert {"machine.txt", "window.json", LOG, "run/recipe.toml"} <= set(bundle.namelist())
        assert all(b"secret" not in bundle.read(name) for name in bundle.namelist())
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(run / "no/mine.zip"), ""))
    window.save_bundle()
    assert "cannot be written" in window.banner.text


def test_the_run_in_view_is_in_it(studio: Studio, tmp_path: Path) -> None:
    trained, viewed = tmp_path / "trained", tmp_path / "viewed"
    studio.run_folder = trained
    assert _files(studio)["run/log.txt"] == trained / "log.txt"
    studio._on_remembered(m.Remembered(viewed, (64,)))
    assert _files(studio)["run/log.txt"] == viewed / "log.txt"
