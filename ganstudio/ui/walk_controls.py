"""How a walk goes from key frame to key frame, and what happens at its end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from ganstudio.latent.blend import Way
from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import EASINGS, KeyFrames
from ganstudio.train.messages import Model
from ganstudio.ui import theme
from ganstudio.ui.decimals import Decimals
from ganstudio.ui.flow import FlowLayout

ENDS = ("Once", "Loop", "There and back")


class WalkControls(QWidget):
    """The way between key frames, the time it takes, and where it ends.

    Attributes:
        seconds: of each leg.
        follow: whether Latent goes along.

    Signals:
        changed: anything that makes another walk.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.seconds, self._easing = Decimals(), QComboBox()
        self.follow, self._way, self._end = QCheckBox("Latent follows"), QComboBox(), QComboBox()
        self._way.addItems(["Spherical", "Linear"])
        self._end.addItems(ENDS)
        self._end.setCurrentText("Loop")
        self._easing.addItems([name.capitalize() for name in EASINGS])
        self._easing.setCurrentText("Smooth")
        self.seconds.setRange(0.1, 60)
        self.seconds.setSingleStep(0.5)
        self.seconds.setDecimals(1)
        self.seconds.setValue(2)
        self.seconds.setSuffix(" s a leg")
        self.seconds.lineEdit().setTextMargins(5, 0, 0, 0)
        self.seconds.setFixedWidth(100)
        self.follow.setChecked(True)
        flow = FlowLayout(self, theme.SPACE[1])
        for part, name, tip in (
            (self._way, "Way", "Spherical keeps to where latents lie; linear cuts across"),
            (self._easing, "Easing", "How each leg begins and ends"),
            (self.seconds, "Seconds a leg", "Time from one key frame to the next"),
            (self._end, "At the end", "What happens after the last key frame"),
            (self.follow, "Latent follows", "Latent, and all that shows it, walks along"),
        ):
            part.setToolTip(tip)
            part.setAccessibleName(name)
            flow.addWidget(part)
        for combo in (self._way, self._end, self._easing):
            combo.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.seconds.valueChanged.connect(lambda _: self.changed.emit())

    def path(self, stands: Sequence[Stand], model: Model) -> KeyFrames | None:
        """The walk along these key frames; None while there are no two."""
        if len(stands) < 2:
            return None
        if self.end == "There and back":
            stands = (*stands, *stands[-2:0:-1])
        return KeyFrames(
            tuple(stands), self.seconds.value(), self.way, self.easing, self.end != "Once",
            len(model.classes), model.prior,
        )  # fmt: skip

    def head(self, second: float, path: KeyFrames, count: int) -> float:
        """How far the walk is, in key frames of so many; on the way back it returns."""
        at, last = second / path.times[0], count - 1
        if self.end == "There and back":
            return at if at <= last else 2 * last - at
        return at if at <= last else last * (1 - (at - last))

    @property
    def way(self) -> Way:
        """Through z."""
        return "linear" if self._way.currentText() == "Linear" else "spherical"

    @property
    def easing(self) -> str:
        """How each leg begins and ends, a key of ``EASINGS``."""
        return self._easing.currentText().lower()

    @property
    def end(self) -> str:
        """One of ``ENDS``."""
        return self._end.currentText()
