"""What to train: the variant, the data set, their knobs, and how long."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QMenu,
    QScrollArea,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe import Basics, Recipe, RecipeError, misfit
from ganstudio.resources import resource
from ganstudio.samples import SampleSpec
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.about import about_html
from ganstudio.ui.card_list import CardList
from ganstudio.ui.cards import PictureCard, WideCard
from ganstudio.ui.catalogue import Card, Catalogue
from ganstudio.ui.data_cards import DataCards
from ganstudio.ui.files_found import FilesFound
from ganstudio.ui.fold import Fold
from ganstudio.ui.forecast_line import ForecastLine
from ganstudio.ui.form import Form
from ganstudio.ui.knobrow import Row
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.specs import Specs
from ganstudio.ui.studio import Studio

MOST_NAMED = 6  # variants in the tooltip of a data set that does not fit
LEAST_PX = 296
LOOKING = "Looking through your files…"
WAITING = "Loading torch…\nThe window is ready, the networks follow in a moment."


class SetupPanel(Panel):
    """Choose, set the knobs, press Train; while training, the live knobs act at once.

    Signals:
        recipeChanged: what Train would start is another now, or has faults now.
    """

    title = "Setup"
    area = "left"
    order = 10
    keys = (
        ("Up, Down, Home, End", "Through the cards"),
        ("Return", "Take the card; in the search, the first that is left"),
        ("Escape", "Empty the search"),
    )

    recipeChanged = Signal()  # noqa: N815

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.variant, self.data = Basics().variant, Basics().data
        self.variant_cards: dict[str, WideCard] = {}
        self.data_cards: dict[str, PictureCard] = {}
        self.forms: dict[str, Form] = {}
        self._kept: dict[tuple[str, str], dict[str, Any]] = {}
        self._able: dict[SampleSpec, list[str]] = {}
        self._noted: dict[str, Any] = {}  # what is set up, as it was noted last for Undo
        self.specs = Specs(studio, self)
        self.specs.found.connect(self._on_found)
        self.forecast = ForecastLine(studio, self)
        self.files = FilesFound(studio, self)
        self.data_sets: DataCards | None = None
        self.setMinimumWidth(LEAST_PX)
        self._stack = QStackedLayout(self)
        self._notice = Notice(WAITING)
        self._stack.addWidget(self._notice)
        self._connect()
        if studio.catalogue is not None:
            self._fill()

    # The recipe -----------------------------------------------------------------------------

    def recipe(self) -> Recipe:
        """What is set up now.

        Raises:
            RecipeError: with every fault at once.
        """
        if self.studio.catalogue is None:
            raise RecipeError([self._notice.text.split("\n")[0]])
        made = Recipe.from_dict(self._content(), self._hoped(self.data))
        lacking = [] if self.studio.training else self._missing() or self._unknown()
        if lacking:
            raise RecipeError(lacking)
        return made

    def set_recipe(self, recipe: Recipe) -> None:
        """Show another recipe, ready to be changed and started."""
        if not self.studio.training:
            self._show(recipe.to_dict())
            self._note("recipe")

    def release(self) -> None:
        """End the threads that look at data sets, follow the palette no longer."""
        self.studio.turns.clear()  # they lead to this panel
        theme.notifier.changed.disconnect(self._on_colours)
        self.specs.close()
        self.forecast.close_down()
        self.files.close_down()
        if self.data_sets is not None:
            self.data_sets.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Brought before its tab."""
        super().showEvent(event)
        self.forecast.look_again()
        self.files.look_again()

    # Building -------------------------------------------------------------------------------

    def _connect(self) -> None:
        studio = self.studio
        studio.catalogueReady.connect(self._fill)
        studio.catalogueFailed.connect(self._on_no_catalogue)
        studio.stateChanged.connect(self._on_state)
        studio.started.connect(lambda event: self._return_to(event.recipe))
        studio.knobWanted.connect(self._on_wanted)
        studio.tuned.connect(self._on_tuned)
        studio.refused.connect(self._on_refused)
        theme.notifier.changed.connect(self._on_colours)

    def _fill(self) -> None:
        catalogue = self._catalogue
        if self.variant not in catalogue.variants:
            self.variant = next(iter(catalogue.variants))
        if self.data not in catalogue.data:
            self.data = next(iter(catalogue.data))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.SPACE[3], theme.SPACE[2], theme.SPACE[3], theme.SPACE[3])
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self._make_start())
        self.fault_card, self.fault_text = _warning_card()
        column.addWidget(self.fault_card)
        column.addWidget(self.forecast)
        column.addWidget(_section("Variant"))
        self.variants = CardList(catalogue.variants.values(), "variant")
        self.variants.chosen.connect(self.choose_variant)
        self.variant_cards = self.variants.cards
        column.addWidget(self.variants)
        self._about_variant, self._variant_text = _about_fold()
        column.addWidget(self._about_variant)
        column.addWidget(_section("Data"))
        self.switched = QLabel()
        self.switched.setWordWrap(True)
        theme.tone(self.switched, "small")
        self.switched.hide()
        column.addWidget(self.switched)
        self.data_sets = DataCards(self.studio, catalogue.data.values())
        self.data_sets.chosen.connect(self.choose_data)
        self.data_cards = self.data_sets.cards
        column.addWidget(self.data_sets)
        self._about_data, self._data_text = _about_fold()
        column.addWidget(self._about_data)
        self._slots: dict[str, QVBoxLayout] = {}
        self._headings: dict[str, QLabel] = {}
        for name in ("gan", "dataset", "basics"):
            self._headings[name] = _section("")
            column.addWidget(self._headings[name])
            self._slots[name] = QVBoxLayout()
            column.addLayout(self._slots[name])
            if name == "dataset":
                column.addWidget(self.files)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(content)
        self._stack.addWidget(scroll)
        self._stack.setCurrentWidget(scroll)
        self._build_form("basics", "")
        latest = self.studio.recipe
        if latest is not None:  # begun before there was anything to show it in, or this one failed
            self._show(latest.to_dict())
        else:
            self._fit_data()
            self._show_choice()
        self._noted = self._content()

    def _make_start(self) -> QToolButton:
        """A menu of the recipes that ship with the program; hidden where there are none."""
        button = QToolButton()
        button.setText("Start from a recipe…")
        button.setToolTip("Recipes that come with the program")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.decorate(button, "list")
        menu = QMenu(button)
        for path in _presets():
            name = path.stem.replace("-", " ").replace("_", " ").capitalize()
            menu.addAction(name, partial(self._load_preset, path))
        button.setMenu(menu)
        button.setVisible(not menu.isEmpty())
        self.start = button
        return button

    def _build_form(self, name: str, key: str) -> None:
        """Put a fresh form into its place, with the values it had when it was last shown."""
        old = self.forms.pop(name, None)
        if old is not None:
            self._slots[name].removeWidget(old)
            old.hide()
            old.deleteLater()
        if name == "basics":
            form = Form(Basics, only=("seed", "kimg", "timeline_mb", "measure_kimg"))
            form.rows["seed"].put_beside(self._make_die())
            self._headings[name].setText("TRAINING")
        else:
            card = self._card(name, key)
            samples = self._hoped(self.data) if name == "gan" else None
            form = Form(card.config, defaults=card.suited.get(samples.kind if samples else "", {}))
            self._headings[name].setText(card.title.upper())
            self._headings[name].setVisible(bool(card.knobs))
        self.forms[name] = form
        self._slots[name].addWidget(form)
        form.changed.connect(self._on_changed)
        form.turned.connect(lambda knob: self._note(form.rows[knob].knob.title))
        if name == "gan":
            form.turned.connect(self._on_turned)
        if name == "dataset":
            form.turned.connect(self._picture_own)
        form.set_values(self._kept.get((name, key), {}))

    def _make_die(self) -> QToolButton:
        die = QToolButton()
        theme.decorate(die, "dice")
        theme.tone(die, "flat")
        die.setIconSize(QSize(16, 16))
        die.setToolTip("Roll another seed")
        die.setAccessibleName("Roll another seed")
        die.clicked.connect(self._roll)
        self.die = die
        return die

    # Choosing -------------------------------------------------------------------------------

    def choose_variant(self, key: str, *_: object) -> None:
        """Take a variant; the data set changes too if it does not fit, and that is said."""
        self._keep()
        before, self.variant = self.data, key
        why = self._misfit(before)
        self._fit_data()
        self._say_switched(before, why)
        self._show_choice()
        self._note("variant")

    def choose_data(self, key: str, *_: object) -> None:
        """Take a data set."""
        self._keep()
        self.switched.hide()
        self.data = key
        self.specs.forget(key)
        self._show_choice()
        self._note("data set")

    def _fit_data(self) -> None:
        """Take the data set that the variant is at its best on if it cannot take this one."""
        if self._misfit(self.data):
            wanted = [self._card("gan", self.variant).default_data, *self.data_cards]
            fitting = [key for key in wanted if key in self.data_cards and not self._misfit(key)]
            self.data = fitting[0] if fitting else self.data

    def _say_switched(self, before: str, why: str) -> None:
        switched = self.data != before
        self.switched.setVisible(switched)
        if switched:
            old, new = (self._card("dataset", key).title for key in (before, self.data))
            text = f"{new} instead of {old}: {why}."
            self.switched.setText(text)
            self.studio.noted.emit(m.Noted(text))

    def _show(self, content: dict[str, Any]) -> None:
        """Show a recipe in its nested form, as it is started or loaded."""
        if self.studio.catalogue is None:
            return
        self.switched.hide()
        self.variant, self.data = content["variant"], content["data"]
        self._kept["gan", self.variant] = dict(content["gan"])
        self._kept["dataset", self.data] = dict(content["dataset"])
        self.forms["basics"].set_values(content)
        self._show_choice()
        self._picture_own()

    def _show_choice(self) -> None:
        self._build_form("dataset", self.data)
        self._build_form("gan", self.variant)  # its defaults depend on the samples
        for name, text, fold in (
            ("gan", self._variant_text, self._about_variant),
            ("dataset", self._data_text, self._about_data),
        ):
            card = self._card(name, self.variant if name == "gan" else self.data)
            fold.set_title(f"About {card.title}")
            text.setText(about_html(card.about))
        self._lock()
        self._on_changed()

    def _keep(self) -> None:
        """Remember the knobs, for when their owner is chosen again."""
        self._kept["gan", self.variant] = self.forms["gan"].departures()
        self._kept["dataset", self.data] = self.forms["dataset"].values()

    def _load_preset(self, path: Path) -> None:
        try:
            self.set_recipe(Recipe.load(path))
        except (RecipeError, OSError) as error:
            self._show_faults(str(error).splitlines())

    def _roll(self) -> None:
        self.forms["basics"].set_values({"seed": random.randrange(100_000)})
        self._on_changed()
        self._note(self.forms["basics"].rows["seed"].knob.title)

    # Undo -----------------------------------------------------------------------------------

    def _content(self) -> dict[str, Any]:
        """All that is set up, as it stands, also where it has faults."""
        gan, dataset = (dict(self.forms[name].values()) for name in ("gan", "dataset"))
        chosen = {"variant": self.variant, "data": self.data, "gan": gan, "dataset": dataset}
        return {**chosen, **self.forms["basics"].values()}

    def _note(self, name: str) -> None:
        """The person changed something: let it be undone. Turned live knobs are noted elsewhere."""
        before, self._noted = self._noted, self._content()
        if before != self._noted and not self.studio.training:
            self.studio.turns.done(name, self._return_to, before, self._noted)

    def _return_to(self, content: dict[str, Any]) -> None:
        """Show this, and note nothing: it is what is in force, or what was undone."""
        self._show(content)
        if self.forms:
            self._noted = self._content()

    def _on_wanted(self, knob: str, value: Any) -> None:
        """Undo of a knob that was live, after the training."""
        if "gan" in self.forms:
            self.forms["gan"].set_values({knob: value})
            self._on_changed()
            self._noted = self._content()

    # Faults and what is greyed -----------------------------------------------------------------

    def _on_changed(self, *_: object) -> None:
        beside = sum(len(form.check()) for form in self.forms.values())
        lines: list[str] = []
        wanted: Recipe | None = None
        if not self.studio.training:
            blamed = self._blame()
            if not beside:
                try:
                    wanted = self.recipe()
                except RecipeError as error:
                    lines = [line for line in error.faults if line not in (*blamed, LOOKING)]
        self._show_faults(lines)
        self.forecast.follow(wanted)
        self.files.follow(wanted)
        self.recipeChanged.emit()

    def _missing(self) -> list[str]:
        """What the data set lacks under the knobs as they stand."""
        try:
            return self.studio.missing(self.data, self.forms["dataset"].values())
        except ValidationError:
            return []  # faults that are told beside the fields

    def _unknown(self) -> list[str]:
        """Says so while its files are still being looked through."""
        known = self.specs.known(self._card("dataset", self.data), self._values(self.data))
        return [LOOKING] if known is None else []

    def _blame(self) -> list[str]:
        """Say what is missing beside the path it concerns; returns what is told there."""
        form = self.forms["dataset"]
        paths = {name: row for name, row in form.rows.items() if row.knob.browse}
        lines = self._missing() if paths else []
        beside: dict[str, str] = {}
        for line in lines:
            name = next((name for name, row in paths.items() if _concerns(line, row)), "")
            name = name or next(iter(paths))
            said = line.partition(": ")[2] if line.startswith(f"{name} is ") else line
            beside[name] = f"{beside.get(name, '')}\n{said[:1].upper()}{said[1:]}.".strip()
        form.blame(beside)
        return lines

    def _show_faults(self, lines: list[str]) -> None:
        self.fault_text.setText("\n".join(lines))
        self.fault_card.setVisible(bool(lines))

    def _lock(self) -> None:
        """While training only live knobs can be changed; the rest is greyed, never hidden."""
        training = self.studio.training
        why = "Stop the training to choose another." if training else ""
        self.variants.mark(self.variant)
        for card in self.variant_cards.values():
            card.set_misfit(why)
        if self.data_sets is not None:
            self.data_sets.mark(
                self.data, lambda key: why or ("" if key == self.data else self._reason(key))
            )
        knobs = self._card("gan", self.variant).knobs
        live = [name for name, knob in knobs.items() if knob.live]
        self.forms["gan"].set_enabled_only(live if training else None)
        self.forms["dataset"].set_enabled_only(() if training else None)
        self.forms["basics"].set_enabled_only(() if training else None)
        self.die.setEnabled(not training)
        self.start.setEnabled(not training)

    def _values(self, data: str) -> dict[str, Any]:
        """The knobs of a data set as they stand, or as they were when it was last shown."""
        if data == self.data and "dataset" in self.forms:
            return self.forms["dataset"].values()
        return self._kept.get(("dataset", data), {})

    def _hoped(self, data: str) -> SampleSpec | None:
        """What the samples are, as far as is known; None while its knobs have faults."""
        try:
            return self.specs.hoped(self._card("dataset", data), self._values(data))
        except ValidationError:
            return None

    def _misfit(self, data: str) -> str:
        spec = self._hoped(data)
        return misfit(self.variant, spec) if spec is not None else ""

    def _reason(self, data: str) -> str:
        """Why the chosen variant cannot take a data set, and which ones can."""
        reason = self._misfit(data)
        if not reason:
            return ""
        able = self._takers(self._hoped(data))
        named = ", ".join(able[:MOST_NAMED])
        more = f" and {len(able) - MOST_NAMED} more" if len(able) > MOST_NAMED else ""
        return f"{reason}.\nThese can: {named}{more}" if able else f"{reason}."

    def _takers(self, spec: SampleSpec | None) -> list[str]:
        """Titles of the variants that can take such samples; asking all of them is slow."""
        if spec is None:
            return []
        if spec not in self._able:
            cards = self._catalogue.variants.values()
            self._able[spec] = [card.title for card in cards if not misfit(card.key, spec)]
        return self._able[spec]

    # What the studio says -----------------------------------------------------------------------

    def _on_state(self, state: str, text: str) -> None:
        if self.studio.catalogue is not None:
            self._lock()
            if state in ("idle", "finished", "failed"):
                self._on_changed()

    def _on_found(self) -> None:
        self._lock()
        self._on_changed()

    def _picture_own(self, *_: object) -> None:
        """Show the person's own files on their card."""
        own = any(knob.browse for knob in self._card("dataset", self.data).knobs.values())
        if own and self.data_sets is not None and self._hoped(self.data) is not None:
            self.data_sets.redraw(self.data, self._values(self.data))

    def _on_no_catalogue(self, reason: str) -> None:
        self._notice.say(f"Nothing can be trained: {reason}\nThe log has the details.")
        self.recipeChanged.emit()

    def _on_turned(self, name: str) -> None:
        if self.studio.training and self._card("gan", self.variant).knobs[name].live:
            self.studio.tune(name, self.forms["gan"].values()[name])

    def _on_tuned(self, event: m.Tuned) -> None:
        if "gan" in self.forms:
            self.forms["gan"].echo(event.knob, event.value)
            self._noted = self._content()

    def _on_refused(self, event: m.Refused) -> None:
        if isinstance(event.command, m.Tune) and "gan" in self.forms:
            knob, recipe = event.command.knob, self.studio.recipe
            running = getattr(recipe.gan, knob, None) if recipe is not None else None
            self.forms["gan"].refuse(knob, event.reason, running)

    def _on_colours(self) -> None:
        if self.forms:
            self._variant_text.setText(about_html(self._card("gan", self.variant).about))
            self._data_text.setText(about_html(self._card("dataset", self.data).about))

    @property
    def _catalogue(self) -> Catalogue:
        assert self.studio.catalogue is not None
        return self.studio.catalogue

    def _card(self, name: str, key: str) -> Card:
        return (self._catalogue.variants if name == "gan" else self._catalogue.data)[key]


def _concerns(line: str, row: Row) -> bool:
    """Whether this is said of a path: by its knob's name, or by where it leads."""
    path = str(row.value()).strip()
    return line.startswith(f"{row.knob.name} ") or (bool(path) and path in line)


def _presets() -> list[Path]:
    try:
        return sorted(resource("recipes").glob("*.toml"))
    except FileNotFoundError:
        return []


def _section(text: str) -> QLabel:
    label = QLabel(text.upper())
    theme.tone(label, "section")
    label.setContentsMargins(0, theme.SPACE[2], 0, 0)
    return label


def _about_fold() -> tuple[Fold, QLabel]:
    fold, text, card = Fold("About"), QLabel(), QFrame()
    theme.tone(card, "card")
    text.setWordWrap(True)
    text.setTextFormat(Qt.TextFormat.RichText)
    text.setOpenExternalLinks(True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    inside = QVBoxLayout(card)
    inside.setContentsMargins(theme.SPACE[3], theme.SPACE[2], theme.SPACE[3], theme.SPACE[2])
    inside.addWidget(text)
    fold.body.addWidget(card)
    return fold, text


def _warning_card() -> tuple[QFrame, QLabel]:
    card, text = QFrame(), QLabel()
    theme.tone(card, "warned")
    text.setWordWrap(True)
    inside = QVBoxLayout(card)
    inside.addWidget(text)
    card.hide()
    return card, text
