"""SIGKILL at any instant: what is on the disk is whole, and new enough."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="programs cannot be forked here"),
    pytest.mark.timeout(900),  # each training is started anew: a busy machine takes its time
]

KILLS = Path(__file__).with_name("kills.py")
HOUSE = Path(__file__).parents[2]


def kills(*arguments: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, str(KILLS), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        timeout=850,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_trainings_that_are_killed_go_on_from_their_last_complete_state(tmp_path: Path) -> None:
    found = kills("trainings", str(tmp_path), "--kills", "10", "--seed", "3")
    assert found["kills"] == 10
    assert found["nimg at the end"] > 0


def test_a_checkpoint_is_the_old_or_the_new_one_wherever_its_writer_is_killed(
    tmp_path: Path,
) -> None:
    found = kills("points", str(tmp_path))
    assert found["kills"] >= 15
    assert found["old"] > 0
    assert found["new"] > 0
