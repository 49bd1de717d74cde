"""Two programs and one run: the second only looks, and what a killed one left stops nobody."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from ganstudio import cli
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.lock import LOCK, NOTE, RunLock, holder
from ganstudio.train.run import RunError, RunFolder
from ganstudio.ui.follower import look
from ganstudio.ui.open_run import OpenRun
from ganstudio.ui.panels.runs import RunsPanel
from ganstudio.ui.run_in_view import RunInView
from ganstudio.ui.run_rows import WHEN
from ganstudio.ui.studio import Studio

DEADLINE_S = 60
CHILD = """
import json, os, sys
from pathlib import Path
from ganstudio.train.lock import RunLock

run = Path(sys.argv[1])
lock = RunLock(run)
lock.acquire()
print("held", flush=True)
for line in sys.stdin:
    if line == "grow\\n":
        with (run / "history.jsonl").open("a") as history:
            terms = {"D/real": 0.25}
            history.write(json.dumps({"nimg": 9e6, "seconds": 99.0, "terms": terms}) + "\\n")
        os.replace(run.parent / "later", run / "checkpoints" / "009000.000k")
    elif line == "release\\n":
        lock.release()
    print("done", flush=True)
"""


class Other:
    """Another program that holds a run, and does what it is told."""

    def __init__(self, run: Path) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(run)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.child.stdout.readline() == "held\n"

    def do(self, what: str) -> None:
        print(what, file=self.child.stdin, flush=True)
        assert self.child.stdout.readline() == "done\n"

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.communicate()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that was trained for a moment."""
    recipe = Recipe.make("gan", "points", {"batch": 16, "width": 8}, timeline_mb=0)
    engine = Engine.build(
        recipe, lambda event: None, folder=tmp_path / "runs" / "one",
        data_root=tmp_path, device="cpu",
    )  # fmt: skip
    engine.step(None)
    engine.report()
    engine.save(wait=True)
    engine.close()
    return tmp_path / "runs" / "one"


@pytest.fixture
def other(run: Path) -> Iterator[Other]:
    program = Other(run)
    yield program
    program.kill()


def refused(run: Path) -> str:
    with pytest.raises(RunError) as caught:
        RunFolder.open(run).acquire()
    return str(caught.value)


def resumed(run: Path) -> None:
    """Train it on, as a window would."""
    Engine.build(
        Recipe.of_run(run), lambda event: None, folder=run, resume=True,
        data_root=run.parent, device="cpu",
    ).close()  # fmt: skip


def test_the_second_program_is_told_who_trains(run, other):
    by = holder(run)
    assert (by.process, by.host, by.ours) == (other.child.pid, socket.gethostname(), False)
    assert f"process {other.child.pid} on {socket.gethostname()}" in refused(run)
    other.do("release")
    assert holder(run) is None
    assert not (run / NOTE).exists()
    resumed(run)


def test_what_a_killed_program_left_stops_nobody(run, other):
    other.kill()
    assert (run / NOTE).is_file(), "nobody could clean up"
    assert holder(run) is None
    resumed(run)
    assert not (run / NOTE).exists()


def test_a_note_of_another_machine_is_believed_only_with_its_lock(run, other):
    note = {"process": 1, "host": "elsewhere", "since": 1e9}
    (run / NOTE).write_text(json.dumps(note))
    assert holder(run).host == "elsewhere"
    assert "process 1 on elsewhere" in refused(run)
    other.kill()
    assert holder(run) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"process": "x"}', b"\xff" * 10, b"[" * 4000, b" " * 99999]
)
def test_a_broken_note_says_nothing_and_harms_nobody(run, other, content):
    (run / NOTE).write_bytes(content)
    assert holder(run) is None
    assert "another program" in refused(run)


def test_looking_does_not_keep_anybody_from_training(run):
    """Who looks takes the lock for an instant; a training that begins just then waits for it."""
    (run / NOTE).write_text(json.dumps({"process": 1, "host": "elsewhere", "since": 1e9}))
    looker = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from pathlib import Path; from ganstudio.train.lock import holder\n"
         "print(holder(Path(sys.argv[1])), flush=True)\n"
         "while True: holder(Path(sys.argv[1]))", str(run)],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        looker.stdout.readline()
        for _ in range(15):
            lock = RunLock(run)
            lock.acquire()
            lock.release()
            (run / NOTE).write_text(json.dumps({"process": 1, "host": "x", "since": 1e9}))
    finally:
        looker.kill()
        looker.communicate()


def test_a_folder_that_can_only_be_read_says_so(run, tmp_path):
    place = tmp_path / "read only"
    place.mkdir()
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can make a folder that not even root writes to")
    mounted = subprocess.run(["mount", "-o", "bind", run, place], capture_output=True)
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        with pytest.raises(RunError, match="read only"):
            RunFolder.open(place).acquire()
        assert holder(place) is None
        out = tmp_path / "grid.png"
        assert cli.main(["sample", str(place), "--out", str(out), "--device", "cpu"]) == 0
        assert out.is_file()
    finally:
        subprocess.run(["umount", place], check=True)


# The command line -----------------------------------------------------------------------------


def test_commands_read_a_run_that_is_being_trained(run, other, tmp_path, capsys):
    out = tmp_path / "grid.png"
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    assert cli.main(["sample", str(run), "--out", str(out), "--device", "cpu"]) == 0
    assert out.is_file()
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before
    assert cli.main(["train", "--run", str(run), "--resume", "--device", "cpu"]) == 2
    assert f"process {other.child.pid}" in capsys.readouterr().err


def test_a_real_training_is_followed_refused_and_taken_over(tmp_path):
    run = tmp_path / "runs" / "long"
    asked = [
        "--variant",
        "gan",
        "--data",
        "points",
        "--minutes",
        "9",
        "--measure",
        "0",
        "--device",
        "cpu",
    ]
    command = [sys.executable, "-m", "ganstudio", "train", *asked, "--run", str(run)]
    training = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: holder(run) is not None and (run / "history.jsonl").is_file())
        assert holder(run).process == training.pid
        assert str(training.pid) in refused(run)
    finally:
        training.kill()
        training.wait()
    assert holder(run) is None
    lock = RunLock(run)
    lock.acquire()
    assert holder(run).ours
    lock.release()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline
        os.sched_yield()


# The window -----------------------------------------------------------------------------------


@pytest.fixture
def studio(qtbot, run) -> Iterator[Studio]:
    made = Studio(run.parent, run.parent, device="cpu")
    made._follower._timer.setInterval(20)
    yield made
    assert made.close(20)


def test_a_window_follows_a_run_that_another_program_trains(studio, run, other, qtbot):
    later = run.parent / "later"
    shutil.copytree(RunFolder.open(run).checkpoint(), later)
    manifest = json.loads((later / "manifest.json").read_text())
    (later / "manifest.json").write_text(json.dumps(manifest | {"nimg": 9_000_000}))
    view, said, models = RunInView(studio, studio), [], []
    studio.modelReady.connect(lambda event: models.append(event.nimg))
    studio.noted.connect(lambda event: said.append(event.text))
    studio.explore(run)
    qtbot.waitUntil(lambda: studio.held is not None and studio.model is not None, timeout=30_000)
    assert studio.held.process == other.child.pid
    assert any(f"process {other.child.pid}" in text for text in said)
    qtbot.waitUntil(lambda: bool(view.history.series))
    other.do("grow")
    qtbot.waitUntil(lambda: view.history.nimg == 9e6, timeout=30_000)
    qtbot.waitUntil(lambda: max(studio.moments()) == 9_000_000, timeout=30_000)
    qtbot.waitUntil(lambda: models[-1] == 9_000_000, timeout=30_000)
    other.kill()
    qtbot.waitUntil(lambda: studio.held is None, timeout=30_000)
    assert said[-1] == "one is not trained by another program any more."
    view.release()


def test_what_is_held_cannot_be_trained_or_thrown_away(studio, run, other, qtbot):
    studio.catalogueReady.emit()
    panel = RunsPanel(studio)
    panel._looking.setInterval(20)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: panel._list is not None)
    panel.tree.choose(run)
    who = f"process {other.child.pid}"
    assert panel.open.isEnabled()
    assert not panel.resume.isEnabled()
    assert who in panel.resume.toolTip()
    assert not panel.remove.isEnabled()
    row = panel.tree._items[run].index().siblingAtColumn(WHEN)
    assert row.data() == "now"
    assert who in row.data(Qt.ItemDataRole.ToolTipRole)
    said = []
    studio.noted.connect(lambda event: said.append(event.text))
    panel._chores.trash(run)
    assert who in said[0]
    other.kill()
    qtbot.waitUntil(panel.remove.isEnabled, timeout=30_000)
    assert run.is_dir()
    panel.release()


def test_the_list_of_runs_says_who_trains(run, other, qtbot):
    dialog = OpenRun(run.parent, training=False)
    qtbot.addWidget(dialog)
    assert dialog.explore.isEnabled()
    assert not dialog.resume.isEnabled()
    assert f"process {other.child.pid}" in dialog.resume.toolTip()
    other.kill()
    dialog._fill()
    assert dialog.resume.isEnabled()


def test_nobody_can_take_the_lock_of_a_link(run, tmp_path):
    (tmp_path / "precious").write_text("keep")
    (run / LOCK).unlink(missing_ok=True)
    (run / LOCK).symlink_to(tmp_path / "precious")
    with pytest.raises(RunError):
        RunFolder.open(run).acquire()
    assert (tmp_path / "precious").read_text() == "keep"


def test_a_run_that_was_thrown_away_is_missed_quietly(studio, run, qtbot, monkeypatch):
    follower, grown, opened = studio._follower, [], []
    studio._on_remembered(m.Remembered(run, (64,)))
    qtbot.waitUntil(lambda: follower._last is not None, timeout=30_000)
    studio.runGrew.connect(lambda: grown.append(True))
    monkeypatch.setattr(studio.explorer, "open", lambda *asked: opened.append(asked))
    seen = follower._last
    shutil.rmtree(run)
    follower._on_seen(look(run))
    assert (grown, opened) == ([], [])
    assert follower._last == seen
    assert follower._timer.isActive()


def test_a_look_that_fails_is_not_the_last(studio, run):
    follower = studio._follower
    assert not follower._timer.isActive()
    follower._worker.broken.emit(OSError("out of reach"))
    assert follower._timer.isActive()
