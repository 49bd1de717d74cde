"""The Latent panel with the banks, films and styles that belong to it."""

import time
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu

from ganstudio.latent import bank as shelf
from ganstudio.latent.bank import Bank
from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import banks
from ganstudio.ui.film import FRAMES
from ganstudio.ui.panels.latent import LatentPanel


@pytest.fixture
def errands(quiet, monkeypatch):
    """What the workshop is asked for, without one."""
    asked = []

    def work(task, tag="", **arguments):
        asked.append((task, arguments))
        return len(asked)

    monkeypatch.setattr(quiet, "work", work)
    monkeypatch.setattr(quiet, "cancel", lambda ticket: asked.append(("cancel", ticket)))
    return asked


@pytest.fixture
def run(quiet, tmp_path):
    quiet.run_folder = tmp_path / "run"
    quiet.run_folder.mkdir()
    return quiet.run_folder


@pytest.fixture
def panel(shown, errands, run):
    panel = shown(LatentPanel)
    panel.resize(320, 900)
    return panel


def bank(dims=32, count=3, space="z", seed=0, name="Component"):
    ways = np.linalg.qr(np.random.default_rng(seed).standard_normal((dims, count)))[0].T
    names = tuple(f"{name} {i + 1}" for i in range(count))
    return Bank(space, names, ways.astype(np.float32), np.full(count, 2, np.float32))


def choose(panel, source):
    box = panel._ways.bank
    box.sources.setCurrentIndex(box.sources.findData(source))
    box.sources.activated.emit(box.sources.currentIndex())


def finish(quiet, ticket, result, task="directions"):
    quiet.done.emit(m.Done(ticket, task, result, "live", 20_000, 1.5))


def test_a_bank_is_computed_in_the_background_walked_and_kept(panel, quiet, errands, run):
    quiet.offer()
    z = panel.point.z
    choose(panel, "pca")
    assert errands == [("directions", {"method": "pca", "count": 12, "space": None})]
    box = panel._ways.bank
    assert box.bar.isVisible()
    quiet.progressed.emit(m.Progressed(1, "directions", 0.5, "Reading features"))
    assert (box.bar.value(), box.note.text()) == (50, "Reading features")
    found = bank()
    finish(quiet, 1, found)
    assert not box.bar.isVisible()
    assert box.note.text() == "Found at 20.0 kimg in 1.5 s"
    assert [row.name for row in panel._ways.sliders] == list(found.names)
    np.testing.assert_allclose(panel.point.z, z, atol=1e-6)
    panel._ways.sliders[1].slider.setValue(200)
    np.testing.assert_allclose(panel.point.z - z, 2 * found.ways[1], atol=1e-5)
    assert list(shelf.kept(run)) == ["pca (z)"]
    choose(panel, "random")
    choose(panel, "pca")
    assert len(errands) == 1, "kept directions are not computed again"
    assert panel.point.walk.names == found.names


def test_a_bank_that_cannot_be_had_says_why(panel, quiet, errands):
    quiet.offer()
    choose(panel, "sefa")
    quiet.dropped.emit(m.Dropped(1, "directions", "this model has no first weights"))
    box = panel._ways.bank
    assert box.note.text() == "this model has no first weights"
    assert box.source == "random"
    assert not box.bar.isVisible()


def test_computing_can_be_stopped(panel, quiet, errands):
    quiet.offer()
    choose(panel, "pca")
    panel._ways.bank.cancel.click()
    assert errands[-1] == ("cancel", 1)
    finish(quiet, 1, bank())
    assert panel.point.walk.names[0] == "Direction 1", "what comes too late is left"
    box = panel._ways.bank
    assert box.source == "random", "the sliders still lead along these"
    assert (box.note.text(), box.note.isVisible()) == ("", False)


def test_classes_are_found_again_after_a_look_at_w(panel, quiet):
    quiet.offer(classes=("cat", "dog", "eel"), w_dim=24, layers=6)
    choose(panel, "classes")
    finish(quiet, 1, bank(3, 3, "classes"))
    for wanted in ("w", "z"):
        panel._ways.bank.space.choose(wanted)
    assert panel.point.space == "classes"
    assert panel._ways.bank.source == "classes"


@pytest.mark.parametrize("stopped", [True, False])
def test_names_belong_to_the_directions_that_are_walked(panel, quiet, errands, run, stopped):
    quiet.offer()
    choose(panel, "pca")
    if stopped:
        panel._ways.bank.cancel.click()
    panel._ways.sliders[0].renamed.emit("a smile")
    (path,) = shelf.kept(run).values()
    assert path.stem == "random (z)"
    assert shelf.load(path).origin == "random"


def test_random_directions_lead_through_few_dimensions_too(panel, quiet):
    quiet.offer(z_dim=8)
    z = panel.point.z
    choose(panel, "random")
    assert not panel.point.axes
    assert panel.point.walk.names[0] == "Direction 1"
    np.testing.assert_allclose(panel.point.z, z, atol=1e-6)


def test_random_directions_after_classes_lead_through_the_noise(panel, quiet):
    quiet.offer(classes=("cat", "dog", "eel"))
    choose(panel, "classes")
    finish(quiet, 1, bank(3, 3, "classes"))
    assert panel.point.space == "classes"
    choose(panel, "random")
    assert panel.point.space == "z"
    assert [row.name for row in panel._ways.sliders][:2] == ["Direction 1", "Direction 2"]


def test_nothing_is_kept_in_a_run_that_is_gone(panel, quiet, run):
    quiet.offer()
    run.rmdir()
    told = []
    quiet.noted.connect(told.append)
    panel._ways.sliders[0].renamed.emit("a smile")
    assert (told[0].level, told[0].text) == (
        "warning", "Directions not kept: the run run is gone."
    )  # fmt: skip
    assert not run.exists()


def test_names_are_kept_and_used_when_the_run_is_opened_again(panel, quiet, errands, run):
    quiet.offer()
    choose(panel, "pca")
    finish(quiet, 1, bank())
    panel._ways.sliders[1].renamed.emit("a smile")
    assert panel.point.walk.names[1] == "a smile"
    panel._ways.bank.renew.click()
    finish(quiet, 2, bank())
    assert panel.point.walk.names == ("Component 1", "a smile", "Component 3")
    quiet.offer("points", z_dim=2)
    assert panel.point.walk.names == ("z 1", "z 2")
    quiet.offer()
    assert panel._ways.bank.source == "pca"
    assert panel.point.walk.names == ("Component 1", "a smile", "Component 3")


def test_axes_can_be_named_too(panel, quiet, run):
    quiet.offer("points", z_dim=2)
    panel._ways.sliders[0].renamed.emit("left")
    quiet.offer(z_dim=16)
    quiet.offer("points", z_dim=2)
    assert panel.point.walk.names == ("left", "z 2")
    assert panel.point.axes


def test_own_directions_are_collected(panel, quiet, errands, run):
    quiet.offer()
    choose(panel, "pca")
    finish(quiet, 1, bank())
    panel._ways.sliders[2].kept.emit()
    panel._ways.sliders[0].kept.emit()
    choose(panel, "My directions")
    assert panel.point.walk.names == ("Component 3", "Component 1")
    np.testing.assert_allclose(np.linalg.norm(panel.point.walk.ways, axis=1), [2, 2], rtol=1e-5)


def test_own_directions_of_two_windows_are_all_kept(panel, quiet, errands, run):
    quiet.offer()
    choose(panel, "pca")
    finish(quiet, 1, bank())
    panel._ways.sliders[0].kept.emit()
    (name,) = [name for name in shelf.kept(run) if name.startswith("My")]
    choose(panel, name)
    ours = shelf.load(shelf.kept(run)[name])
    shelf.save(run, name, ours.with_ways_of(bank().only([1])))  # by another window
    panel._ways.sliders[0].renamed.emit("a smile")
    assert shelf.load(shelf.kept(run)[name]).names == ("a smile", "Component 2")
    panel._ways.sliders[0].kept.emit()
    assert len(shelf.load(shelf.kept(run)[name])) == 3


def test_named_random_directions_go_to_the_trash_when_others_are_wanted(
    panel, quiet, run, monkeypatch
):
    thrown = []
    monkeypatch.setattr(banks, "send2trash", thrown.append)
    quiet.offer()
    panel._ways.sliders[0].renamed.emit("a smile")
    (path,) = shelf.kept(run).values()
    panel._ways.bank.renewWanted.emit()
    assert thrown == [str(path)]


def test_groups_come_from_marked_tiles(panel, quiet, errands):
    quiet.offer()
    box = panel._ways.bank
    row = box.sources.findData("groups")
    assert not box.sources.model().item(row).isEnabled()
    one, other = Stand(np.zeros(32, np.float32)), Stand(np.ones(32, np.float32))
    quiet.marks.toggle("A", one)
    quiet.marks.toggle("B", other)
    assert box.sources.model().item(row).isEnabled()
    choose(panel, "groups")
    _, arguments = errands[-1]
    assert arguments["groups"] == ((one,), (other,))


def test_a_bank_through_w_is_walked_in_w(panel, quiet, errands):
    quiet.offer(w_dim=24)
    panel._ways.bank.space.choose("w")
    choose(panel, "pca")
    assert errands[-1][1]["space"] == "w"
    found = bank(24, space="w")
    finish(quiet, 1, found)
    panel._ways.sliders[0].slider.setValue(200)
    np.testing.assert_allclose(panel.stand.shift, 2 * found.ways[0], atol=1e-5)
    panel._ways.bank.space.choose("z")
    assert panel._ways.bank.source == "random"
    panel._ways.bank.space.choose("w")
    assert panel._ways.bank.source == "pca"
    assert panel.point.walk.amounts[0] == 1.0


def test_the_range_of_the_sliders_is_set(panel, quiet):
    quiet.offer()
    panel._ways.bank.reach.setValue(6.0)
    assert {row.high for row in panel._ways.sliders} == {6.0}
    assert panel.point.reach == 6.0


def test_a_slider_has_a_range_of_its_own(panel, quiet):
    quiet.offer()

    def highs():
        return [row.high for row in panel._ways.sliders[:4]]

    panel._ways.sliders[2].reachWanted.emit(8.0)
    assert highs() == [3.0, 3.0, 8.0, 3.0]
    panel._ways.bank.reach.setValue(5.0)
    assert highs() == [5.0, 5.0, 8.0, 5.0]
    panel.standpoint.wheel(1)  # the third direction, by a share of its own range
    assert panel.point.walk.amounts[2] == pytest.approx(8 / 15)
    panel._seed.roll()
    assert highs() == [5.0, 5.0, 8.0, 5.0], "another place, the same sliders"
    panel._ways.sliders[2].reachWanted.emit(0.0)
    assert highs() == [5.0] * 4


def test_the_menu_of_a_slider_offers_ranges(panel, quiet):
    quiet.offer()
    menu, row = QMenu(panel), panel._ways.sliders[1]
    row._add_reaches(menu)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["As the others", "± 1", "± 2", "± 3", "± 5", "± 10", "Other…"]
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["± 3"]
    next(action for action in menu.actions() if action.text() == "± 10").trigger()
    assert panel._ways.sliders[1].high == 10


def test_marked_directions_follow_mouse_and_wheel(panel, quiet):
    quiet.offer()
    rows = panel._ways.sliders
    assert [row.role for row in rows[:4]] == ["x", "y", "wheel", ""]
    rows[5].roleChosen.emit("x")
    rows[1].roleChosen.emit("y")
    assert [row.role for row in rows[:6]] == ["", "", "wheel", "", "", "x"]
    panel._canvas.dragged.emit(0.5, 0.5)
    panel._canvas.wheeled.emit(2.0)
    amounts = panel.point.walk.amounts
    assert amounts[5] == 3.0
    assert amounts[2] == pytest.approx(0.4)
    assert np.count_nonzero(amounts) == 2


# Films ----------------------------------------------------------------------------------------


def rest(panel, quiet):
    """Let the hand rest and answer for the picture."""
    for _ in range(4):  # rows get their places
        QCoreApplication.processEvents()
    panel._sending.send()
    quiet.answer(quiet.of("latent")[-1])
    panel._sending.rest.stop()
    panel._settle()


def test_films_are_drawn_row_by_row_once_the_point_rests(panel, quiet, qtbot):
    quiet.offer()
    panel._sending.send()
    assert quiet.of("strips") == []
    rest(panel, quiet)
    (first,) = quiet.of("strips")
    ways, z = panel.point.walk.ways, panel.point.z
    expected = z + np.linspace(-3, 3, FRAMES)[:, None] * ways[0]
    np.testing.assert_allclose(first.z, expected, atol=1e-5)
    quiet.answer(first)
    assert len(panel._ways.sliders[0].film.images) == FRAMES
    panel._films._pause.stop()
    panel._films.look()
    np.testing.assert_allclose(quiet.of("strips")[-1].z[0], z - 3 * ways[1], atol=1e-5)


def test_a_moved_slider_keeps_its_own_film(panel, quiet):
    quiet.offer()
    rest(panel, quiet)
    quiet.answer(quiet.of("strips")[-1])
    key = panel._ways.sliders[0].key
    panel._ways.sliders[0].slider.setValue(300)
    asked = len(quiet.of("strips"))
    panel._films._pause.stop()
    panel._films.look()
    assert len(quiet.of("strips")) == asked, "nothing is drawn while it moves"
    rest(panel, quiet)
    assert panel._ways.sliders[0].key == key
    assert len(quiet.of("strips")) == asked + 1
    assert quiet.of("strips")[-1].z[3] == pytest.approx(panel.point.z, abs=1e-5)


def test_rows_out_of_sight_are_not_drawn(panel, quiet):
    quiet.offer()
    rest(panel, quiet)
    for _ in range(20):
        panel._films._pause.stop()
        panel._films.look()
        quiet.answer(quiet.of("strips")[-1])
    drawn = [bool(row.film.images) for row in panel._ways.sliders]
    assert drawn[0]
    assert not drawn[-1]
    panel._films._pause.stop()


def test_without_pictures_nothing_is_drawn(panel, quiet):
    quiet.offer()
    panel._ways.bank.films.setChecked(False)
    rest(panel, quiet)
    assert quiet.of("strips") == []
    assert not panel._ways.sliders[0].film.isVisible()


def test_newer_weights_renew_films_only_when_they_are_paid_for(panel, quiet):
    quiet.offer()
    rest(panel, quiet)
    quiet.answer(quiet.of("strips")[-1])
    panel._films._pause.stop()
    films, generation = panel._films, panel._films._generation
    quiet.state = "running"
    films._renewed = time.monotonic()
    quiet.offer(nimg=20_000)
    assert films._generation == generation
    quiet.state = "paused"
    films._asked = None
    films._pause.stop()
    films.look()
    assert films._generation == generation + 1
    films._pause.stop()


# Styles ---------------------------------------------------------------------------------------


def style(quiet):
    return quiet.offer(w_dim=24, layers=6, noisy=True)


def test_some_layers_take_a_second_style(panel, quiet, errands):
    model = style(quiet)
    assert panel._body.mix_fold.isVisible()
    mixer = panel.mixer
    assert len(mixer.chips) == 6
    mixer.seed.set_value(7)
    panel._sending.send()
    second = model.draw(1, 7)[0]
    np.testing.assert_array_equal(quiet.of("mix")[-1].z[0], second)
    task, arguments = errands[-1]
    assert task == "mapping"
    np.testing.assert_array_equal(arguments["stands"][0].z, panel.point.z)
    np.testing.assert_array_equal(arguments["stands"][1].z, second)
    w = np.stack([np.zeros(24), np.arange(24)]).astype(np.float32)
    finish(quiet, 1, SimpleNamespace(w=w), "mapping")
    assert panel.stand.shift.shape == (6, 24)
    np.testing.assert_allclose(panel.stand.shift[:2], [w[1]] * 2)
    assert not panel.stand.shift[2:].any()
    mixer.presets[2].click()
    mixer.chips[0].click()
    assert sorted(panel.point.mix.layers) == [1, 4, 5]
    panel._ways.psi.slider.setValue(100)
    np.testing.assert_allclose(panel.stand.shift[5], 0.5 * w[1])
    mixer.clear.click()
    assert panel.stand.shift is None
    assert mixer.well.stands == []


def test_the_way_to_the_second_style_follows_the_point(panel, quiet, errands):
    style(quiet)
    panel.mixer.seed.set_value(7)
    panel._sending.send()
    asked = len(errands)
    finish(quiet, asked, SimpleNamespace(w=np.zeros((2, 24), np.float32)), "mapping")
    panel._sending.send()
    assert len(errands) == asked, "the same point is not mapped twice"
    panel._ways.sliders[0].slider.setValue(100)
    panel._sending.send()
    assert len(errands) == asked + 1


def mapped(w):
    return SimpleNamespace(w=np.stack([np.zeros(24), np.full(24, w)]).astype(np.float32))


def settle(panel, quiet):
    """Let the hand rest and answer for the picture."""
    panel._sending.send()
    quiet.answer(quiet.of("latent")[-1])
    panel._sending.rest.stop()
    panel._settle()


def test_a_second_latent_chosen_meanwhile_is_mapped_as_well(panel, quiet, errands):
    style(quiet)
    panel.mixer.seed.set_value(5)
    panel._sending.send()
    first = len(errands)
    panel.mixer.seed.set_value(6)
    panel._sending.send()
    assert len(errands) == first
    finish(quiet, first, mapped(1), "mapping")
    assert len(errands) == first + 1
    finish(quiet, first + 1, mapped(2), "mapping")
    np.testing.assert_array_equal(panel.stand.shift[0], np.full(24, 2))
    assert len(errands) == first + 1, "the same is not mapped again"


def test_what_cannot_be_mapped_is_not_tried_for_ever(panel, quiet, errands):
    style(quiet)
    panel.mixer.seed.set_value(5)
    panel._sending.send()
    first = len(errands)
    quiet.dropped.emit(m.Dropped(first, "mapping", "no memory"))
    assert len(errands) == first
    panel.mixer.seed.set_value(6)
    panel._sending.send()
    panel.mixer.seed.set_value(7)
    panel._sending.send()
    quiet.dropped.emit(m.Dropped(first + 1, "mapping", "no memory"))
    assert len(errands) == first + 2


def test_layers_chosen_while_it_is_mapped_stay_chosen(panel, quiet, errands):
    style(quiet)
    panel.mixer.seed.set_value(5)
    panel._sending.send()
    panel._sending.start()
    panel.mixer.presets[2].click()  # not displayed yet
    finish(quiet, len(errands), mapped(1), "mapping")
    assert sorted(panel.point.mix.layers) == [0, 1, 4, 5]


def test_newer_weights_are_no_step_while_styles_are_mixed(panel, quiet, errands):
    style(quiet)
    settle(panel, quiet)
    panel.mixer.seed.set_value(5)
    panel._sending.send()
    finish(quiet, len(errands), mapped(1), "mapping")
    settle(panel, quiet)
    trail = panel.memory.trail
    assert len(trail.visits) == 2, "mixing is a step"
    panel._seed.set_value(9)
    settle(panel, quiet)
    panel.undo()
    settle(panel, quiet)
    visits = len(trail.visits)
    for turn in range(3):
        style(quiet)
        finish(quiet, len(errands), mapped(2 + turn), "mapping")
        settle(panel, quiet)
    assert len(trail.visits) == visits
    assert trail.can_redo
    np.testing.assert_array_equal(panel.stand.shift[0], np.full(24, 4))
    np.testing.assert_array_equal(trail.current.stand.shift, panel.stand.shift)


def test_a_pinned_place_is_mixed_in(panel, quiet):
    style(quiet)
    assert not panel.mixer.pinned.isEnabled()
    told = []
    quiet.pinned.connect(told.append)
    panel.pin()
    assert len(told) == 1
    panel._seed.roll()
    panel.mixer.pinned.click()
    assert panel.point.mix.other is told[0]
    panel.mixer.take_second(Stand(np.zeros(3, np.float32)))
    assert panel.point.mix.other is told[0]


def test_layer_noise_has_a_strength_and_a_switch(panel, quiet, qtbot):
    style(quiet)
    panel._body.mix_fold.set_open(True)
    panel._ways.noise.slider.setValue(100)
    panel._sending.send()
    assert quiet.of("latent")[-1].noise == 0.5
    qtbot.mouseClick(panel._ways.switch, Qt.MouseButton.LeftButton)
    assert panel.stand.noise == 0.0
    qtbot.mouseClick(panel._ways.switch, Qt.MouseButton.LeftButton)
    assert panel.stand.noise == 0.5
    quiet.offer()
    assert not panel._ways.noise_row.isVisible()
