from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from ganstudio.latent.stand import Stand
from ganstudio.samples import Scale
from ganstudio.solids.opening import SUFFIXES
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Judged, Objected
from ganstudio.ui import drag, pictures
from ganstudio.ui.own_sample import Own
from ganstudio.ui.panels.inspector import EMPTY, NO_CRITIC, InspectorPanel

CHANCE = Scale("chance of being real", "It believes so.", probability=True, middle=0.0)


@pytest.fixture
def errands(quiet, monkeypatch):
    """What the workshop was asked: (task, tag, arguments)."""
    asked = []

    def work(task, tag="", **arguments):
        asked.append((task, tag, arguments))
        return len(asked)

    monkeypatch.setattr(quiet, "work", work)
    monkeypatch.setattr(quiet, "cancel", lambda ticket: None)
    return asked


@pytest.fixture
def panel(shown, errands):
    return shown(InspectorPanel)


def of(errands, task):
    """Tickets of what was asked of a task, the last one last."""
    return [place + 1 for place, (name, _, _) in enumerate(errands) if name == task]


def objected(quiet, errands, score=-1.0, missing="", critic_nimg=0):
    """Answer the last question for reasons."""
    ticket = of(errands, "objections")[-1]
    shape = quiet.model.spec.shape
    places = shape[1:] if len(shape) > 1 else (1,)
    heat = np.linspace(-1, 1, int(np.prod(places)), dtype=np.float32).reshape(places)
    path = np.stack([np.full(shape, 0.2 * k, np.float32) for k in range(3)])
    scores = np.array([score, score + 1, score + 2], np.float32)
    amounts = np.array([0, 0.1, 0.2], np.float32)
    if missing:
        path, heat, scores, amounts = path[:0], heat[:0], scores[:0], amounts[:0]
    found = Objected(
        np.zeros(shape, np.float32), heat, np.zeros(shape, np.float32), path, scores, amounts,
        CHANCE, 0, critic_nimg, missing,
    )  # fmt: skip
    quiet.done.emit(m.Done(ticket, "objections", found, "live", 0, 0.01))
    return found


def judged(quiet, errands, fakes=(-3.0, -2.0, 0.0, 1.0), reals=(1.0, 2.0)):
    ticket = of(errands, "judge")[-1]
    scores, real = np.array(fakes, np.float32), np.array(reals, np.float32)
    found = Judged(scores, real, scores[:, None], CHANCE)
    quiet.done.emit(m.Done(ticket, "judge", found, "live", 0, 0.01))


def test_before_any_model_it_says_what_will_come(panel, quiet, errands):
    assert panel._pages.currentIndex() == 0
    assert panel._notice.text == EMPTY
    assert errands == []
    assert quiet.explorer.mailbox.with_critic


def test_the_latents_sample_gets_a_score_among_others(panel, quiet, errands):
    model = quiet.offer()
    stand = Stand(model.draw(1, 3)[0], psi=0.5)
    quiet.latentChanged.emit(stand)
    objected(quiet, errands)
    assert errands[of(errands, "objections")[-1] - 1][2]["stand"] is stand
    objected(quiet, errands)
    judged(quiet, errands)
    assert panel.verdict.score.text() == "0.27"
    assert panel.verdict.words.text() == "chance of being real"
    assert "Above 50 % of generated and 0 % of real" in panel.verdict.remarks.text()
    assert panel.chart.place == -1
    panel.grab()


def test_without_a_discriminator_it_says_what_to_do(panel, quiet, errands):
    quiet.offer()
    objected(quiet, errands, missing="none kept")
    assert panel._pages.currentIndex() == 0
    assert panel._notice.text == NO_CRITIC
    quiet.offer(nimg=20_000)
    objected(quiet, errands)
    assert panel._pages.currentIndex() == 1


def test_what_is_wanted_is_shown_with_its_score(panel, quiet, errands):
    quiet.offer()
    objected(quiet, errands)
    heat = panel._canvas.image.copy()
    panel.controls.views.choose("Wanted")
    panel.controls._amount.setValue(100)
    assert "Changed like this: 0.73." in panel.verdict.remarks.text()
    assert panel.chart.place == pytest.approx(1.0)
    wanted = panel._canvas.image.pixelColor(0, 0).red()
    assert wanted == pictures.to_bytes(np.full((1, 1, 1, 1), 0.4, np.float32))[0, 0, 0, 0]
    panel.controls.views.choose("Change")
    assert panel._canvas.image != heat
    panel.controls.views.choose("Heat")
    assert panel._canvas.image == heat
    assert panel.chart.place == -1


def test_a_smooth_map_is_asked_for(panel, quiet, errands, qtbot):
    quiet.offer()
    objected(quiet, errands)
    assert not errands[of(errands, "objections")[-1] - 1][2]["smooth"]
    panel.controls._smooth.click()
    assert errands[of(errands, "objections")[-1] - 1][2]["smooth"]


def test_a_moment_without_discriminator_says_whose_it_is(panel, quiet, errands):
    quiet.offer()
    objected(quiet, errands, critic_nimg=4_200)
    assert "Judged by D at 4.2 kimg" in panel.verdict.remarks.text()


def test_objections_go_to_the_solid_panel(panel, quiet, errands, qtbot, monkeypatch):
    monkeypatch.setattr(
        pictures, "draw_solids",
        lambda voxels, size_px, colours: np.zeros((len(voxels), size_px, size_px, 3), np.uint8),
    )  # fmt: skip
    sent = []
    quiet.objections.connect(sent.append)
    quiet.offer("voxels")
    with qtbot.waitSignal(panel._painter.done):
        found = objected(quiet, errands)
    np.testing.assert_array_equal(sent[-1], -found.heat)
    assert panel._canvas.image.width() >= 17
    count = len(errands)
    panel.hide()
    quiet.latentChanged.emit(Stand(quiet.model.draw(1, 5)[0]))
    assert len(errands) == count, "nobody shows them"
    assert not quiet.explorer.mailbox.with_critic


def test_the_reasons_of_a_dropped_sample_are_not_told_as_latents(panel, quiet, errands):
    sent = []
    quiet.offer("voxels")
    quiet.objections.connect(sent.append)
    quiet.dropped.emit(m.Dropped(of(errands, "objections")[-1], "objections"))
    panel.judge(Own("Block", np.zeros((1, 8, 8, 8), np.float32)))
    objected(quiet, errands)
    assert sent == []


def test_objections_to_latents_object_come_though_another_one_is_judged(panel, quiet, errands):
    model = quiet.offer("voxels")
    quiet.latentChanged.emit(Stand(model.draw(1, 5)[0]))
    quiet.want_objections("solid", True)
    assert {tag for _, tag, _ in errands} == {"inspector-reasons", "inspector-scores"}
    panel.judge(Own("Block", np.zeros((1, 8, 8, 8), np.float32)))
    assert errands[-1][1] == "objections"
    count = len(errands)
    panel.judge(None)
    panel.hide()
    assert [tag for _, tag, _ in errands[count:]] == ["objections"]


def test_another_model_sends_a_dropped_sample_away(panel, quiet, errands, qtbot):
    quiet.offer()
    panel.judge(Own("Mine", np.zeros((1, 8, 8), np.float32)))
    assert panel.own_bar.isVisible()
    with qtbot.waitSignal(panel.own_bar.reader.done):
        drop(panel, drag.pack_sample(np.ones((1, 8, 8), np.float32)))
        quiet.offer(classes=("zero", "one"))
    assert not panel.own_bar.isVisible()
    assert panel._own is None, "what was read is of the model before"


def test_a_point_is_shown_with_the_way_it_should_go(panel, quiet, errands):
    quiet.offer("points", z_dim=2)
    objected(quiet, errands)
    assert panel._canvas.image.width() == panel._canvas.image.height()


def drop(panel, data: QMimeData) -> None:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    panel.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))


def test_a_dropped_sample_is_judged_until_it_is_sent_away(panel, quiet, errands, qtbot):
    model = quiet.offer(classes=("zero", "one"))
    quiet.latentChanged.emit(Stand(model.draw(1, 0)[0], {"classes": np.array([1])}))
    objected(quiet, errands)
    objected(quiet, errands)
    x = np.full((1, 8, 8), 0.5, np.float32)
    with qtbot.waitSignal(panel.own_bar.reader.done):
        drop(panel, drag.pack_sample(x))
    wish = errands[of(errands, "objections")[-1] - 1][2]
    np.testing.assert_array_equal(wish["sample"], x)
    assert wish["told"]["classes"].tolist() == [1]
    objected(quiet, errands)
    assert panel.own_bar.isVisible()
    assert "Judged as one." in panel.verdict.remarks.text()
    count = len(errands)
    quiet.latentChanged.emit(Stand(model.draw(1, 1)[0]))
    assert len(errands) == count, "the dropped one stays in question"
    panel.judge(None)
    assert "stand" in errands[-1][2]
    assert not panel.own_bar.isVisible()


def test_a_dropped_place_of_another_model_is_refused(panel, quiet, errands, qtbot):
    quiet.offer()
    noted = []
    quiet.noted.connect(noted.append)
    with qtbot.waitSignal(panel.own_bar.reader.done):
        drop(panel, drag.pack(Stand(np.zeros(5, np.float32))))
    assert "another model" in noted[-1].text
    with qtbot.waitSignal(panel.own_bar.reader.broken):
        drop(panel, drag.pack_sample(np.zeros((3, 2, 2), np.float32)))
    assert "Not judged" in noted[-1].text
    assert not panel.own_bar.isVisible()


def test_a_hidden_inspector_asks_nothing(shown, quiet, errands):
    panel = shown(InspectorPanel, visible=False)
    quiet.offer()
    assert errands == []
    panel.show()
    assert {task for task, _, _ in errands} == {"objections", "judge"}
    assert quiet.explorer.mailbox.with_critic


def test_the_way_is_looked_for_only_when_somebody_wants_to_see_it(panel, quiet, errands):
    quiet.offer()
    assert errands[of(errands, "objections")[-1] - 1][2]["steps"] == 0
    found = objected(quiet, errands)
    panel._found = replace(
        found, path=found.path[:1], path_scores=found.path_scores[:1], amounts=found.amounts[:1]
    )
    panel.controls.views.choose("Wanted")
    assert "steps" not in errands[of(errands, "objections")[-1] - 1][2]
    count = len(errands)
    objected(quiet, errands)
    panel.controls._amount.setValue(90)
    assert len(errands) == count, "the slider moves along what is known"


def test_whatever_is_held_over_any_part_of_it_lights_up_the_picture(panel, quiet, errands):
    quiet.offer()
    objected(quiet, errands)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    text = QMimeData()
    text.setText("hello")
    for data, taken in ((drag.pack_sample(np.zeros((1, 8, 8))), True), (text, False)):
        event = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
        event.ignore()
        QApplication.sendEvent(panel.chart, event)
        assert event.isAccepted() == taken
        assert panel._canvas.aimed == taken
        QApplication.sendEvent(panel, QDragLeaveEvent())
        assert not panel._canvas.aimed


def test_a_file_can_be_opened_without_dragging(panel, quiet, errands, qtbot, tmp_path, monkeypatch):
    np.save(tmp_path / "block.npy", np.pad(np.ones((4, 4, 4), bool), 2))
    chosen = (str(tmp_path / "block.npy"), "")
    offered = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *args: offered.append(args[-1]) or chosen
    )
    quiet.offer("voxels")
    with qtbot.waitSignal(panel.own_bar.reader.done):
        panel._open.click()
    assert all(f"*{suffix}" in offered[0] for suffix in SUFFIXES)
    quiet.dropped.emit(m.Dropped(of(errands, "objections")[-1], "objections"))
    sample = errands[of(errands, "objections")[-1] - 1][2]["sample"]
    assert sample.shape == (1, 8, 8, 8)
    assert panel.own_bar.name.text() == "block.npy"
