"""A line that says what a training will take of the memory, before it is begun."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.background import Background
from ganstudio.ui.studio import Studio

SETTLE_MS = 700  # a recipe is looked at when nothing was changed that long


class ForecastLine(QLabel):
    """Calm while it fits, a warning where it does not; nothing while it is not known.

    The forecast is made on a thread, and only while the line can be seen.

    Args:
        studio: says on which device.
        parent: where it stands.
    """

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._recipe: Recipe | None = None
        self._known: Recipe | None = None
        self.setWordWrap(True)
        theme.tone(self, "small")
        self._work = Background("forecast", self)
        self._work.done.connect(self._show)
        self._work.broken.connect(lambda error: self._clear())
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._ask)
        calm = self.sizePolicy()
        calm.setRetainSizeWhenHidden(True)  # or all below jumps as it comes and goes
        self.setSizePolicy(calm)
        self.hide()

    def follow(self, recipe: Recipe | None) -> None:
        """This would be trained; None while what is set up has faults."""
        self._recipe = recipe
        if recipe is None:
            self._settling.stop()
            self._clear()
        elif recipe != self._known and self._seen:
            self._settling.start()

    def look_again(self) -> None:
        """It may be seen now: forecast what was left while it was not."""
        self.follow(self._recipe)

    def close_down(self) -> None:
        """End the thread and the clock."""
        self._settling.stop()
        self._work.close()

    def _ask(self) -> None:
        if self._recipe is not None and self._seen and not self._studio.training:
            self._work.submit(partial(_forecast, self._recipe, self._studio.device))

    @property
    def _seen(self) -> bool:
        """Whether it would be seen, had it anything to say."""
        holder = self.parentWidget()
        return holder is not None and holder.isVisible()

    def _show(self, found: tuple[Recipe, m.Forecast]) -> None:
        recipe, forecast = found
        if recipe != self._recipe:
            return
        self._known = recipe
        self.setText(forecast.warning or f"Takes {forecast}.")
        theme.tone(self, "small" if forecast.fits else "warned")
        self.setMargin(0 if forecast.fits else theme.SPACE[2])
        self.show()

    def _clear(self) -> None:
        self._known = None
        self.hide()


def _forecast(recipe: Recipe, device: str) -> tuple[Recipe, m.Forecast]:
    from ganstudio.train.memory import forecast  # imports torch

    return recipe, forecast(recipe, device)
