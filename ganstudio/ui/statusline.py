"""The status bar: device, progress, speed, time left, memory, and what viewing costs."""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QWidget

from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.studio import Studio

VIEWING_WINDOW_S = 5.0
_NONE = "–"


class StatusLine(QStatusBar):
    """Figures on the right, always in the same places; passing words on the left."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._target = 0
        self._drawn: deque[tuple[float, float]] = deque()
        self._values: dict[str, QLabel] = {}
        self._pairs: list[QWidget] = []
        for name, sample, tip in (
            ("Device", "cuda:0", "What the networks are computed on"),
            ("Step", "1,000,000", "Full rounds done: D's updates, then G's"),
            ("kimg", "10,000.0", "Thousands of real samples seen"),
            ("Samples/s", "100,000", "Real samples a second, lately"),
            ("Left", "10 h 10 min", "Time left at this speed"),
            ("Memory", "10.0 GB", "Memory of this program, or of the device where there is one"),
            ("Viewing", "10.0 %", "Time spent on drawing samples for you, of the last seconds"),
        ):
            self.addPermanentWidget(self._pair(name, sample, tip))
        self._values["Device"].setText(studio.device.replace("cpu", "CPU"))
        self._stage = QLabel()
        self._stage.setToolTip("Where this variant stands in what it has planned")
        self._stage.hide()
        self.insertPermanentWidget(0, self._stage)
        studio.started.connect(self._on_started)
        studio.statsArrived.connect(self._on_stats)
        studio.rewound.connect(self._on_rewound)
        studio.rendered.connect(self._on_rendered)
        studio.stateChanged.connect(self._on_state)
        self.messageChanged.connect(self._make_room)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_viewing)

    @property
    def stage(self) -> str:
        """Where a variant that goes through stages says it is; else empty."""
        return self._stage.text()

    def value(self, name: str) -> str:
        """What stands beside a caption, such as ``kimg``."""
        return self._values[name].text()

    def _make_room(self, text: str) -> None:
        """While something is said, the figures at its side stand back as far as it needs."""
        pairs = self._pairs
        needed = self.fontMetrics().horizontalAdvance(text) + 3 * theme.SPACE[2]
        room = self.width() - needed - sum(pair.sizeHint().width() for pair in pairs)
        for pair in pairs:
            pair.setVisible(not text or room >= 0)
            room += 0 if room >= 0 else pair.sizeHint().width()

    def _pair(self, name: str, sample: str, tip: str) -> QWidget:
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(theme.SPACE[2], 0, theme.SPACE[2], 0)
        row.setSpacing(theme.SPACE[1] + 2)
        caption, value = QLabel(name), QLabel(_NONE)
        theme.tone(caption, "small")
        value.setStyleSheet("color: palette(window-text);")
        value.ensurePolished()
        value.setMinimumWidth(value.fontMetrics().horizontalAdvance(f"{sample}00"))
        if name != "Device":  # of a fixed size, or each new figure lays the whole window out anew
            value.setFixedSize(value.sizeHint().expandedTo(value.minimumSize()))
        pair.setToolTip(tip)
        row.addWidget(caption)
        row.addWidget(value)
        self._values[name] = value
        self._pairs.append(pair)
        return pair

    def _on_started(self, event: m.Started) -> None:
        self._target = event.target_nimg
        self._show_stage("")
        for name in ("Samples/s", "Left", "Memory"):
            self._values[name].setText(_NONE)
        self._show_reached(event.step, event.nimg)
        self._values["Device"].setText(_in_short(event.summary.get("device", "")) or _NONE)
        self._values["Device"].setToolTip("\n".join(f"{k}: {v}" for k, v in event.summary.items()))

    def _on_state(self, state: str, text: str) -> None:
        if state != "running":
            self._values["Left"].setText(_NONE)

    def _on_rewound(self, event: m.Rewound) -> None:
        self._values["Left"].setText(_NONE)
        self._show_reached(event.step, event.nimg)

    def _show_reached(self, step: int, nimg: int) -> None:
        self._values["Step"].setText(f"{step:,}")
        self._values["kimg"].setText(f"{nimg / 1000:,.1f}")

    def _show_stage(self, text: str) -> None:
        if text != self._stage.text():
            self._stage.setText(text)
            self._stage.setVisible(bool(text))

    def _on_stats(self, stats: list[m.Stats]) -> None:
        last = stats[-1]
        speed = last.samples_per_second
        self._show_reached(last.step, last.nimg)
        self._values["Samples/s"].setText(f"{speed:,.0f}" if speed >= 10 else f"{speed:.1f}")
        self._values["Memory"].setText(in_bytes(last.memory_bytes))
        self._show_stage(last.status)
        left = (self._target - last.nimg) / speed if speed > 0 and self._target else -1
        self._values["Left"].setText(in_time(left) if left >= 0 else _NONE)

    def _on_rendered(self, event: m.Rendered) -> None:
        self._drawn.append((time.monotonic(), event.milliseconds / 1000))
        if not self._clock.isActive():
            self._clock.start()
            self._show_viewing()

    def _show_viewing(self) -> None:
        now = time.monotonic()
        while self._drawn and self._drawn[0][0] < now - VIEWING_WINDOW_S:
            self._drawn.popleft()
        if not self._drawn:
            self._clock.stop()
        share = sum(cost for _, cost in self._drawn) / VIEWING_WINDOW_S
        self._values["Viewing"].setText(f"{100 * min(share, 1):.1f} %" if self._drawn else _NONE)


def in_time(seconds: float) -> str:
    """A duration in two units at most, such as ``1 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 10:
        return f"{minutes} min {rest:02d} s"
    hours, minutes_left = divmod(minutes, 60)
    if hours < 1:
        return f"{minutes} min"
    days, hours_left = divmod(hours, 24)
    return f"{days} d {hours_left} h" if days else f"{hours} h {minutes_left:02d} min"


def in_bytes(count: int) -> str:
    """An amount of memory in MB or GB, three digits."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _in_short(machine: str) -> str:
    """What a training runs on and how precisely; the rest is in the tooltip.

    Example:
        >>> _in_short("2 CPU threads, bfloat16, channels last")
        '2 CPU threads, bf16'
    """
    short = ", ".join(machine.split(", ")[:2])
    return short.replace("bfloat", "bf").replace("float", "fp")
