"""Which directions the sliders lead along: where they come from, how far, and how it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.bank import LARGEST_REACH
from ganstudio.ui import theme
from ganstudio.ui.decimals import Decimals
from ganstudio.ui.segments import Segments

SOURCES: dict[str, tuple[str, str]] = {
    "axes": ("Axes", "Each number of the noise by itself."),
    "random": ("Random", "Random directions at right angles to each other."),
    "pca": ("PCA", "Where the model's own features vary most, the strongest first."),
    "sefa": ("SeFa", "What the model's first weights amplify most; needs no samples."),
    "classes": ("Classes", "From the mean of all samples to samples of each class."),
    "groups": ("Groups A − B", "From the tiles marked B to those marked A in the gallery."),
}
SPACE_TIP = "Walk through the noise z, or through w, what the mapping network makes of it."
RANGE_TIP = (
    "How far sliders go to either side, in standard deviations. "
    "The menu of a slider gives it a range of its own."
)
SMALLEST_REACH = 0.5


class BankBox(QWidget):
    """The heading over the sliders.

    Signals:
        sourceChosen (str): directions from there, please.
        renewWanted: the same again: other random ones, or computed on the newest model.
        cancelWanted: what is being computed is not wanted any more.
        spaceChosen (str): ``z`` or ``w`` shall be walked.
        reachSet (float): how far sliders shall go.
        picturesToggled (bool): whether sliders shall carry pictures.
    """

    sourceChosen = Signal(str)  # noqa: N815
    renewWanted = Signal()  # noqa: N815
    cancelWanted = Signal()  # noqa: N815
    spaceChosen = Signal(str)  # noqa: N815
    reachSet = Signal(float)  # noqa: N815
    picturesToggled = Signal(bool)  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.heading, self.sources = QLabel("Directions"), QComboBox()
        self.renew, self.films, self.cancel = QToolButton(), QToolButton(), QToolButton()
        self.space, self.reach = Segments(("z", "w")), Decimals()
        self.bar, self.note = QProgressBar(), QLabel()
        self._dress()
        self._lay_out()
        self.offer([], {})

    @property
    def source(self) -> str:
        """Where the directions come from."""
        return str(self.sources.currentData())

    def offer(self, saved: Sequence[str], unable: Mapping[str, str]) -> None:
        """List what can be chosen; announces nothing.

        Args:
            saved: names of the banks that the person keeps in the run.
            unable: sources that cannot be had, and why.
        """
        before = self.source if self.sources.count() else "random"
        self.sources.blockSignals(True)
        self.sources.clear()
        names = {**{key: text for key, (text, _) in SOURCES.items()}}
        for key in [*names, *saved]:
            if key in saved and self.sources.itemData(self.sources.count() - 1) in SOURCES:
                self.sources.insertSeparator(self.sources.count())
            self.sources.addItem(names.get(key, key), key)
            row = self.sources.count() - 1
            tip = unable.get(key) or SOURCES.get(key, ("", "Kept in this run."))[1]
            self.sources.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
            items = self.sources.model()
            if isinstance(items, QStandardItemModel):
                items.item(row).setEnabled(key not in unable)
        self.sources.blockSignals(False)
        self.show_source(before)

    def show_source(self, source: str) -> None:
        """Show where the directions come from; announces nothing."""
        self.sources.blockSignals(True)
        self.sources.setCurrentIndex(max(self.sources.findData(source), 0))
        self.sources.blockSignals(False)
        random, computed = source == "random", source in SOURCES and source != "axes"
        self.renew.setVisible(computed)
        theme.decorate(self.renew, "dice" if random else "refresh")
        self.renew.setToolTip(
            "Other random directions, from where it stands now."
            if random
            else "Compute them again, on the newest model."
        )
        self.sources.setToolTip(SOURCES.get(source, ("", "Kept in this run."))[1])

    def show_space(self, space: str, both: bool) -> None:
        """Show which space is walked, if there are two; announces nothing."""
        self.space.setVisible(both)
        self.heading.setVisible(not both)  # a narrow dock has no room for all three
        if space in ("z", "w") and self.space.value != space:
            self.space.blockSignals(True)
            self.space.choose(space)
            self.space.blockSignals(False)

    def show_reach(self, reach: float) -> None:
        """Show how far sliders go; announces nothing."""
        self.reach.blockSignals(True)
        self.reach.setValue(reach)
        self.reach.blockSignals(False)

    def say(self, text: str, tone: str = "small") -> None:
        """Say how it went in a line below; nothing hides the line."""
        theme.tone(self.note, tone)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def show_progress(self, share: float | None, text: str = "") -> None:
        """Show how far the computing is, 0 to 1; None when it is over."""
        busy = share is not None
        self.bar.setVisible(busy)
        self.cancel.setVisible(busy)
        if share is not None:
            self.bar.setValue(round(share * 100))
            self.say(text or "Computing directions…")

    def _dress(self) -> None:
        theme.tone(self.heading, "section")
        self.sources.setAccessibleName("Where the directions come from")
        self.sources.setMinimumContentsLength(6)
        self.sources.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.sources.activated.connect(lambda _: self.sourceChosen.emit(self.source))
        for button in (self.renew, self.films, self.cancel):
            theme.tone(button, "flat")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.renew.setAccessibleName("New directions")
        self.renew.clicked.connect(self.renewWanted)
        theme.decorate(self.films, "frame")
        self.films.setCheckable(True)
        self.films.setChecked(True)
        self.films.setToolTip("Show pictures of what lies along each slider.")
        self.films.setAccessibleName("Pictures along the sliders")
        self.films.toggled.connect(self.picturesToggled)
        theme.decorate(self.cancel, "close", "muted")
        self.cancel.setToolTip("Stop computing")
        self.cancel.setAccessibleName("Stop computing")
        self.cancel.clicked.connect(self.cancelWanted)
        self.space.setToolTip(SPACE_TIP)
        self.space.chosen.connect(self.spaceChosen)
        self.reach.setRange(SMALLEST_REACH, LARGEST_REACH)
        self.reach.setSingleStep(0.5)
        self.reach.setDecimals(1)
        self.reach.setPrefix("± ")
        self.reach.setKeyboardTracking(False)
        self.reach.lineEdit().setTextMargins(5, 0, 0, 0)
        self.reach.setToolTip(RANGE_TIP)
        self.reach.setAccessibleName("Range of the sliders")
        self.reach.setFixedWidth(78)
        self.reach.valueChanged.connect(self.reachSet)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.note.setWordWrap(True)
        for part in (self.bar, self.cancel, self.note):
            part.hide()

    def _lay_out(self) -> None:
        top, below, going = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.setSpacing(theme.SPACE[1])
        top.addWidget(self.heading)
        top.addWidget(self.space)
        top.addStretch(1)
        top.addWidget(self.reach)
        below.setSpacing(theme.SPACE[1])
        below.addWidget(self.sources, 1)
        below.addWidget(self.renew)
        below.addWidget(self.films)
        going.setSpacing(theme.SPACE[1])
        going.addWidget(self.bar, 1)
        going.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.SPACE[1])
        column.setSpacing(theme.SPACE[1])
        for line in (top, below, going):
            column.addLayout(line)
        column.addWidget(self.note)
