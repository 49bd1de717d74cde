"""Ctrl-C, SIGTERM and a closed terminal, sent to a real `ganstudio train`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ganstudio.train.run import RunFolder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
TINY = ["--device", "cpu", "--set", "width=4", "--set", "batch=16", "--measure", "0"]


@pytest.mark.parametrize(
    "sent",
    [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,)],
    ids=["control-c", "terminated", "terminal closed"],
)
def test_it_saves_and_leaves_nothing_running(
    tmp_path: Path, sent: tuple[signal.Signals, ...]
) -> None:
    run = tmp_path / "run"
    assert "Saving" in train_until(run, sent, 128 + sent[0])
    lines = [line for line in RunFolder.open(run).history() if "terms" in line]
    kept = RunFolder.open(run).read()
    assert kept.nimg >= lines[-1]["nimg"] > 0
    assert kept.nimg == max(line["nimg"] for line in RunFolder.open(run).history())


def test_a_second_control_c_leaves_at_once_and_a_run_that_is_whole(tmp_path: Path) -> None:
    run = tmp_path / "run"
    train_until(run, (signal.SIGINT, signal.SIGINT), 130)
    folder = RunFolder.open(run)
    folder.acquire()
    folder.release()
    assert folder.read().nimg >= 0


def train_until(run: Path, sent: tuple[signal.Signals, ...], status: int) -> str:
    """What a training says that gets these signals; nothing of it is left."""
    command = [sys.executable, "-m", "ganstudio", "train", "--variant", "gan", "--data", "points",
               "--kimg", "100000", "--run", str(run), *TINY]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    ) as process:
        assert process.stdout is not None
        while not (run / "history.jsonl").exists():  # what it prints keeps the pipe from filling
            assert process.poll() is None
            process.stdout.read(40)
        children = psutil.Process(process.pid).children(recursive=True)
        for number in sent:
            process.send_signal(number)
        said = process.stdout.read()
        assert process.wait(120) == status
    assert not [one for one in children if one.is_running()]
    return said
