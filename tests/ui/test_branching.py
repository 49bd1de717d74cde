import json

import pytest
from PySide6.QtWidgets import QWidget

from ganstudio.recipe import Recipe
from ganstudio.train.files import RunError
from ganstudio.ui.branch_dialog import CHANGED, BranchDialog, full_checkpoints
from ganstudio.ui.branching import Branching


@pytest.fixture
def run(tmp_path, catalogue):
    """A run of 100 kimg with four checkpoints, of which one is not full; its rate was turned."""
    folder = tmp_path / "runs" / "parent"
    folder.mkdir(parents=True)
    recipe = Recipe.make("dcgan", "digits", kimg=100.0)
    (folder / "recipe.toml").write_text(recipe.to_toml())
    for nimg, full in ((0, True), (20_000, True), (50_000, False), (98_000, True)):
        checkpoint = folder / "checkpoints" / f"{nimg / 1000:010.3f}k"
        checkpoint.mkdir(parents=True)
        then = recipe.tuned("g_lr", 5e-5) if nimg >= 20_000 else recipe
        (checkpoint / "manifest.json").write_text("{}")
        (checkpoint / "state.json").write_text(_state(then))
        if full:
            (checkpoint / "optimizer.safetensors").write_bytes(b"")
    return folder


def _state(recipe):
    return json.dumps({"recipe": recipe.to_dict()})


@pytest.fixture
def ask(run, qtbot, tmp_path):
    def make(nimg=None, training=False):
        dialog = BranchDialog(run, tmp_path / "runs", nimg, training)
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.wanted.connect(wanted.append)
        return dialog

    wanted = make.wanted = []
    return make


def test_only_full_checkpoints_can_be_gone_on_from(run):
    assert full_checkpoints(run) == [0, 20_000, 98_000]


def test_the_nearest_checkpoint_with_the_knobs_of_then(ask, run):
    dialog = ask(30_000)
    assert dialog.checkpoint.currentData() == 20_000
    assert "nearest" in dialog.checkpoint.currentText()
    dialog.go.click()
    (branch,) = ask.wanted
    assert (branch.folder, branch.nimg, branch.name) == (run, 20_000, "")
    assert branch.recipe.gan.g_lr == 5e-5
    assert branch.recipe.basics.kimg == 100.0


def test_without_a_moment_the_newest_and_a_length_still_ahead(ask):
    dialog = ask()
    assert dialog.checkpoint.currentData() == 98_000
    dialog.go.click()
    assert ask.wanted[0].recipe.basics.kimg == 198.0


def test_another_checkpoint_brings_its_knobs(ask):
    dialog = ask()
    dialog.checkpoint.setCurrentIndex(0)
    assert dialog.knobs.values()["g_lr"] == 2e-4
    dialog.go.click()
    assert ask.wanted[0].recipe.gan.g_lr == 2e-4


def test_live_knobs_can_be_turned_and_others_are_not_offered(ask):
    dialog = ask(0)
    assert "g_lr" in dialog.knobs.rows
    assert "width" not in dialog.knobs.rows
    assert not dialog._scroll.isVisible()
    dialog.choice.choose(CHANGED)
    assert dialog._scroll.isVisible()
    dialog.knobs.rows["g_lr"].editor.lineEdit().setText("0.001")
    dialog.name.setText("bold try")
    dialog.go.click()
    assert ask.wanted[0].recipe.gan.g_lr == 1e-3
    assert ask.wanted[0].name == "bold try"


@pytest.mark.parametrize("name", ["parent", "a/b", ".hidden", "c:d", "../up"])
def test_names_that_cannot_be_taken(ask, name):
    dialog = ask()
    dialog.name.setText(name)
    assert not dialog.go.isEnabled()
    assert dialog.fault.isVisible()
    dialog.name.setText("fine")
    assert dialog.go.isEnabled()


def test_a_knob_out_of_range_cannot_be_gone_on_with(ask, qtbot):
    dialog = ask()
    field = dialog.basics.rows["kimg"].editor.lineEdit()
    field.selectAll()
    qtbot.keyClicks(field, "-1")
    assert not dialog.go.isEnabled()


def test_a_damaged_checkpoint_is_said(ask, run):
    dialog = ask()
    (run / "checkpoints" / "000000.000k" / "state.json").write_text("{")
    dialog.checkpoint.setCurrentIndex(0)
    assert "damaged" in dialog.fault.text()
    assert not dialog.go.isEnabled()


def test_a_run_without_full_checkpoints_cannot_branch(tmp_path, catalogue):
    with pytest.raises(RunError, match="no full checkpoint"):
        BranchDialog(tmp_path, tmp_path)


@pytest.fixture
def begun(studio, monkeypatch):
    calls = []
    monkeypatch.setattr(studio, "branch", lambda *args, **more: calls.append((*args, more)))
    return calls


@pytest.fixture
def branching(studio, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    return Branching(studio, window)


def test_it_begins_at_once_while_nothing_trains(branching, run, begun):
    dialog = branching.ask(run, 0)
    dialog.name.setText("next")
    dialog.go.click()
    assert begun == [(run, 0, begun[0][2], {"name": "next"})]


def test_a_training_is_stopped_first(branching, studio, run, begun, monkeypatch):
    stops = []
    monkeypatch.setattr(studio, "stop", lambda: stops.append(True))
    studio.session = object()
    dialog = branching.ask(run, 0)
    assert dialog.go.text() == "Stop and continue"
    dialog.go.click()
    studio.stateChanged.emit("stopping", "")
    assert (stops, begun) == ([True], [])
    studio.session = None
    studio.stateChanged.emit("finished", "")
    studio.stateChanged.emit("idle", "")
    assert len(begun) == 1


def test_what_fails_while_it_stops_begins_nothing(branching, studio, run, begun, monkeypatch):
    monkeypatch.setattr(studio, "stop", lambda: None)
    studio.session = object()
    branching.ask(run, 0).go.click()
    studio.session = None
    studio.stateChanged.emit("failed", "")
    studio.stateChanged.emit("idle", "")
    assert begun == []


def test_faults_are_said(branching, studio, run, tmp_path, monkeypatch):
    told = []
    studio.noted.connect(told.append)
    assert branching.ask(tmp_path / "nothing") is None

    def broken(*args, **more):
        raise RunError("no checkpoint is whole")

    monkeypatch.setattr(studio, "branch", broken)
    branching.ask(run, 0).go.click()
    assert ["cannot be continued" in note.text for note in told] == [True, True]
