"""What a panel is: a widget that knows the studio and says where it wants to stand."""

from __future__ import annotations

from typing import ClassVar, Literal, Protocol, runtime_checkable

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from ganstudio.recipe import Recipe
from ganstudio.ui.studio import Studio


class Panel(QWidget):
    """One docked part of the window: subclass it in a file of its own under ``ui/panels/``.

    Attributes:
        title: on its tab.
        area: where it stands at first; the user may move it.
        order: its place among the panels of that area, smallest first.
        stage: for panels of the centre, the kinds of samples it shows; the window raises the
            first that fits when a model of that kind appears. Empty: never raised by itself.
        stretch: its share of the area against its neighbours.
        explains: whether it shows failures in full; "Show log" of the banner leads there.
    """

    title: ClassVar[str]
    area: ClassVar[Literal["left", "centre", "right", "bottom"]] = "right"
    order: ClassVar[int] = 50
    stage: ClassVar[tuple[str, ...]] = ()
    stretch: ClassVar[int] = 1
    explains: ClassVar[bool] = False

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio

    def release(self) -> None:
        """Called once before the window goes: stop timers, free what Qt does not own."""


@runtime_checkable
class RecipeSource(Protocol):
    """A panel that says what Train shall start; the window asks whoever offers this."""

    recipeChanged: SignalInstance  # noqa: N815

    def recipe(self) -> Recipe:
        """What is set up now.

        Raises:
            RecipeError: with every fault at once.
        """

    def set_recipe(self, recipe: Recipe) -> None:
        """Show another recipe, ready to be changed and started."""


BASE = Panel
