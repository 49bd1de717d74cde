from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ganstudio.train import check
from ganstudio.train.check import Row

ANSWER = {"version": "4.5 Mesa", "renderer": "llvmpipe", "number": [4, 5]}


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "_opengl", lambda: Row("OpenGL", "4.5 Mesa", True))


@pytest.mark.usefixtures("answered")
def test_this_machine_can_train(tmp_path: Path) -> None:
    rows = check.report(tmp_path)
    names = [row.name for row in rows]
    assert names == [
        "Python", "GAN Studio", "torch", "torchvision", "Graphics card", "Processor", "Memory",
        "Qt", "OpenGL", "Data folder", "Runs folder",
    ]  # fmt: skip
    assert set(names) >= check.NEEDED
    assert check.trainable(rows)
    assert all(row.finding for row in rows)
    found = {row.name: row.finding for row in rows}
    assert sys.executable in found["Python"]
    assert "fits torch" in found["torchvision"]
    assert "core" in found["Processor"]


@pytest.mark.usefixtures("answered")
def test_the_report_is_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.print_report(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Training is possible."
    assert sum(line.startswith("ok     ") for line in lines) >= 10


@pytest.mark.usefixtures("answered")
def test_a_torchvision_of_another_build_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = check.importlib.import_module

    def refuse(name: str) -> object:
        if name == "torchvision.ops":
            raise RuntimeError("operator torchvision::nms does not exist\nmore")
        return real(name)

    monkeypatch.setattr(check.importlib, "import_module", refuse)
    assert check.print_report(tmp_path) == 1
    printed = capsys.readouterr().out
    assert "operator torchvision::nms does not exist\n" in printed
    assert "install torch and torchvision together" in printed
    assert printed.endswith("Training is not possible as things are.\n")


@pytest.mark.usefixtures("answered")
def test_without_torch_the_rest_is_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(check.importlib, "import_module", refuse)
    rows = {row.name: row for row in check.report(tmp_path)}
    assert rows["torch"] == Row("torch", "cannot be loaded: No module named 'torch'", False)
    assert "torchvision" not in rows
    assert rows["Processor"].fine
    assert not check.trainable(list(rows.values()))


def test_a_missing_window_does_not_hinder_training() -> None:
    assert check.trainable([Row("torch", "", True), Row("Qt", "", False), Row("OpenGL", "", False)])


def fake_torch(cuda: bool, mps: bool) -> SimpleNamespace:
    card = SimpleNamespace(name="Big Card", total_memory=24 * check.GIB)
    return SimpleNamespace(
        cuda=SimpleNamespace(
            is_available=lambda: cuda, device_count=lambda: 2, get_device_properties=lambda i: card
        ),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
    )


def test_accelerators_are_named() -> None:
    assert check._accelerator(fake_torch(True, False)) == "Big Card, 24 GiB\nBig Card, 24 GiB"
    assert "Metal" in check._accelerator(fake_torch(False, True))
    assert "processor" in check._accelerator(fake_torch(False, False))


@pytest.mark.parametrize(
    ("text", "bf16", "name"),
    [
        ("model name\t: Fine CPU 9\nflags\t\t: fpu avx512_bf16 sse\n", True, "Fine CPU 9"),
        ("model name\t: Old CPU\nflags\t\t: fpu avx2\n", False, "Old CPU"),
        ("Features\t: fp asimd bf16 i8mm\n", True, None),
    ],
)
def test_the_processor_is_read_from_its_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, bf16: bool, name: str | None
) -> None:
    listing = tmp_path / "cpuinfo"
    listing.write_text(text)
    monkeypatch.setattr(check, "CPU_INFO", listing)
    assert check._has_bf16() is bf16
    if name is not None:
        assert check._processor_name() == name


def test_an_old_opengl_is_a_fault() -> None:
    old = ANSWER | {"version": "2.1 Old", "number": [2, 1]}
    assert check._read_probe("noise\n" + json.dumps(ANSWER), "") == Row(
        "OpenGL", "4.5 Mesa, llvmpipe", True
    )
    row = check._read_probe(json.dumps(old), "")
    assert not row.fine
    assert row.finding.endswith("3.3 is needed")


@pytest.mark.parametrize(
    ("output", "errors", "finding"),
    [
        ('{"error": "no display"}', "", "no display"),
        ("", "\nqt.qpa.xcb: could not connect\nmore\n", "qt.qpa.xcb: could not connect"),
        ("no json", "", "the probe said nothing"),
    ],
)
def test_a_probe_that_fails_says_why(output: str, errors: str, finding: str) -> None:
    assert check._read_probe(output, errors) == Row("OpenGL", finding, False)


def test_a_probe_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **options: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(check.subprocess, "run", hang)
    row = check._opengl()
    assert not row.fine
    assert "no answer" in row.finding


def test_the_sets_in_the_data_folder_are_named(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "images").write_bytes(bytes(2_000_000))
    (tmp_path / "stray.txt").touch()
    assert check._data(tmp_path).finding == f"{tmp_path}, holds MNIST (2 MB)"
    assert "made when" in check._data(tmp_path / "absent").finding


def test_a_runs_folder_that_cannot_be_written_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check._runs(tmp_path / "a" / "b").fine
    assert list(tmp_path.iterdir()) == []

    def refuse(dir: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(check.tempfile, "TemporaryFile", refuse)
    row = check._runs(tmp_path / "a")
    assert not row.fine
    assert row.finding.endswith("cannot be written: Permission denied")
