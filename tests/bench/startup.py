"""How long a person waits: for the window after the command, for the first step after Train.

    xvfb-run -a -s "-screen 0 1600x1000x24" python tests/bench/startup.py
    QT_QPA_PLATFORM=offscreen python tests/bench/startup.py --rounds 3 --json waits.json

The window: from before the process exists until its first frame is painted, torch not imported
yet; each in a new process, one of them first to warm the system's cache and to compile what Python
keeps compiled. Its panels: until those that nobody saw in that frame are built too. The first
step: from Train in an open window whose catalogue is there until the first report has arrived.
Beside the waits stand the processor seconds, which a busy machine changes less. Nothing is
asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

BEGAN = "GANSTUDIO_BENCH_BEGAN"
WANTED_S = {"window visible after the command": 1.2, "first step after Train": 2.0}
CASES = (("dcgan", "digits", {}), ("gan3d", "furniture", {"count": 600}))
GIVE_UP_MS = 600_000


def main() -> int:
    """Measure both waits and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", choices=("window", "step"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        return _paint() if asked.child == "window" else _train(asked.rounds)
    rows, spent = _windows(asked.rounds)
    for name, waits in json.loads(_child("step", asked.rounds)).items():
        rows[f"first step after Train, {name}"] = waits
    print("| wait | median s | range s | wanted |\n| --- | ---: | --- | --- |")
    for name, waits in rows.items():
        goal = next((f"under {s}" for key, s in WANTED_S.items() if name.startswith(key)), "")
        print(f"| {name} | **{median(waits):.2f}** | {min(waits):.2f} to {max(waits):.2f} "
              f"| {goal} |")  # fmt: skip
    for name, seconds in spent.items():
        print(f"{name}: {median(seconds):.2f} processor seconds")
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))
    return 0


def _windows(rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Waits by what is waited for, and the processor's seconds until then."""
    with tempfile.TemporaryDirectory() as compiled:
        _child("window", 1, compiled)
        found = [json.loads(_child("window", 1, compiled)) for _ in range(rounds)]
    return tuple(  # type: ignore[return-value]
        {name: [one[name][part] for one in found] for name in found[0]} for part in (0, 1)
    )


def _child(what: str, rounds: int, compiled: str = "") -> str:
    """The last line that this program says in a process, home and settings of its own.

    Args:
        what: is measured.
        rounds: how often.
        compiled: where Python keeps what it compiled, though the environment wants none kept.
    """
    with tempfile.TemporaryDirectory() as home:
        places = {f"XDG_{kind}_HOME": home for kind in ("STATE", "CONFIG", "CACHE", "DATA")}
        if compiled:
            places |= {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, __file__, "--child", what, "--rounds", str(rounds)]
        environment = os.environ | places | {BEGAN: repr(time.time())}
        said = subprocess.run(
            command, env=environment, cwd=home, stdout=subprocess.PIPE, text=True, check=True
        )
    return said.stdout.splitlines()[-1]


def _paint() -> int:
    """What ``ganstudio`` does, which leaves where it would begin to import torch."""
    import gc

    from ganstudio import __main__, preload  # noqa: F401

    gc.disable()
    preload.prepare()
    from PySide6.QtWidgets import QApplication

    from ganstudio.ui import app

    found: dict[str, tuple[float, float]] = {}

    def note(name: str) -> None:
        found[name] = time.time() - float(os.environ[BEGAN]), time.process_time()
        if "torch" in sys.modules:
            raise RuntimeError("torch was imported before the window stood")

    def watch(window: Any, guard: Any) -> None:
        window.painted.connect(lambda: note("window visible after the command"))
        show(window, guard)

    def leave(*_: object, **__: object) -> None:
        note("all its panels built")
        print(json.dumps(found), flush=True)
        QApplication.exit(0)

    show, app.show, app.begin = app.show, watch, leave
    return app.main([])


def _train(rounds: int) -> int:
    """Press Train again and again in one window."""
    from PySide6.QtCore import QEventLoop, QSettings, QTimer

    from ganstudio.recipe import Recipe
    from ganstudio.ui import app, theme
    from ganstudio.ui.studio import Studio
    from ganstudio.ui.window import MainWindow

    def until(signal: object, wanted: object = lambda *_: True) -> None:
        loop, given_up = QEventLoop(), []
        timer = QTimer(singleShot=True)
        timer.timeout.connect(lambda: (given_up.append(True), loop.quit()))
        timer.start(GIVE_UP_MS)
        link = signal.connect(lambda *news: loop.quit() if wanted(*news) else None)
        loop.exec()
        signal.disconnect(link)
        if given_up:
            raise RuntimeError("it never came")

    application = app.make_application()
    theme.apply(application, "dark")
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder) / "runs", Path(folder) / "data", "cpu")
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(studio, settings)
        window.resize(1600, 1000)
        window.show()
        studio.load_catalogue()
        until(studio.catalogueReady)
        for variant, data, knobs in CASES:
            recipe = Recipe.make(variant, data, knobs, kimg=1e5)
            waits = []
            for _ in range(rounds + 1):
                began = time.perf_counter()
                studio.start(recipe)
                until(studio.statsArrived)
                waits.append(time.perf_counter() - began)
                studio.stop()
                until(studio.stateChanged, lambda state, _: state in ("finished", "failed"))
            found[f"{variant} on {data}"] = waits[1:]  # the first one is not warm
        window.close()
        studio.close()
        window.deleteLater()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
