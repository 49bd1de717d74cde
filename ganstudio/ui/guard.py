"""Faults that nobody caught, told and survived; and signals that end the program, obeyed."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from types import FrameType, TracebackType

import shiboken6
from PySide6.QtCore import QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler

from ganstudio.train import messages as m
from ganstudio.ui.docks import Dock
from ganstudio.ui.fault_card import FaultDialog
from ganstudio.ui.presence import Presence
from ganstudio.ui.window import MainWindow

log = logging.getLogger(__name__)

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
LOGOUT_S, LOOK_S = 4.5, 0.01  # systems give a program five seconds
MOST_PRESSES = 3  # of Ctrl+C, until saving is given up
_ASIDE = "putAside"
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}  # fmt: skip


class Guard(QObject):
    """While it stands, faults that nobody caught are shown, and signals save before they end.

    A fault of a panel puts that panel aside, after a checkpoint of the session; any other one
    opens a dialog. While that is open the same fault is only counted: a timer floods nothing.

    Args:
        window: what is guarded; closed by signals.
        presence: takes the last words of Qt before it ends the process.
    """

    def __init__(self, window: MainWindow, presence: Presence | None = None) -> None:
        super().__init__()
        self.window, self.studio, self._presence = window, window.studio, presence
        self.dialog: FaultDialog | None = None
        self._seen: dict[str, int] = {}  # faults, until the dialog is closed
        self._heard: set[str] = set()  # from Qt
        self._pressed, self._kept = 0, False

    def __enter__(self) -> Guard:
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook, threading.excepthook = self.caught, self.caught_in_thread
        self._signals = {number: signal.signal(number, self.told_to_end) for number in SIGNALS}
        self._messages = qInstallMessageHandler(self.heard_from_qt)
        self.studio.saved.connect(self._on_saved)
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook, threading.excepthook = self._hooks
        for number, before in self._signals.items():
            signal.signal(number, before)
        qInstallMessageHandler(self._messages)
        self.studio.saved.disconnect(self._on_saved)
        if self.dialog is not None:
            self.dialog.close()

    # Faults -----------------------------------------------------------------------------------

    def caught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log a fault on the window's thread and show it; the program lives on."""
        if isinstance(error, KeyboardInterrupt):
            self.window.leave()
            return
        try:
            self._take(error, trace)
        except Exception:  # a fault of this hook must not hide the other one
            log.exception("a fault cannot be shown")
            sys.__excepthook__(kind, error, trace)

    def caught_in_thread(self, fault: threading.ExceptHookArgs) -> None:
        """Log a fault of another thread; the window hears of it where it drains."""
        if fault.exc_value is None:
            return
        error, text = fault.exc_value, _told(fault.exc_value, fault.exc_traceback)
        log.error("a fault that nobody caught, on a thread\n%s", text)
        reason = f"Something beside the window went wrong: {_in_words(error)}"
        self.studio.outbox.put(m.Failed(reason, text, where="window"))

    def heard_from_qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        """What Qt has to say goes where all else goes; each sentence is shown once."""
        level = _LEVELS.get(kind, logging.WARNING)
        log.log(level, "Qt: %s", text)
        if kind == QtMsgType.QtFatalMsg and self._presence is not None:
            self._presence.write_trace(f"Qt ended the program: {text}")
        if level >= logging.WARNING and text not in self._heard:
            self._heard.add(text)
            self.studio.outbox.put(m.Noted(f"Qt: {text}", "warning"))

    def _take(self, error: BaseException, trace: TracebackType | None) -> None:
        owners = list(_owners(trace))
        if any(map(is_put_aside, owners)):
            log.debug("a panel that was put aside is still called: %r", error)
            return
        text, dock = _told(error, trace), self.window.docks.blame(owners)
        place = traceback.extract_tb(trace)[-1:]
        times = self._count(f"{type(error)} {place}")
        if dock is not None or times & (times - 1) == 0:  # 1, 2, 4, 8: a timer floods no log
            log.error("a fault that nobody caught, met %d times\n%s", times, text)
        if times > 1 and dock is None and self.dialog is not None:
            self.dialog.count_another()
            return
        self.studio.post(m.Save())  # whatever else is broken now, the training is kept
        if dock is not None:
            put_aside(dock.content)
            # not now: it may be painting itself
            QTimer.singleShot(0, self, lambda: self._put_aside(dock, error, text))
        else:
            reason = f"Something in the window went wrong: {_in_words(error)}"
            self.studio.outbox.put(m.Failed(reason, text, where="window"))
            self._open(_in_words(error), text)

    def _put_aside(self, dock: Dock, error: BaseException, text: str) -> None:
        title, training = dock.windowTitle(), self.studio.training
        safe = " A checkpoint of the training is being saved." if training else ""
        reason = f"The panel {title} failed, all else works on: {_in_words(error)}.{safe}"
        self.studio.outbox.put(m.Failed(reason, text, where="window"))
        self.window.docks.fail(dock, _in_words(error), text, self.studio)

    def _open(self, reason: str, text: str) -> None:
        """Show the dialog, or count in the one that is open."""
        if self.dialog is not None:
            self.dialog.count_another()
            return
        training = self.studio.training
        safe = "A checkpoint is being saved…" if training else "Nothing was being trained."
        self.dialog = FaultDialog(reason, text, safe, self.window)
        self.dialog.destroyed.connect(self._on_shut)
        self.dialog.open()

    def _on_saved(self, event: m.Saved) -> None:
        self._kept = True
        if self.dialog is not None:
            self.dialog.say_safe(f"The training is saved in {event.checkpoint}")

    def _on_shut(self) -> None:
        self.dialog = None
        self._seen.clear()  # who meets it again is told again

    def _count(self, fault: str) -> int:
        """How often this was met, this time included."""
        self._seen[fault] = self._seen.get(fault, 0) + 1
        return self._seen[fault]

    # Signals ----------------------------------------------------------------------------------

    def save_for_logout(self, manager: object = None) -> None:
        """The session of the desktop ends, perhaps: save now, for nobody waits for a thread.

        Training goes on, since the person may still decide to stay.
        """
        if not self.studio.training:
            return
        self._kept = False
        self.studio.post(m.Save())
        end = time.monotonic() + LOGOUT_S
        while not self._kept and self.studio.training and time.monotonic() < end:
            time.sleep(LOOK_S)
            self.studio.drain()

    def told_to_end(self, number: int, frame: FrameType | None) -> None:
        """Save and go, as the window's own button does; who insists is obeyed at once.

        Python calls this between any two lines of whatever runs, perhaps of a panel that is being
        built: the window closes once that is done.
        """
        self._pressed += 1
        if self._pressed >= MOST_PRESSES:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        log.info("told to end by %s: saving", signal.Signals(number).name)
        QTimer.singleShot(0, self.window, self.window.leave)


def _owners(trace: TracebackType | None) -> Iterator[object]:
    """Whose methods raised, the innermost first."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    for frame in reversed(frames):
        if "self" in frame.f_locals:
            yield frame.f_locals["self"]


def put_aside(panel: QObject) -> None:
    """From now on nobody minds what this panel raises: it is being replaced."""
    panel.setProperty(_ASIDE, True)


def is_put_aside(one: object) -> bool:
    """Whether this belongs to a panel that was replaced; some of its slots may still be called."""
    while isinstance(one, QObject):
        if not shiboken6.isValid(one) or one.property(_ASIDE):
            return True
        one = one.parent()
    return False


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _told(error: BaseException, trace: TracebackType | None) -> str:
    return "".join(traceback.format_exception(type(error), error, trace))
