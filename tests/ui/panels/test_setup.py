from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from ganstudio.recipe import Recipe, RecipeError
from ganstudio.train import messages as m
from ganstudio.ui import data_cards, theme
from ganstudio.ui.about import about_html
from ganstudio.ui.catalogue import Catalogue
from ganstudio.ui.panels import setup
from ganstudio.ui.panels.base import RecipeSource
from ganstudio.ui.panels.setup import SetupPanel
from ganstudio.ui.studio import Studio
from ganstudio.ui.thumbnails import Thumbnail, Thumbnails, make, paint


@pytest.fixture
def studio(live_studio: Studio) -> Studio:
    """One that drains by itself: sessions run here."""
    return live_studio


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thumbnails are drawn."""
    monkeypatch.setattr(data_cards.Thumbnails, "draw", lambda self, keys: None)


@pytest.fixture
def panel(still: None, ready: Studio, qtbot: Any) -> Iterator[SetupPanel]:
    made = SetupPanel(ready)
    qtbot.addWidget(made)
    made.resize(340, 900)
    made.show()
    yield made
    made.release()


def click(qtbot: Any, card: Any) -> None:
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)


def test_before_torch_there_is_a_calm_word(studio: Studio, qtbot: Any) -> None:
    panel = SetupPanel(studio)
    qtbot.addWidget(panel)
    assert "Loading torch" in panel._stack.currentWidget().text  # type: ignore[attr-defined]
    with pytest.raises(RecipeError, match="Loading torch"):
        panel.recipe()
    panel.release()


def test_without_a_catalogue_it_says_so(studio: Studio, qtbot: Any) -> None:
    panel = SetupPanel(studio)
    qtbot.addWidget(panel)
    with qtbot.waitSignal(panel.recipeChanged):
        studio.catalogueFailed.emit("torch is broken")
    assert "torch is broken" in panel._stack.currentWidget().text  # type: ignore[attr-defined]
    with pytest.raises(RecipeError, match="torch is broken"):
        panel.recipe()
    panel.release()


def test_without_the_default_variant_the_first_one_is_taken(
    still: None, studio: Studio, catalogue: Any, qtbot: Any
) -> None:
    variants = {key: catalogue.variants[key] for key in ("gan3d",)}
    studio.catalogue = Catalogue(variants, catalogue.data)
    panel = SetupPanel(studio)
    qtbot.addWidget(panel)
    assert (panel.recipe().variant, panel.recipe().data) == ("gan3d", "furniture")
    panel.release()


def test_a_run_that_began_before_the_catalogue_is_shown(
    still: None, studio: Studio, catalogue: Any, engines: list, qtbot: Any
) -> None:
    panel = SetupPanel(studio)
    qtbot.addWidget(panel)
    studio.start(Recipe.make("dcgan", "mnist", {"batch": 8}), paused=True)
    qtbot.waitUntil(lambda: studio.state == "paused")
    studio.catalogue = catalogue
    studio.catalogueReady.emit()
    assert panel.data_cards["mnist"].isChecked()
    assert panel.forms["gan"].values()["batch"] == 8
    assert not panel.forms["gan"].rows["batch"].editor.isEnabled()
    panel.release()


def test_it_fills_once_the_catalogue_is_there(
    still: None, studio: Studio, catalogue: Any, qtbot: Any
) -> None:
    panel = SetupPanel(studio)
    qtbot.addWidget(panel)
    studio.catalogue = catalogue
    with qtbot.waitSignal(panel.recipeChanged):
        studio.catalogueReady.emit()
    assert set(panel.variant_cards) == set(catalogue.variants)
    assert set(panel.data_cards) == set(catalogue.data)
    panel.release()


def test_the_first_recipe_is_the_default_one(panel: SetupPanel) -> None:
    assert panel.recipe() == Recipe.make()
    assert isinstance(panel, RecipeSource)
    assert panel.variant_cards["dcgan"].isChecked()
    assert panel.data_cards["digits"].isChecked()


def test_every_variant_can_be_chosen_and_finds_data_that_fits(
    panel: SetupPanel, qtbot: Any
) -> None:
    for key, card in panel.variant_cards.items():
        click(qtbot, card)
        assert panel.recipe().variant == key
        assert panel.variant_cards[key].isChecked()
        assert sum(other.isChecked() for other in panel.variant_cards.values()) == 1


def test_what_does_not_fit_is_greyed_and_says_why(panel: SetupPanel) -> None:
    card = panel.data_cards["furniture"]
    assert not card.isEnabled()
    assert not card.isHidden()
    assert "dcgan takes image" in card.toolTip()
    assert "These can:" in card.toolTip()
    panel.choose_variant("gan3d")
    assert panel.data_cards["furniture"].isEnabled()
    assert panel.recipe().data == "furniture"


def test_knobs_are_remembered_while_others_are_chosen(panel: SetupPanel) -> None:
    panel.forms["gan"].set_values({"batch": 16})
    panel.choose_variant("wgan_gp")
    assert panel.recipe().gan.batch != 16  # type: ignore[attr-defined]
    panel.choose_variant("dcgan")
    assert panel.recipe().gan.batch == 16  # type: ignore[attr-defined]


def test_defaults_follow_the_kind_of_samples_and_what_was_turned_stays(panel: SetupPanel) -> None:
    panel.choose_variant("hinge")
    panel.forms["gan"].set_values({"z_dim": 12})
    panel.choose_data("furniture")
    assert panel.recipe().gan == Recipe.make("hinge", "furniture", {"z_dim": 12}).gan
    assert panel.recipe().gan.width == 16
    panel.forms["gan"].rows["width"].set_value(24)
    panel.forms["gan"].rows["width"].reset.click()
    assert panel.recipe().gan.width == 16
    panel.choose_data("digits")
    assert panel.recipe().gan == Recipe.make("hinge", "digits", {"z_dim": 12}).gan


def test_faults_are_told_beside_the_fields_and_to_the_window(panel: SetupPanel, qtbot: Any) -> None:
    with qtbot.waitSignal(panel.recipeChanged):
        editor = panel.forms["gan"].rows["batch"].editor
        editor.lineEdit().selectAll()
        qtbot.keyClicks(editor.lineEdit(), "1")
    assert panel.forms["gan"].rows["batch"].fault.isVisible()
    panel.forms["basics"].set_values({"kimg": "long"})
    with pytest.raises(RecipeError) as caught:
        panel.recipe()
    assert len(caught.value.faults) == 2


def test_faults_of_no_single_field_stand_on_top(panel: SetupPanel) -> None:
    panel.choose_variant("gan")
    panel.choose_data("points")
    if "conditional" not in panel.forms["gan"].rows:
        pytest.skip("no variant with a choice of conditions")
    panel.forms["gan"].set_values({"conditional": True})
    panel._on_changed()
    assert panel.fault_card.isVisible()
    assert "classes" in panel.fault_text.text()
    panel.forms["gan"].set_values({"conditional": False})
    panel._on_changed()
    assert not panel.fault_card.isVisible()


def test_the_die_rolls_another_seed(panel: SetupPanel, qtbot: Any) -> None:
    before = panel.recipe().basics.seed
    with qtbot.waitSignal(panel.recipeChanged):
        panel.die.click()
    assert panel.recipe().basics.seed != before


def test_a_recipe_is_shown_whole(panel: SetupPanel) -> None:
    recipe = Recipe.make("wgan_gp", "points", {"batch": 32, "shape": "moons"}, seed=7, kimg=12.0)
    panel.set_recipe(recipe)
    assert panel.recipe() == recipe


def test_shipped_recipes_are_offered(
    still: None, ready: Studio, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Recipe.make("gan", "points", {"batch": 128}, kimg=20.0)
    path = tmp_path / "first-steps.toml"
    path.write_text(wanted.to_toml())
    (tmp_path / "wrong.toml").write_text('variant = "nothing"')
    monkeypatch.setattr(setup, "_presets", lambda: [path, tmp_path / "wrong.toml"])
    panel = SetupPanel(ready)
    qtbot.addWidget(panel)
    first, wrong = panel.start.menu().actions()
    assert first.text() == "First steps"
    first.trigger()
    assert panel.recipe() == wanted
    wrong.trigger()
    assert "no variant 'nothing'" in panel.fault_text.text()
    assert panel.recipe() == wanted
    panel.release()


def test_while_training_the_running_recipe_shows_and_live_knobs_act(
    panel: SetupPanel, ready: Studio, engines: list, qtbot: Any
) -> None:
    ready.start(Recipe.make("dcgan", "digits", {"batch": 8}), paused=True)
    qtbot.waitUntil(lambda: ready.state == "paused")
    gan = panel.forms["gan"]
    assert gan.values()["batch"] == 8
    assert gan.rows["d_lr"].editor.isEnabled()
    assert not gan.rows["batch"].editor.isEnabled()
    assert not panel.forms["basics"].rows["seed"].editor.isEnabled()
    assert not panel.data_cards["mnist"].isEnabled()
    assert "Stop the training" in panel.variant_cards["gan"].toolTip()
    editor = gan.rows["d_lr"].editor
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor.lineEdit(), "0.01")
    qtbot.waitUntil(lambda: engines[0].tuned == [("d_lr", 0.01)])
    qtbot.waitUntil(lambda: ready.recipe is not None and ready.recipe.gan.d_lr == 0.01)  # type: ignore[attr-defined]
    ready.stop()
    qtbot.waitUntil(lambda: not ready.training)
    assert gan.rows["batch"].editor.isEnabled()
    assert panel.variant_cards["gan"].isEnabled()


def test_a_refused_change_is_told_beside_its_knob(
    panel: SetupPanel, ready: Studio, engines: list, qtbot: Any
) -> None:
    ready.start(Recipe.make(), paused=True)
    qtbot.waitUntil(lambda: ready.state == "paused")
    editor = panel.forms["gan"].rows["g_lr"].editor
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor.lineEdit(), "0.125")
    row = panel.forms["gan"].rows["g_lr"]
    qtbot.waitUntil(lambda: "not welcome" in row.fault.text())
    assert row.value() == 2e-4, "it shows what is trained with"
    ready.tuned.emit(m.Tuned("d_lr", 0.003, 2e-4, 64))
    assert "not welcome" in row.fault.text()
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor.lineEdit(), "0.001")
    assert row.fault.text() == ""


def test_a_knob_tuned_elsewhere_is_shown(panel: SetupPanel, ready: Studio) -> None:
    ready.tuned.emit(m.Tuned("g_lr", 0.003, 2e-4, 64))
    assert panel.forms["gan"].values()["g_lr"] == 0.003


def test_thumbnails_arrive_from_their_thread(ready: Studio, qtbot: Any) -> None:
    panel = SetupPanel(ready)
    qtbot.addWidget(panel)
    qtbot.waitUntil(
        lambda: {"digits", "points"} <= set(panel.data_sets._drawn),  # type: ignore[union-attr]
        timeout=20_000,
    )
    assert panel.data_cards["digits"]._picture is not None
    panel.release()


def test_thumbnails_asked_for_again_lose_no_other_and_a_broken_one_answers(
    studio: Studio, qtbot: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    gate = threading.Event()

    def drawn(studio: Studio, key: str, values: Any) -> Thumbnail:
        gate.wait()
        if key == "b":
            raise OSError("unreadable")
        return Thumbnail(key, "points", np.zeros((1, 2), np.float32))

    monkeypatch.setattr("ganstudio.ui.thumbnails.make", drawn)
    heard: list[Thumbnail] = []
    thumbnails = Thumbnails(studio, studio)
    thumbnails.drawn.connect(heard.append)
    thumbnails.draw(["a", "b", "c", "d"])
    thumbnails.draw(["d", *thumbnails.in_hand])
    gate.set()
    qtbot.waitUntil(lambda: len(heard) == 5)
    assert [made.key for made in heard] == ["a", "d", "a", "b", "c"]
    assert [made.tiles is None for made in heard] == [False, False, False, True, False]
    thumbnails.close()
    caplog.clear()


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_thumbnails_of_every_kind_are_drawn(
    ready: Studio, qapp: Any, mode: theme.Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.apply(qapp, mode)
    for key in ("digits", "points"):
        image = paint(make(ready, key), size_px=96).toImage()
        shades = {image.pixel(x, y) for x in range(0, 96, 3) for y in range(0, 96, 3)}
        assert len(shades) > 3, key
    monkeypatch.setattr(
        "ganstudio.ui.thumbnails.draw_solids",
        lambda solids, size, colours: np.full((len(solids), size, size, 3), 200, np.uint8),
    )
    assert make(ready, "furniture").kind == "voxels"
    empty = paint(Thumbnail("mnist", "image", None), size_px=96).toImage()
    assert len({empty.pixel(x, 48) for x in range(96)}) > 1, "a mark for what is not there yet"
    theme.apply(qapp, "dark")


def test_about_texts_are_laid_out(qapp: Any) -> None:
    text = "A lead.\n\n    D:  x < y,  G:  z\n\nSource: A et al. 2014, arXiv:1406.2661, Eq. 1."
    rich = about_html(text)
    assert "x &lt; y" in rich
    assert "monospace" in rich
    assert "href='https://arxiv.org/abs/1406.2661'" in rich


def test_about_shows_the_chosen_card(panel: SetupPanel, catalogue: Any) -> None:
    panel.choose_variant("wgan_gp")
    assert panel._about_variant.header.text() == "About WGAN-GP"
    assert "arxiv.org" in panel._variant_text.text()


def title_of(catalogue: Any, room: str, key: str) -> str:
    title: str = getattr(catalogue, room)[key].title
    return title


def test_another_data_set_is_taken_where_needed_and_that_is_said(
    panel: SetupPanel, ready: Studio, catalogue: Any
) -> None:
    notes: list[m.Noted] = []
    ready.noted.connect(notes.append)
    panel.choose_variant("gan3d")
    assert panel.data == catalogue.variants["gan3d"].default_data == "furniture"
    old, new = (title_of(catalogue, "data", key) for key in ("digits", "furniture"))
    assert panel.switched.text().startswith(f"{new} instead of {old}: gan3d takes voxels")
    assert panel.switched.isVisible()
    assert notes[-1].text == panel.switched.text()
    panel.choose_variant("gan3d")
    assert not panel.switched.isVisible(), "nothing was switched this time"
    panel.choose_variant("dcgan")
    assert panel.switched.isVisible()
    panel.choose_data("digits")
    assert not panel.switched.isVisible()


def test_a_missing_condition_is_a_reason_too(
    panel: SetupPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "dcgan needs a source picture for each sample, and there are none here"
    monkeypatch.setattr(
        setup, "misfit", lambda variant, spec: reason if spec.kind == "points" else ""
    )  # fmt: skip
    panel._able.clear()
    panel._lock()
    card = panel.data_cards["points"]
    assert not card.isEnabled()
    assert card.toolTip() == f"{reason}."


def test_what_the_data_lacks_stops_the_start_and_is_said_beside_its_path(
    panel: SetupPanel, ready: Studio, catalogue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = ["There is no such folder."]
    monkeypatch.setattr(ready, "missing", lambda data, knobs=None: lacking)
    panel._on_changed()
    assert panel.fault_card.isVisible(), "digits have no path that could be blamed"
    with pytest.raises(RecipeError, match="no such folder"):
        panel.recipe()
    lacking[:] = ["folder is empty: choose the folder that holds your pictures"]
    panel.choose_data("image_folder")
    row = panel.forms["dataset"].rows["folder"]
    assert row.fault.text() == "Choose the folder that holds your pictures."
    assert not panel.fault_card.isVisible(), "it is said once"
    with pytest.raises(RecipeError, match="folder is empty"):
        panel.recipe()
    panel.choose_data("digits")
    lacking.clear()
    panel._on_changed()
    assert not panel.fault_card.isVisible()
    assert panel.recipe().data == "digits"


def test_of_two_paths_the_right_one_is_blamed(
    panel: SetupPanel, qtbot: Any, tmp_path: Path
) -> None:
    panel.choose_variant("cyclegan")
    panel.choose_data("unpaired_folders")
    rows = panel.forms["dataset"].rows
    assert rows["folder"].fault.text().startswith("Choose the folder")
    assert rows["source_folder"].fault.text().startswith("Choose the folder")
    rows["folder"].editor.setText(str(tmp_path))
    assert rows["folder"].fault.text() == ""
    rows["source_folder"].editor.setText("/nowhere/at/all")
    assert rows["source_folder"].fault.text().startswith("/nowhere/at/all is no folder")
    assert rows["folder"].fault.text() == ""
    assert not panel.fault_card.isVisible()
    rows["source_folder"].editor.setText(str(tmp_path))
    assert rows["source_folder"].fault.text() == ""
    with qtbot.waitSignal(panel.specs.found):
        pass
    assert panel.recipe().data == "unpaired_folders"


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Every look into a folder of pictures: which, and whether the window waited for it."""
    from ganstudio.data import image_folder

    seen: list[tuple[str, bool]] = []
    look = image_folder._folder.class_folders

    def watched(folder: Path) -> tuple[str, ...]:
        seen.append((str(folder), threading.current_thread() is threading.main_thread()))
        return look(folder)

    monkeypatch.setattr(image_folder._folder, "class_folders", watched)
    return seen


def make_pictures(folder: Path, *classes: str) -> Path:
    for shade, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for i in range(9):
            Image.new("RGB", (8, 8), (90 * shade, 10 * i, 200)).save(folder / name / f"{i}.png")
    return folder


def type_folder(panel: SetupPanel, qtbot: Any, folder: Path) -> None:
    with qtbot.waitSignal(panel.specs.found):
        panel.forms["dataset"].rows["folder"].editor.setText(str(folder))


def test_a_folder_is_looked_through_off_the_windows_thread_when_typing_pauses(
    panel: SetupPanel, looks: list, qtbot: Any, tmp_path: Path
) -> None:
    folder = make_pictures(tmp_path / "own", "cats", "dogs")
    panel.choose_data("image_folder")
    with pytest.raises(RecipeError, match="folder is empty"):
        panel.recipe()
    editor = panel.forms["dataset"].rows["folder"].editor
    with qtbot.waitSignal(panel.specs.found):
        for end in range(1, len(str(folder)) + 1):
            editor.setText(str(folder)[:end])
        with pytest.raises(RecipeError, match="Looking"):
            panel.recipe()
        assert not panel.fault_card.isVisible(), "that is no fault"
        assert looks == []
    assert panel.recipe().spec.condition.names == ("cats", "dogs")
    panel.recipe()
    assert looks == [(str(folder), False)]


def test_a_folder_with_classes_stays_when_a_variant_needs_them(
    panel: SetupPanel, qtbot: Any, tmp_path: Path
) -> None:
    panel.choose_variant("cgan")
    assert panel.data_cards["image_folder"].isEnabled(), "any folder may hold classes"
    assert not panel.data_cards["captioned_folder"].isEnabled()
    panel.choose_data("image_folder")
    type_folder(panel, qtbot, make_pictures(tmp_path / "two", "cats", "dogs"))
    panel.choose_variant("dcgan")
    panel.choose_variant("cgan")
    assert panel.recipe().data == "image_folder"
    panel.choose_data("digits")
    assert panel.data_cards["image_folder"].isEnabled()
    panel.choose_data("image_folder")
    type_folder(panel, qtbot, make_pictures(tmp_path / "one", "cats"))
    assert "needs classes" in panel.fault_text.text()
    panel.choose_data("digits")
    assert not panel.data_cards["image_folder"].isEnabled(), "this one holds none"


def test_a_folder_that_cannot_be_looked_at_is_told(
    panel: SetupPanel, ready: Studio, qtbot: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, caplog: Any,
) -> None:  # fmt: skip
    from ganstudio.data import image_folder

    def broken(folder: Path) -> tuple[str, ...]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(image_folder._folder, "class_folders", broken)
    panel.choose_data("image_folder")
    with qtbot.waitSignal(ready.noted) as noted:
        panel.forms["dataset"].rows["folder"].editor.setText(str(tmp_path))
    assert "the disk is gone" in noted.args[0].text
    assert panel.recipe().data == "image_folder"
    caplog.clear()


def test_own_pictures_are_shown_on_their_card(ready: Studio, qtbot: Any, tmp_path: Path) -> None:
    panel = SetupPanel(ready)
    qtbot.addWidget(panel)
    panel.choose_data("image_folder")
    panel.forms["dataset"].rows["folder"].editor.setText(
        str(make_pictures(tmp_path / "own", "cats"))
    )
    drawn = panel.data_sets._drawn  # type: ignore[union-attr]
    qtbot.waitUntil(
        lambda: "image_folder" in drawn and drawn["image_folder"].tiles is not None,
        timeout=30_000,
    )
    tiles = drawn["image_folder"].tiles
    assert tiles is not None
    assert sorted(tiles[:, 0, 0, 1].tolist()) == [10 * i for i in range(9)]
    panel.release()


@pytest.mark.parametrize("filled", [True, False])
def test_released_it_no_longer_follows_the_palette(
    still: None, studio: Studio, catalogue: Any, qtbot: Any, qapp: Any, filled: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    heard: list[str] = []
    monkeypatch.setattr(SetupPanel, "_on_colours", lambda self: heard.append("panel"))
    monkeypatch.setattr(data_cards.DataCards, "_on_colours", lambda self: heard.append("cards"))
    if filled:
        studio.catalogue = catalogue
    panel = SetupPanel(studio)
    qtbot.addWidget(panel)
    theme.notifier.changed.emit()
    assert sorted(heard) == ["cards", "panel"] if filled else ["panel"]
    panel.release()
    heard.clear()
    theme.notifier.changed.emit()
    assert heard == []


# Undo


def settle(panel: SetupPanel, name: str, knob: str, value: float) -> None:
    """As if it was typed, and the typing had paused."""
    form = panel.forms[name]
    form.rows[knob].set_value(value)
    form.rows[knob]._on_edit()
    form._settling.stop()
    form._settle()


def test_a_turned_knob_is_undone_and_redone(panel: SetupPanel, ready: Studio) -> None:
    before = panel.recipe()
    settle(panel, "gan", "d_lr", 0.001)
    settle(panel, "basics", "kimg", 77)
    after = panel.recipe()
    turns = ready.turns
    title = panel.forms["basics"].rows["kimg"].knob.title
    assert turns.undoText() == title
    turns.undo()
    assert turns.redoText() == title
    turns.undo()
    assert panel.recipe() == before
    assert not turns.canUndo()
    turns.redo()
    turns.redo()
    assert panel.recipe() == after


def test_a_choice_is_undone_with_the_knobs_that_stood_there(
    panel: SetupPanel, ready: Studio
) -> None:
    settle(panel, "gan", "d_lr", 0.001)
    before = panel.recipe()
    panel.choose_variant("gan3d")  # takes another data set with it
    assert ready.turns.undoText() == "variant"
    ready.turns.undo()
    assert panel.recipe() == before
    panel.set_recipe(Recipe.make("wgan", "points"))
    assert ready.turns.undoText() == "recipe"
    assert not ready.turns.canRedo()
    ready.turns.undo()
    assert panel.recipe() == before


def test_what_did_not_change_is_no_turn(panel: SetupPanel, ready: Studio) -> None:
    row = panel.forms["gan"].rows["d_lr"]
    settle(panel, "gan", "d_lr", row.value())
    panel.set_recipe(panel.recipe())
    assert not ready.turns.canUndo()


def test_a_knob_turned_while_training_is_undone_after_it_too(
    panel: SetupPanel, ready: Studio, engines: list[Any], qtbot: Any
) -> None:
    settle(panel, "basics", "kimg", 77)
    ready.start(panel.recipe(), paused=True)
    qtbot.waitUntil(lambda: ready.state == "paused", timeout=30_000)
    assert not ready.turns.canUndo(), "what was set up before is no longer to be had"
    settle(panel, "gan", "d_lr", 0.25)
    qtbot.waitUntil(lambda: ready.turns.canUndo(), timeout=30_000)
    assert ready.turns.undoText() == "d lr"
    ready.stop()
    qtbot.waitUntil(lambda: ready.state == "finished", timeout=30_000)
    assert panel.recipe().gan.d_lr == 0.25
    ready.turns.undo()
    assert panel.recipe().gan.d_lr == 0.0  # what the fake engine says that it was
    ready.turns.redo()
    assert panel.recipe().gan.d_lr == 0.25


# Trying again


def test_a_panel_that_took_the_place_of_another_shows_what_was_set_up_last(
    still: None, ready: Studio, qtbot: Any
) -> None:
    failed = SetupPanel(ready)
    qtbot.addWidget(failed)
    settle(failed, "gan", "d_lr", 0.001)
    assert ready.turns.canUndo()
    failed.release()
    assert not ready.turns.canUndo(), "it would lead to a panel that is gone"
    ready.recipe = Recipe.make("wgan", "points", {"width": 64})
    panel = SetupPanel(ready)
    qtbot.addWidget(panel)
    assert panel.recipe() == ready.recipe
    panel.release()


def test_a_panel_that_is_brought_up_is_forecast(still: None, ready: Studio, qtbot: Any) -> None:
    made = SetupPanel(ready)
    qtbot.addWidget(made)
    settling = made.forecast._settling
    assert not settling.isActive()
    made.show()
    assert settling.isActive()
    made.release()
