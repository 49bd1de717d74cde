from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel

from ganstudio.latent import bank
from ganstudio.latent.bank import Bank
from ganstudio.latent.stand import Stand
from ganstudio.resources import resource
from ganstudio.train import messages as m
from ganstudio.ui import pictures
from ganstudio.ui.panels.grid import EMPTY, NO_NOISE, GridPanel
from ganstudio.ui.run_place import run_place


@pytest.fixture
def panel(shown):
    return shown(GridPanel)


@pytest.fixture
def taken(quiet):
    """What was offered to Latent."""
    taken = []
    quiet.latentTaken.connect(taken.append)
    return taken


@pytest.fixture
def noted(quiet):
    """What the log was told."""
    noted = []
    quiet.noted.connect(noted.append)
    return noted


def asked(quiet):
    """The newest requests for tiles, those of one grid."""
    tags = [one.tag for one in quiet.asked if one.tag.startswith("grid") and "wells" not in one.tag]
    first = len(tags) - 1 - tags[::-1].index("grid")
    return [one for one in quiet.asked if one.tag in ("grid",) or one.tag.startswith("grid:")][
        first:
    ]


def settle(panel):
    """What the timer would do."""
    panel._settle.stop()
    panel.lay_out()


def begin(panel, quiet, mode="Span", side=3, **offer):
    model = quiet.offer(**offer)
    panel.controls.side.setValue(side)
    panel.controls.choose(mode)
    settle(panel)
    return model


def test_it_says_what_will_come_and_where_it_cannot(panel, quiet):
    assert panel.page.text == EMPTY
    quiet.offer(z_dim=0)
    assert panel.page.text == NO_NOISE
    panel.lay_out()
    assert quiet.asked == []


def test_a_span_begins_with_random_corners(panel, quiet):
    begin(panel, quiet, side=4)
    corners = [well.stands[0].z for well in panel.controls.corners]
    z = quiet.of("grid")[-1].z
    assert len(z) == 16
    for index, corner in zip((0, 3, 12, 15), corners, strict=True):
        np.testing.assert_array_equal(z[index], corner)
    quiet.answer(quiet.of("grid")[-1])
    assert len(panel.tiles.pictures) == 16
    assert panel.tiles.columns == 4


def test_a_span_of_three_needs_no_fourth(panel, quiet):
    begin(panel, quiet)
    panel.controls.corners[3].clear()
    settle(panel)
    assert len(quiet.of("grid")[-1].z) == 9
    before = len(quiet.of("grid"))
    panel.controls.corners[2].clear()
    settle(panel)
    assert len(quiet.of("grid")) == before
    assert panel.plan is None


def test_a_click_takes_a_tile_to_latent(panel, quiet, taken):
    begin(panel, quiet)
    quiet.answer(quiet.of("grid")[-1])
    panel.tiles.clicked.emit(4)
    assert taken == [panel.plan.stands[4]]
    assert panel.tiles.marked == 4
    quiet.latentTaken.emit(Stand(np.zeros(32, np.float32)))
    assert panel.tiles.marked == -1


def test_classes_are_columns(panel, quiet):
    begin(panel, quiet, "Classes", classes=("cat", "dog", "eel"))
    (request,) = asked(quiet)
    assert len(request.z) == 9
    np.testing.assert_array_equal(request.z[0], request.z[2])
    np.testing.assert_array_equal(request.classes[:3], np.eye(3, dtype=np.float32))
    quiet.answer(request)
    assert panel.tiles.headers == ("cat", "dog", "eel")
    assert panel._left_out.isHidden()


def test_all_classes_are_there_however_few_rows_or_it_says_so(panel, quiet):
    begin(panel, quiet, "Classes", classes=[f"class {number}" for number in range(30)])
    assert len(asked(quiet)[0].z) == 3 * 24
    assert panel._left_out.text() == "24 of 30 classes"
    assert panel._left_out.isVisible()
    panel.controls.choose("Truncation")
    settle(panel)
    assert panel._left_out.isHidden()


def test_what_a_model_cannot_is_greyed_with_the_reason(panel, quiet):
    quiet.offer(classes=("cat", "dog"))
    panel.controls.choose("Classes")
    quiet.offer()
    box = panel.controls._mode
    items = box.model()
    assert isinstance(items, QStandardItemModel)
    greyed = [box.itemText(i) for i in range(box.count()) if not items.item(i).isEnabled()]
    assert greyed == ["Classes", "Styles"]
    assert "no classes" in box.itemData(1, Qt.ItemDataRole.ToolTipRole)
    assert panel.controls.mode == "Span"


def test_truncation_grows_to_the_right(panel, quiet):
    begin(panel, quiet, "Truncation")
    requests = asked(quiet)
    assert [request.psi for request in requests] == [0.0, 0.6, 1.2]
    assert [len(request.z) for request in requests] == [3, 3, 3]
    for request in requests:
        quiet.answer(request)
    assert panel.tiles.headers == ("0", "0.6", "1.2")
    assert panel.plan.stands[4].psi == 0.6


def test_directions_cross_in_the_middle(panel, quiet, tmp_path):
    ways = np.eye(2, 32, dtype=np.float32)
    bank.save(tmp_path, "mine", Bank("z", ("Smile", "Turn"), ways, np.full(2, 2.0, np.float32)))
    quiet.run_folder = tmp_path
    model = begin(panel, quiet, "Directions")
    here = Stand(model.draw(1, 5)[0])
    quiet.latentChanged.emit(here)
    assert panel.controls._across.currentText() == "Smile"
    assert panel.controls._down.currentText() == "Turn"
    panel.controls.reach.setValue(1)
    settle(panel)
    (request,) = asked(quiet)
    np.testing.assert_array_equal(request.z[4], here.z)
    np.testing.assert_allclose(request.z[5] - here.z, 2 * ways[0], atol=1e-5)
    np.testing.assert_allclose(request.z[1] - here.z, 2 * ways[1], atol=1e-5)
    assert panel.plan.headers == ("−1.0", "0", "+1.0")


def test_directions_found_meanwhile_are_offered_and_the_choice_stays(panel, quiet, qtbot, tmp_path):
    quiet.run_folder = tmp_path
    begin(panel, quiet, "Directions")
    panel._settle.stop()
    across, down = panel.controls._across, panel.controls._down
    assert (across.currentText(), down.currentText()) == ("Random 1", "Random 2")
    kept = Bank("z", ("Smile", "Turn"), np.eye(2, 32, dtype=np.float32), np.ones(2, np.float32))

    def keep(event):  # as Latent does, after the grid has heard of it
        bank.save(tmp_path, "mine", kept)

    quiet.done.connect(keep)
    quiet.done.emit(m.Done(1, "directions", kept, "live", 0, 0.1))
    quiet.done.disconnect(keep)
    qtbot.waitUntil(lambda: across.itemText(0) == "Smile")
    assert (across.currentText(), down.currentText()) == ("Random 1", "Random 2")
    assert not panel._settle.isActive(), "the same directions, the same grid"
    across.setCurrentText("Smile")
    panel._settle.stop()
    kept = replace(kept, ways=kept.ways[::-1].copy())
    bank.save(tmp_path, "mine", kept)
    panel.controls.offer_banks(quiet)
    assert across.currentText() == "Smile"
    assert panel._settle.isActive(), "it leads elsewhere now"


def test_another_run_of_the_same_design_brings_its_directions(panel, quiet, tmp_path):
    begin(panel, quiet, "Directions")
    quiet.run_folder = tmp_path
    ways = np.eye(1, 32, dtype=np.float32)
    bank.save(tmp_path, "mine", Bank("z", ("Smile",), ways, np.ones(1, np.float32)))
    quiet.offer()
    assert panel.controls._across.itemText(0) == "Smile"
    assert panel.controls._across.currentText() == "Random 1"


def test_directions_of_a_shipped_model_lie_beside_the_runs(panel, quiet):
    begin(panel, quiet, "Directions")
    quiet.model_source = str(resource("models", "welcome"))
    ways = np.eye(1, 32, dtype=np.float32)
    bank.save(run_place(quiet), "mine", Bank("z", ("Smile",), ways, np.ones(1, np.float32)))
    panel.controls.offer_banks(quiet)
    assert panel.controls._across.itemText(0) == "Smile"


def test_styles_are_mixed_once_they_are_mapped(panel, quiet, monkeypatch):
    worked = []

    def work(task, tag="", **arguments):
        worked.append((task, arguments))
        return len(worked)

    monkeypatch.setattr(quiet, "work", work)
    begin(panel, quiet, "Styles", w_dim=8, layers=6)
    task, arguments = worked[-1]
    mapped = np.arange(5 * 8, dtype=np.float32).reshape(5, 8)
    assert len(arguments["stands"]) == 5, "three rows, two columns"
    quiet.done.emit(m.Done(len(worked), task, SimpleNamespace(w=mapped), "live", 0, 0.1))
    panel.controls._layers.setCurrentText("Coarse")
    settle(panel)
    assert len(panel.plan.stands) == 12
    mixed = panel.plan.stands[4]  # the first row with the style of the first column
    np.testing.assert_array_equal(mixed.shift[:2], np.tile(mapped[3] - mapped[0], (2, 1)))
    assert not mixed.shift[2:].any()
    assert len(worked) == len({id(one) for one in worked})


def test_sums_take_the_mean_of_several(panel, quiet, taken):
    model = begin(panel, quiet)
    a, b, c, d = (Stand(z) for z in model.draw(4, 3))
    first, second, third = panel.sums.terms
    first.take(a)
    first.take(d)
    second.take(b)
    assert panel.sums.result.stands == []
    third.take(c)
    (result,) = panel.sums.result.stands
    assert result.z.shape == (32,)
    assert np.linalg.norm(result.z) == pytest.approx(np.sqrt(32), rel=0.02)
    panel.sums.result.clicked.emit()
    assert taken == [result]
    second.clear()
    assert panel.sums.result.stands == []


def test_wells_get_pictures_and_refuse_strangers(panel, quiet, noted):
    begin(panel, quiet)
    wells = quiet.of("grid-wells")[-1]
    assert len(wells.z) == 4
    quiet.answer(wells)
    assert all(well.image is not None for well in panel.controls.corners)
    well = panel.controls.rows
    well.take(Stand(np.zeros(3, np.float32)))
    assert well.stands == []
    assert "another model" in noted[-1].text


def test_random_latents_are_others(panel, quiet):
    begin(panel, quiet)
    before = panel.controls.corners[0].stands[0].z
    panel.shuffle()
    assert not np.array_equal(panel.controls.corners[0].stands[0].z, before)
    panel.controls.choose("Truncation")
    rows = panel.controls.rows_of(3)
    panel.shuffle()
    assert not np.array_equal(panel.controls.rows_of(3)[0].z, rows[0].z)


def test_newer_weights_draw_it_again_and_hidden_it_waits(panel, quiet):
    begin(panel, quiet)
    panel.hide()
    count = len(quiet.asked)
    quiet.offer(nimg=20_000)
    settle(panel)
    assert len(quiet.asked) == count
    panel.show()
    assert len(quiet.of("grid")) > 1


def test_another_class_of_latent_redraws_what_takes_it_from_there(panel, quiet):
    model = begin(panel, quiet, classes=("cat", "dog"))
    z = model.draw(1, 2)[0]
    quiet.latentChanged.emit(Stand(z, {"classes": np.array([0])}))
    panel._settle.stop()
    quiet.latentChanged.emit(Stand(z, {"classes": np.array([0])}))
    assert not panel._settle.isActive()
    quiet.latentChanged.emit(Stand(z, {"classes": np.array([1])}))
    assert panel._settle.isActive()
    settle(panel)
    assert quiet.of("grid")[-1].classes.tolist() == [1] * 9
    panel.controls.choose("Classes")
    settle(panel)
    quiet.latentChanged.emit(Stand(z, {"classes": np.array([0])}))
    assert not panel._settle.isActive()


def test_the_grid_is_saved(panel, quiet, monkeypatch):
    begin(panel, quiet)
    panel.export()
    quiet.answer(quiet.of("grid")[-1])
    saved = []
    monkeypatch.setattr(pictures, "save", lambda parent, image, name: saved.append((image, name)))
    panel.export()
    image, name = saved[0]
    assert name == "grid-span.png"
    assert image.width() >= 1024
    panel.grab()


def test_the_number_says_what_it_is_of(panel, quiet):
    begin(panel, quiet, classes=("cat", "dog"))
    assert panel.controls.side.suffix() == " a side"
    panel.controls.choose("Classes")
    assert panel.controls.side.suffix() == " rows"
    assert "a column for each class" in panel.controls.side.toolTip()
    panel.controls.choose("Truncation")
    assert panel.controls.side.suffix() == " a side"
