"""How long a training takes to end after SIGTERM, from the signal until its process is gone.

    python tests/bench/stopping.py
    python tests/bench/stopping.py --only gan3d --rounds 3

Real ``ganstudio train``, each told to end a little later after its first report than the one
before, so that the signal meets steps, saving and measuring alike. The wait is wall time, beside
it the processor's share of it and how long a step takes. Nothing is asserted; the goal is 5 s.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

WANTED_S = 5.0
LATER_S = 1.7
CASES = {
    "dcgan, digits": ["--variant", "dcgan", "--data", "digits"],
    "r3gan, faces 64": ["--variant", "r3gan", "--data", "faces", "--set", "data.size=64",
                        "--set", "data.count=2000"],
    "gan3d 64, furniture": ["--variant", "gan3d", "--data", "furniture", "--set", "data.side=64",
                            "--set", "data.count=200"],
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print("| training | step s | median s | worst s | processor s | wanted |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for name, told in CASES.items():
        if asked.only in name:
            waits, work, steps = zip(*(end(told, n) for n in range(asked.rounds)), strict=True)
            print(f"| {name} | {median(steps):.2f} | **{median(waits):.1f}** | {max(waits):.1f} "
                  f"| {median(work):.1f} | under {WANTED_S:g} |", flush=True)  # fmt: skip


def end(told: list[str], number: int) -> tuple[float, float, float]:
    """Seconds of the clock and of the processor until it is gone, and seconds a step."""
    with tempfile.TemporaryDirectory() as folder:
        run, log = Path(folder) / "run", Path(folder) / "log.txt"
        command = [sys.executable, "-m", "ganstudio", "train", *told, "--kimg", "100000",
                   "--device", "cpu", "--run", str(run)]  # fmt: skip
        with (
            log.open("w") as file,
            subprocess.Popen(command, stdout=file, stderr=file, text=True) as process,
        ):
            while not reports(run):
                if process.poll() is not None:
                    raise SystemExit(log.read_text())
                time.sleep(0.1)
            time.sleep(LATER_S * number)
            training = psutil.Process(process.pid)
            before = work_s = sum(training.cpu_times()[:2])
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            while process.poll() is None:
                work_s = sum(training.cpu_times()[:2]) or work_s
                time.sleep(0.01)
            waited = time.monotonic() - began
        last = reports(run)[-1]
        return waited, work_s - before, last["seconds"] / max(last["step"], 1)


def reports(run: Path) -> list[dict[str, float]]:
    """What its history tells of steps."""
    try:
        lines = (run / "history.jsonl").read_text().splitlines()
    except FileNotFoundError:
        return []
    whole = [json.loads(line) for line in lines if line.endswith("}")]
    return [line for line in whole if "terms" in line and line.get("seconds")]


if __name__ == "__main__":
    main()
