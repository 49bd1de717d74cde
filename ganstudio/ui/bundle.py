"""A debug bundle: what helps others to find a fault, in one file that stays with the person."""

from __future__ import annotations

import json
import time
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ganstudio.recipe import RecipeError
from ganstudio.resources import default_state_root
from ganstudio.ui.gl.machine import probe
from ganstudio.ui.panels.base import RecipeSource
from ganstudio.ui.presence import LAST_TRACE
from ganstudio.ui.report import LOG, write_bundle
from ganstudio.ui.studio import Studio

RUN_FILES = ("recipe.toml", "log.txt", "history.jsonl")


def save_bundle(parent: QWidget, studio: Studio, source: RecipeSource | None) -> tuple[str, bool]:
    """Ask where, and write versions, machine, recipe and logs; no pictures, no weights.

    Returns:
        What to say, and whether it went wrong; nothing to say if the person changed their mind.
    """
    name = f"ganstudio-debug-{time.strftime('%Y-%m-%d-%H%M')}.zip"
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save debug bundle", name, "Zip files (*.zip)")
    if not chosen:
        return "", False
    path = Path(chosen)
    try:
        inside = write_bundle(path, _texts(studio, source), _files(studio))
    except OSError as error:
        return f"The debug bundle cannot be written: {error}", True
    return f"Saved {path.name} with {', '.join(inside)}. Nothing was sent anywhere.", False


def _texts(studio: Studio, source: RecipeSource | None) -> dict[str, str]:
    """What only the window knows."""
    drawing = probe()
    window = {
        "state": studio.state, "device": studio.device, "model": repr(studio.model),
        "OpenGL": drawing.missing or f"{drawing.version}, {drawing.renderer}",
    }  # fmt: skip
    texts = {"window.json": json.dumps(window, indent=2)}
    if source is not None:
        try:
            texts["setup.toml"] = source.recipe().to_toml()
        except RecipeError as error:
            texts["setup-faults.txt"] = str(error)
    return texts


def _files(studio: Studio) -> dict[str, Path]:
    """Logs of the program and of the run in view; of long ones the end is taken."""
    state, run = default_state_root(), studio.run_in_view
    files = {LOG: state / LOG, LAST_TRACE: state / LAST_TRACE}
    if run is not None:
        files |= {f"run/{name}": run / name for name in RUN_FILES}
    return files
