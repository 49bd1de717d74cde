"""What is made of how the last window ended: a safe start, a trace to read, a run to go on with."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer

from ganstudio.plugins import OFF
from ganstudio.train import messages as m
from ganstudio.train.files import checkpoints_in, nimg_of
from ganstudio.train.lock import NOTE, abandoned, forget
from ganstudio.ui.background import Background
from ganstudio.ui.fault_card import FaultDialog
from ganstudio.ui.presence import Presence
from ganstudio.ui.window import MainWindow

log = logging.getLogger(__name__)

FAILED_STARTS = 2  # in a row, before one is safe
STOOD_MS = 5000  # from when on a start has succeeded
LONGEST_REASON = 120  # characters of a trace in the banner
SAFE = (
    "GAN Studio died while it was starting, twice in a row. This is safe mode: layout and looks "
    "are the defaults, plug-ins are off, nothing is opened by itself. Your runs are untouched."
)
ASKED = (
    "This is safe mode: layout and looks are the defaults, plug-ins are off, nothing is opened "
    "by itself. Start without --safe-mode to leave it."
)


@dataclass(frozen=True)
class _Left:
    """What there is to tell, once it is read."""

    crash: str
    runs: list[Path]


class Recovery(QObject):
    """Asks about what was left behind, once the window stands, and notes that it does.

    Nothing that another window left is read before the event loop runs, and then on a thread:
    a broken file can cost an offer, never a start.

    Args:
        window: whose banner asks.
        presence: knows what was left.
        safe: why this start is safe; empty if it is an ordinary one.
    """

    def __init__(self, window: MainWindow, presence: Presence, safe: str = "") -> None:
        super().__init__(window)
        self._window, self._presence, self._safe = window, presence, safe
        self._studio = window.studio
        self._reader = Background("recovery", self)
        self._reader.done.connect(self._ask)
        self._standing = QTimer(self, singleShot=True, interval=STOOD_MS)
        self._standing.timeout.connect(presence.stood)

    def begin(self) -> None:
        """The window stands: look, and ask."""
        self._standing.start()
        if self._safe:
            offers = {"Reset settings": self._reset, "Keep them": lambda: None}
            self._window.banner.say(self._safe, error=False, offers=offers)
        self._reader.submit(partial(_read, self._presence, self._studio.runs_root))

    def release(self) -> None:
        """Ask nothing more."""
        self._standing.stop()
        self._reader.close()

    def _ask(self, left: _Left) -> None:
        banner = self._window.banner
        if left.runs and not self._studio.training:
            run, others = left.runs[0], len(left.runs) - 1
            kimg = nimg_of(checkpoints_in(run)[-1].name) / 1000
            more = f" So were {others} more; Runs has them." if others else ""
            banner.say(
                f"The training of {run.name} was cut short. It can go on from its last "
                f"checkpoint, {kimg:,.1f} kimg.{more}",
                error=False,
                offers={
                    "Go on": partial(self._window.resume, run, paused=False),
                    "Not now": partial(_forget, left.runs),
                },
            )
        if left.crash:
            first = left.crash.splitlines()[0][:LONGEST_REASON]
            self._studio.noted.emit(m.Noted(f"The last window crashed: {first}", "warning"))
            banner.say(
                f"GAN Studio crashed when it ran last ({first}).",
                error=False,
                offers={"Show trace": partial(self._show, left.crash), "Dismiss": lambda: None},
            )

    def _show(self, crash: str) -> None:
        safe = "Runs are saved every minute while they train; what was cut short can go on."
        FaultDialog("The last window crashed.", crash, safe, self._window).open()

    def _reset(self) -> None:
        kept = reset(user_settings())
        self._presence.stood()  # what made starts die is gone
        where = f" The old ones are kept in {kept}." if kept else ""
        self._window.banner.say(
            f"The settings are as they were at first; the next start uses them.{where}",
            error=False,
        )


def user_settings() -> QSettings:
    """Where layout and looks are kept between starts."""
    return QSettings("ganstudio", "window")


def safe_settings(state: Path) -> QSettings:
    """Empty settings that are nobody's, for a safe start; plug-ins are off from now on."""
    path = state / "safe-mode.ini"
    path.unlink(missing_ok=True)
    os.environ[OFF] = "1"
    return QSettings(str(path), QSettings.Format.IniFormat)


def reset(settings: QSettings) -> Path | None:
    """Empty settings, broken or not; where the old ones are kept, if they were a file."""
    file = Path(settings.fileName())
    kept = file.with_name(f"{file.name}.broken") if file.is_file() else None
    if kept is not None:
        shutil.copyfile(file, kept)
        file.write_bytes(b"")
    settings.clear()
    settings.sync()
    return kept


def cut_short(root: Path) -> list[Path]:
    """Runs of a folder that were being trained when their program died, the newest first.

    Only those that have a checkpoint to go on from.
    """
    try:
        notes = [(path.stat().st_mtime, path.parent) for path in root.glob(f"*/{NOTE}")]
    except OSError as error:
        log.warning("the runs in %s cannot be looked through: %s", root, error)
        return []
    runs = (run for _, run in sorted(notes, reverse=True))
    return [run for run in runs if abandoned(run) and checkpoints_in(run)]


def _read(presence: Presence, root: Path) -> _Left:
    return _Left(presence.crash(), cut_short(root))


def _forget(runs: list[Path]) -> None:
    for run in runs:
        forget(run)
