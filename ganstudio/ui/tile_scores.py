"""What the discriminator says of a gallery's tiles: badges on them, and their order."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QToolButton

from ganstudio.train.verdicts import Judged
from ganstudio.ui.asking import Asking
from ganstudio.ui.badges import Badge
from ganstudio.ui.studio import Studio
from ganstudio.ui.tableau import Fixed, Tableau

WHO = "gallery"
SHOW_TIP = "Write on each tile what the discriminator says of it: higher is more real."
SORT_TIP = "The tiles that look most real to the discriminator first; rows are sorted each."


class TileScores(QObject):
    """Has the tiles judged while its switch is on.

    Signals:
        changed: there are other scores, or they are to be shown in another way.
    """

    changed = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.switch, self.sorting = QToolButton(), QToolButton()
        for button, text, tip in (
            (self.switch, "Scores", SHOW_TIP), (self.sorting, "Best first", SORT_TIP),
        ):  # fmt: skip
            button.setText(text)
            button.setCheckable(True)
            button.setToolTip(tip)
        self.switch.toggled.connect(self._on_switched)
        self.sorting.toggled.connect(self._on_sorting)
        self._asking = Asking(studio, "gallery-scores", self)
        self._asking.answered.connect(self._on_judged)
        self._asking_reals = Asking(studio, "gallery-real-scores", self)
        self._asking_reals.answered.connect(self._on_reals)
        self._reals: np.ndarray | None = None
        self._judged_reals: Judged | None = None
        self._newest: tuple[Fixed, np.ndarray] | None = None
        self._fixed: Fixed | None = None  # what the scores are of
        self._judged: Judged | None = None
        self._visible = True

    @property
    def on(self) -> bool:
        """Whether scores are wanted."""
        return self.switch.isChecked()

    def look(self, visible: bool) -> None:
        """Whether anybody can see the tiles: hidden ones are not judged."""
        self._visible = visible
        self.studio.look_at_scores(WHO, self.on and visible)
        if visible:
            self._ask()
        else:
            self._forget_wishes()

    def forget(self) -> None:
        """Another model: nothing that was said is true any more."""
        self._forget_wishes()
        self._reals = self._judged_reals = None
        self._newest = self._fixed = self._judged = None
        self._explain()

    def judge(self, fixed: Fixed, samples: np.ndarray) -> None:
        """Have these looked at: results as they were drawn."""
        known, self._newest = self._newest, (fixed, samples)
        self._ask(soon=known is None or known[0] is not fixed)

    def judge_reals(self, samples: np.ndarray | None) -> None:
        """Have these real samples looked at; None where D would have to be told more of them."""
        self._reals, self._judged_reals = samples, None
        self._ask_reals()

    def real_badges(self, count: int) -> list[Badge | None]:
        """What to write on the first so many real samples; empty where nothing is known."""
        judged = self._judged_reals
        if not self.on or judged is None or len(judged.scores) < count or not count:
            return []
        return list(_badges(judged, judged.scores[:count]))

    def badges(self, tableau: Tableau) -> list[Badge | None]:
        """What to write on each picture; empty where nothing is known."""
        judged, scores = self._judged, self.scores_of(tableau.fixed)
        if judged is None or scores is None:
            return []
        known = _badges(judged, scores)
        places = [tableau.shown_in(picture) for picture in range(len(tableau.pixels))]
        return [known[place] if place >= 0 else None for place in places]

    def arranged(self, tableau: Tableau) -> Tableau:
        """The tableau in the order that is wanted."""
        scores = self.scores_of(tableau.fixed)
        wanted = self.on and self.sorting.isChecked() and scores is not None
        return tableau.ranked(np.nan_to_num(scores)) if wanted and scores is not None else tableau

    def scores_of(self, fixed: Fixed) -> np.ndarray | None:
        """Scores of these results, (N,); None where they were not judged or nobody asks."""
        judged = self._judged
        if not self.on or judged is None or self._fixed is not fixed:
            return None
        return judged.scores if len(judged.scores) == len(fixed.z) else None

    def _ask(self, soon: bool = False) -> None:
        """Have the newest tiles judged; ``soon`` where a person has just chosen others."""
        if self.on and self._visible and self._newest is not None:
            fixed, samples = self._newest
            self._asking.ask("judge", soon, about=fixed, samples=samples, told=fixed.told)
            self._ask_reals()

    def _ask_reals(self) -> None:
        if self.on and self._visible and self._reals is not None:
            self._asking_reals.ask("judge", about=self._reals, samples=self._reals)

    def _forget_wishes(self) -> None:
        self._asking.forget()
        self._asking_reals.forget()

    def _on_reals(self, judged: Judged) -> None:
        if self._asking_reals.about is self._reals:
            self._judged_reals = judged
            self.changed.emit()

    def _on_judged(self, judged: Judged) -> None:
        fixed = self._asking.about
        if isinstance(fixed, Fixed) and len(judged.samples) == len(fixed.z):
            self._fixed, self._judged = fixed, judged
            self._explain()
            self.changed.emit()

    def _on_switched(self, on: bool) -> None:
        if not on:
            self.sorting.setChecked(False)
            self._forget_wishes()
        self.studio.look_at_scores(WHO, on and self._visible)
        self._ask(soon=True)
        self.changed.emit()

    def _on_sorting(self, on: bool) -> None:
        if on:
            self.switch.setChecked(True)
        self.changed.emit()

    def _explain(self) -> None:
        """The tooltip says what the numbers are, or why there are none."""
        judged, tip = self._judged, SHOW_TIP
        if judged is not None and judged.missing:
            tip = f"No scores: {NO_CRITIC}"
        elif judged is not None:
            tip += f" Shown is the {judged.scale.words}. {judged.scale.note}"
        self.switch.setToolTip(tip)


def _badges(judged: Judged, scores: np.ndarray) -> list[Badge]:
    clean = np.nan_to_num(scores)  # of a discriminator that went astray
    shares = (clean - clean.min()) / max(float(np.ptp(clean)), 1e-9)
    readings = (judged.scale.reading(float(score)) for score in scores)
    return [Badge(text, float(share)) for text, share in zip(readings, shares, strict=True)]


NO_CRITIC = "this run keeps no discriminator. Train one, or open a run with checkpoints."
