"""Folders with odd names, on machines with other languages: real programs, started so."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ganstudio import cli
from ganstudio.disk import write_atomically

# several commands in one process, for importing torch is what takes time
DRIVER = """
import sys
from ganstudio.__main__ import main

commands = [[]]
for text in sys.argv[1:]:
    commands.append([]) if text == ";;" else commands[-1].append(text)
for command in commands:
    code = main(command)
    if code:
        sys.exit(f"{command[0]}: {code}")
"""
TRAIN = [
    "train", "--variant", "gan", "--data", "points", "--set", "width=8", "--set", "batch=50",
    "--set", "g_lr=0.0005", "--kimg", "0.1", "--measure", "0", "--device", "cpu",
]  # fmt: skip
ODD = ("Größe 3 — 猫 🐈", b"odd \xff\xfe", "/".join(["deep and long " * 14] * 5))
LANGUAGES = {  # what the machine says of itself, and folders to work in
    "German": ({"LC_ALL": "de_DE.UTF-8"}, ODD),
    "Turkish, a terminal of ASCII": (
        {"LC_ALL": "tr_TR.UTF-8", "PYTHONIOENCODING": "ascii"}, ("İstanbul ıI",),
    ),
    "no UTF-8 at all": (
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, ("Größe — 猫",),
    ),
}  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="arguments of bytes, and LC_ALL")
@pytest.mark.parametrize("language", LANGUAGES)
def test_train_resume_and_sample_in_odd_folders(language, tmp_path):
    environment, names = LANGUAGES[language]
    places = [os.fsencode(tmp_path) + b"/" + os.fsencode(name) for name in names]
    commands: list[bytes | str] = ["list", "recipes"]
    for place in places:
        run = place + b"/run"
        commands += [
            ";;", *TRAIN, "--run", run,
            ";;", "train", "--resume", "--run", run, "--kimg", "0.2", "--device", "cpu",
            ";;", "sample", run, "--n", "4", "--out", place + b"/a b.png", "--device", "cpu",
        ]  # fmt: skip
    child = subprocess.run(
        [sys.executable, "-c", DRIVER, *commands],
        env=os.environ | environment, cwd=tmp_path, capture_output=True, timeout=170,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr.decode(errors="replace")[-3000:]
    for place in places:
        folder = Path(os.fsdecode(place))
        assert (folder / "run" / "checkpoints").is_dir()
        assert (folder / "a b.png").stat().st_size > 100
        recipe = tomllib.loads((folder / "run" / "recipe.toml").read_text(encoding="utf-8"))
        assert recipe["gan"]["g_lr"] == 0.0005, "always with a point"


def test_a_path_that_no_disk_takes_is_named(tmp_path, capsys):
    run = tmp_path / "/".join(["x" * 200] * 30)
    assert cli.main([*TRAIN, "--run", str(run)]) != 0
    told = capsys.readouterr().err
    assert "x" * 200 in told
    assert "too long" in told.lower()
    assert "Traceback" not in told


@pytest.mark.parametrize("name", ["CON", "run.", "a\tb", "a?b", "ö" * 120])
def test_a_name_that_some_system_does_not_keep_is_refused(name, tmp_path, capsys):
    assert cli.main([*TRAIN, "--run", str(tmp_path / name)]) == 2
    assert "--run" in capsys.readouterr().err
    assert not list(tmp_path.glob("*/recipe.toml"))


def test_the_longest_name_that_a_disk_takes_can_be_written(tmp_path):
    for name in ("x" * 251 + ".png", "ö" * 127):
        write_atomically(tmp_path / name, b"there")
        assert (tmp_path / name).read_bytes() == b"there"
    assert len(list(tmp_path.iterdir())) == 2


def test_tables_have_points_in_every_language(tmp_path):
    script = (
        "import locale, sys\n"
        "for name in ('de_DE.UTF-8', 'tr_TR.UTF-8', ''):\n"
        "    try: locale.setlocale(locale.LC_ALL, name); break\n"
        "    except locale.Error: pass\n"
        "from ganstudio.ui.history import History\n"
        "history = History()\n"
        "history.add(100, 1.5, {'D/real': 0.25})\n"
        "with open(sys.argv[1], 'w', newline='') as file: history.write_csv(file)\n"
    )
    path = tmp_path / "curves.csv"
    subprocess.run(
        [sys.executable, "-c", script, path], env=os.environ | {"LC_ALL": "de_DE.UTF-8"}, check=True
    )
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["100", "1.500", "0.25"]
