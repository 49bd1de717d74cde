"""What a panel is: a widget that knows the studio and says where it wants to stand."""

from __future__ import annotations

from typing import ClassVar, Literal, Protocol, runtime_checkable

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.ui.page import Page
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
        keys: its keys as people read them, each with what it does, for the list of shortcuts.
        meanwhile: for a panel that takes long to build, what stands in its place until it is
            there, a moment after the window's first picture. Empty: built before that if seen.

    Signals:
        called: something was handed to it that the person will want to see: bring it to the front.
    """

    called = Signal()

    title: ClassVar[str]
    area: ClassVar[Literal["left", "centre", "right", "bottom"]] = "right"
    order: ClassVar[int] = 50
    stage: ClassVar[tuple[str, ...]] = ()
    stretch: ClassVar[int] = 1
    explains: ClassVar[bool] = False
    keys: ClassVar[tuple[tuple[str, str], ...]] = ()
    meanwhile: ClassVar[str] = ""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio

    def release(self) -> None:
        """Called once before the window goes: stop timers, free what Qt does not own."""


class ModelPanel(Panel):
    """A panel that does something with the model of the moment, and says why it cannot.

    A subclass fills ``self.page.column``, then calls ``listen``.

    Attributes:
        empty: what it says while there is no model.
        noiseless: what it says of a model that takes no noise.
        model: the model of the moment; None before there is one.
        page: all that is seen.
    """

    empty: ClassVar[str]
    noiseless: ClassVar[str]
    scrolled: ClassVar[bool] = False

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.model: m.Model | None = None
        self.page = Page(self, self.empty, self.scrolled)

    def listen(self) -> None:
        """Hear of models from now on, first of the one there is."""
        self.studio.modelReady.connect(self._on_model)
        model = self.studio.model
        if model is not None:
            source, examples = self.studio.model_source, self.studio.examples
            self._on_model(m.ModelReady(source, 0, model, examples))

    def take_model(self, event: m.ModelReady) -> None:
        """Serve another model from now on."""

    def take_weights(self, event: m.ModelReady) -> None:
        """The same model has newer weights, or is from another run."""

    def why_empty(self) -> str:
        """The sentence that stands where there is nothing to see; empty if there is."""
        if self.model is None:
            return self.empty
        return "" if self.model.z_dim else self.noiseless

    def warn(self, text: str) -> None:
        """Tell the person of something that was not done."""
        self.studio.noted.emit(m.Noted(text, "warning"))

    def _on_model(self, event: m.ModelReady) -> None:
        known, self.model = self.model, event.model
        self.page.say(self.why_empty())
        if event.model != known:
            self.take_model(event)
        else:
            self.take_weights(event)


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
