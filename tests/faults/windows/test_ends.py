"""Windows that are told to end, or killed, in the middle of a training."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from ganstudio.train.files import checkpoints_in, nimg_of
from ganstudio.train.run import RunFolder

pytestmark = pytest.mark.timeout(900)
Start = Callable[..., Any]
SAVED_WITHIN_S = 5.0  # of processor time: what the wall says depends on who else is at work


def the_run(home: Path) -> Path:
    (run,) = [path for path in (home / "runs").iterdir() if (path / "recipe.toml").is_file()]
    return run


def reached(run: Path) -> int:
    return nimg_of(checkpoints_in(run)[-1].name)


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals here")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_window_that_is_told_to_end_saves_first(start: Start, tmp_path: Path, name: str) -> None:
    window = start("train")
    window.wait_for(lambda: len(window.heard("NIMG")) > 2)
    seen = int(window.heard("NIMG")[-1])
    process = psutil.Process(window.process.pid)
    busy, began = sum(process.cpu_times()[:2]), time.monotonic()
    spent = busy
    window.process.send_signal(getattr(signal, name))
    while window.process.poll() is None and time.monotonic() < began + 60:
        try:
            spent = sum(process.cpu_times()[:2])
        except psutil.Error:
            break
        time.sleep(0.01)
    assert window.wait() == 0, window.said
    print(f"{name}: ended in {time.monotonic() - began:.2f} s, {spent - busy:.2f} s of processor")
    assert spent - busy < SAVED_WITHIN_S
    run = the_run(tmp_path)
    assert reached(run) >= seen
    assert RunFolder.open(run).read().nimg == reached(run)
    assert not process.is_running()
    assert not list((tmp_path / "state/ganstudio/windows").glob("*-*")), "it ended as it should"
    lock = RunFolder.open(run)
    lock.acquire()
    lock.release()


def test_the_next_window_offers_to_go_on_with_a_run_that_was_killed(
    start: Start, tmp_path: Path
) -> None:
    killed = start("train")
    killed.wait_for(lambda: killed.heard("SAVED") and len(killed.heard("NIMG")) > 2)
    killed.process.kill()
    assert killed.wait() == -signal.SIGKILL
    run, before = the_run(tmp_path), reached(the_run(tmp_path))

    following = start("press:Go_on")
    following.wait_for(lambda: following.heard("NIMG"))
    assert f"The training of {run.name} was cut short" in following.heard("BANNER")[0]
    assert following.heard("STARTED") == [f"{run} True"]
    following.process.send_signal(signal.SIGTERM)
    assert following.wait() == 0, following.said
    assert reached(run) > before

    assert start("close").wait() == 0  # it was answered, and ended well: nothing is left to ask
    assert not list((tmp_path / "state/ganstudio/windows").glob("*-*"))
