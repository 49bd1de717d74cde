from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton, QVBoxLayout

from ganstudio import registry
from ganstudio.recipe import Recipe, RecipeError
from ganstudio.samples import SampleSpec
from ganstudio.train import messages as m
from ganstudio.ui import panels as room
from ganstudio.ui import statusline, theme
from ganstudio.ui.branch_dialog import Branch
from ganstudio.ui.branching import Branching
from ganstudio.ui.fault_card import FaultCard
from ganstudio.ui.open_run import OpenRun, list_runs
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.statusline import in_bytes, in_time
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow


class Plans(Panel):
    """Says what to train; has a text field and a button to steal the focus."""

    title = "Plans"
    area = "left"
    recipeChanged = Signal()  # noqa: N815

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.faults: list[str] = []
        self.taken: list[Recipe] = []
        self.field, self.button = QLineEdit(), QPushButton("Press")
        self.presses: list[bool] = []
        self.button.clicked.connect(lambda: self.presses.append(True))
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.button)

    def recipe(self) -> Recipe:
        if self.faults:
            raise RecipeError(self.faults)
        return Recipe.make()

    def set_recipe(self, recipe: Recipe) -> None:
        self.taken.append(recipe)


class Pictures(Panel):
    title = "Pictures"
    area = "centre"
    order = 10
    stage = ("image",)


class Blocks(Panel):
    title = "Blocks"
    area = "centre"
    order = 20
    stage = ("voxels",)


class Journal(Panel):
    title = "Journal"
    area = "bottom"
    explains = True
    released = 0

    def release(self) -> None:
        type(self).released += 1


class Broken(Panel):
    title = "Broken"
    area = "right"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        raise RuntimeError("no such thing")


MEMBERS: dict[str, type[Panel]] = {
    "plans": Plans, "pictures": Pictures, "blocks": Blocks, "journal": Journal,
}  # fmt: skip
Maker = Callable[..., MainWindow]


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def make(
    studio: Studio, settings: QSettings, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Maker]:
    def make(**more: type[Panel]) -> MainWindow:
        monkeypatch.setattr(registry, "discover", lambda _: {**MEMBERS, **more})
        window = MainWindow(studio, settings)
        window.show()
        made.append(window)
        return window

    made: list[MainWindow] = []
    yield make
    for window in made:
        window.close()
        qtbot.waitUntil(lambda window=window: window._closed, timeout=20_000)
        window.deleteLater()


@pytest.fixture
def window(make: Maker) -> MainWindow:
    return make()


def plans(window: MainWindow) -> Plans:
    panel = window.docks.docks["plans"].content
    assert isinstance(panel, Plans)
    return panel


def wait_for(qtbot: Any, studio: Studio, state: str) -> None:
    qtbot.waitUntil(lambda: studio.state == state, timeout=10_000)


def front(window: MainWindow, key: str) -> bool:
    return not window.docks.docks[key].visibleRegion().isEmpty()


# Panels and places


def test_every_panel_is_docked_in_its_area(window: MainWindow) -> None:
    docks = window.docks.docks
    assert set(docks) == set(MEMBERS)
    assert window.dockWidgetArea(docks["plans"]) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert window.dockWidgetArea(docks["journal"]) == Qt.DockWidgetArea.BottomDockWidgetArea
    assert docks["pictures"].parent() is window.centre
    assert window.centre.tabifiedDockWidgets(docks["pictures"]) == [docks["blocks"]]


def test_a_panel_needs_nothing_but_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, studio: Studio, settings: QSettings, qtbot: Any
) -> None:
    (tmp_path / "throwaway.py").write_text(
        "from ganstudio.ui.panels.base import Panel\n"
        "class ThrowawayPanel(Panel):\n    title = 'Throwaway'\n    area = 'right'\n"
    )
    monkeypatch.setattr(room, "__path__", [str(tmp_path), *room.__path__])
    monkeypatch.setattr(registry, "keys", lambda _: ["throwaway"])
    window = MainWindow(studio, settings)
    try:
        dock = window.docks.docks["throwaway"]
        assert dock.windowTitle() == "Throwaway"
        assert type(dock.content).__name__ == "ThrowawayPanel"
        assert window.dockWidgetArea(dock) == Qt.DockWidgetArea.RightDockWidgetArea
    finally:
        window.close()
        window.deleteLater()
        sys.modules.pop("ganstudio.ui.panels.throwaway", None)


def test_a_faulty_panel_leaves_a_card_and_the_rest_works(make: Maker) -> None:
    window = make(broken=Broken)
    card = window.docks.docks["broken"].content
    assert isinstance(card, FaultCard)
    assert "no such thing" in card.trace
    assert any("Broken cannot be shown" in label.text() for label in card.findChildren(QLabel))
    assert plans(window).isVisible()


def test_the_stage_follows_the_kind_of_the_model(make: Maker, studio: Studio, qtbot: Any) -> None:
    voxels = m.Model("gan3d", "furniture", SampleSpec("voxels", (1, 8, 8, 8)), 8)

    window = make()
    qtbot.waitUntil(lambda: front(window, "pictures"))
    studio.modelReady.emit(m.ModelReady("live", 0, voxels))
    qtbot.waitUntil(lambda: front(window, "blocks"))
    window.docks.docks["pictures"].raise_()
    studio.modelReady.emit(m.ModelReady("live", 64, voxels))
    qtbot.waitUntil(lambda: front(window, "pictures"))


def test_a_panel_behind_another_tab_is_hidden(make: Maker, qtbot: Any) -> None:
    docks = make().docks.docks
    shown, hidden = docks["pictures"], docks["blocks"]
    for _ in range(2):
        qtbot.waitUntil(lambda shown=shown: shown.content.isVisible())
        assert not hidden.content.isVisible()  # Qt says of both docks that they are visible
        hidden.raise_()
        shown, hidden = hidden, shown


def test_a_closed_stage_stays_closed(window: MainWindow, studio: Studio) -> None:
    window.docks.docks["blocks"].close()
    voxels = m.Model("gan3d", "furniture", SampleSpec("voxels", (1, 8, 8, 8)), 8)
    studio.modelReady.emit(m.ModelReady("live", 0, voxels))
    assert window.docks.docks["blocks"].isHidden()


def test_the_first_model_leaves_the_front_of_a_kept_layout(
    make: Maker, studio: Studio, qtbot: Any
) -> None:
    first = make()
    first.docks.docks["blocks"].raise_()
    first.close()
    second = make()
    qtbot.waitUntil(lambda: front(second, "blocks"))
    images = m.Model("dcgan", "digits", SampleSpec("image", (1, 8, 8)), 8)
    raised: list[str] = []
    second.docks.raise_stage = raised.append  # type: ignore[method-assign]
    studio.modelReady.emit(m.ModelReady("welcome", 0, images))
    assert raised == []
    voxels = m.Model("gan3d", "furniture", SampleSpec("voxels", (1, 8, 8, 8)), 8)
    studio.modelReady.emit(m.ModelReady("live", 0, voxels))
    assert raised == ["voxels"]


def test_the_layout_comes_back(make: Maker, qtbot: Any) -> None:
    first = make()
    first.resize(1100, 700)
    first.docks.docks["journal"].hide()
    first.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, first.docks.docks["plans"])
    first.close()
    second = make()
    assert second.docks.docks["journal"].isHidden()
    moved = second.dockWidgetArea(second.docks.docks["plans"])
    assert moved == Qt.DockWidgetArea.RightDockWidgetArea
    second.reset_layout()
    assert not second.docks.docks["journal"].isHidden()
    moved = second.dockWidgetArea(second.docks.docks["plans"])
    assert moved == Qt.DockWidgetArea.LeftDockWidgetArea


def test_a_layout_of_another_kind_is_ignored(make: Maker, settings: QSettings) -> None:
    settings.setValue("layout/window", "nonsense")
    settings.setValue("layout/centre", 7)
    assert make().docks.docks["plans"].isVisible()


def test_titles_hide_where_tabs_tell_them(window: MainWindow, qtbot: Any) -> None:
    dock = window.docks.docks["blocks"]
    qtbot.waitUntil(lambda: dock.titleBarWidget().height() == 0)
    dock.setFloating(True)
    qtbot.waitUntil(lambda: dock.titleBarWidget().height() > 10)
    dock.setFloating(False)


def test_the_view_menu_shows_and_hides_panels(window: MainWindow) -> None:
    dock = window.docks.docks["plans"]
    dock.toggleViewAction().trigger()
    assert dock.isHidden()
    dock.toggleViewAction().trigger()
    assert dock.isVisible()


def test_looks_switch_and_are_kept(window: MainWindow, settings: QSettings) -> None:
    window.switch_looks()
    assert not theme.current().dark
    assert settings.value("looks") == "light"
    assert window.looks.text() == "Dark"
    window.switch_looks()
    assert theme.current().dark


# Transport


def test_everything_is_greyed_that_cannot_help(window: MainWindow) -> None:
    transport = window.transport
    assert transport.train.isEnabled()
    assert transport.step.isEnabled()
    assert transport.slow.isEnabled()
    for action in (transport.rewind, transport.stop, transport.save):
        assert not action.isEnabled()
        assert action.isVisible()


def test_faults_grey_train_and_tell_why(window: MainWindow) -> None:
    panel, transport = plans(window), window.transport
    panel.faults = ["heat = 7, but it must be 0 to 1", "no fan"]
    panel.recipeChanged.emit()
    assert not transport.train.isEnabled()
    assert not transport.step.isEnabled()
    assert "heat = 7" in transport.train.toolTip()
    assert "no fan" in transport.train.toolTip()
    panel.faults = []
    panel.recipeChanged.emit()
    assert transport.train.isEnabled()
    assert "no fan" not in transport.train.toolTip()


def test_train_pause_go_on_stop(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any
) -> None:
    transport = window.transport
    transport.train.trigger()
    assert not transport.step.isEnabled()
    wait_for(qtbot, studio, "running")
    assert transport.train.text() == "Pause"
    assert transport.state_word.text() == "Running"
    transport.train.trigger()
    wait_for(qtbot, studio, "paused")
    assert transport.train.text() == "Go on"
    assert transport.step_d.isEnabled()
    transport.train.trigger()
    wait_for(qtbot, studio, "running")
    transport.stop.trigger()
    wait_for(qtbot, studio, "finished")
    assert transport.train.text() == "Train"
    assert transport.train.isEnabled()
    assert engines[0].saves == 1


def test_steps_are_exact_and_start_a_waiting_session(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any
) -> None:
    transport = window.transport
    transport.step_d.trigger()
    qtbot.waitUntil(lambda: bool(engines) and engines[0].sides == ["discriminator"])
    wait_for(qtbot, studio, "paused")
    qtbot.waitUntil(transport.step_g.isEnabled)
    transport.step_g.trigger()
    qtbot.waitUntil(lambda: engines[0].sides == ["discriminator", "generator"])
    wait_for(qtbot, studio, "paused")
    qtbot.waitUntil(transport.step.isEnabled)
    transport.step.trigger()
    qtbot.waitUntil(lambda: engines[0].sides == ["discriminator", "generator", None])


def test_rewind_waits_for_a_checkpoint(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any
) -> None:
    transport = window.transport
    transport.train.trigger()
    wait_for(qtbot, studio, "running")
    assert not transport.rewind.isEnabled()
    transport.save.trigger()
    qtbot.waitUntil(transport.rewind.isEnabled)
    transport.rewind.trigger()
    qtbot.waitUntil(lambda: engines[0].rewinds == 1)


def test_slow_motion_sends_its_pace(
    window: MainWindow, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[m.Command] = []
    monkeypatch.setattr(studio, "post", posted.append)
    assert not window.transport.pace.isEnabled()
    window.transport.slow.trigger()
    window.transport.pace.setValue(4)
    window.transport.slow.trigger()
    assert posted == [m.Pace(2.0), m.Pace(8.0), m.Pace(None)]


def test_space_trains_unless_a_text_field_has_it(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any
) -> None:
    panel = plans(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    panel.field.setFocus()
    qtbot.keyClick(panel.field, Qt.Key.Key_Space)
    assert panel.field.text() == " "
    assert studio.state == "idle"
    assert not studio.training
    window.setFocus()
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.presses == [True]
    assert not panel.button.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for(qtbot, studio, "running")


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("floating", [False, True])
def test_a_button_reached_with_tab_can_be_pressed(
    key: Qt.Key, floating: bool, window: MainWindow, studio: Studio, qtbot: Any
) -> None:
    panel = plans(window)
    window.docks.docks["plans"].setFloating(floating)
    panel.window().activateWindow()
    qtbot.waitUntil(panel.window().isActiveWindow)
    panel.button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.button, key)
    assert panel.presses == [True]
    assert not studio.training


def test_holding_a_step_key_is_one_step(window: MainWindow) -> None:
    transport = window.transport
    held = (transport.train, transport.step, transport.step_d, transport.step_g)
    assert not any(action.autoRepeat() for action in held)


def test_stop_greys_what_cannot_help_before_the_step_in_hand_is_done(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any
) -> None:
    transport = window.transport
    transport.train.trigger()
    wait_for(qtbot, studio, "running")
    engines[0].may_step.clear()
    transport.stop.trigger()
    greyed = (transport.train, transport.step, transport.stop, transport.save, transport.rewind)
    assert not any(action.isEnabled() for action in greyed)
    assert transport.train.text() == "Stopping"
    engines[0].may_step.set()
    wait_for(qtbot, studio, "finished")
    assert transport.train.isEnabled()


def started(resumed: bool = True, nimg: int = 0, step: int = 0) -> m.Started:
    recipe = Recipe.make().to_dict()
    reals = np.zeros((1, 1, 32, 32), np.float32)
    return m.Started(Path("run"), resumed, {}, recipe, reals, 100_000, nimg, step)


def test_a_resumed_run_shows_how_far_it_is_and_keeps_the_pace(
    window: MainWindow, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.transport.slow.trigger()
    posted: list[m.Command] = []
    monkeypatch.setattr(studio, "post", posted.append)
    studio.stateChanged.emit("loading", "reading digits")
    studio.started.emit(started(nimg=25_000, step=390))
    studio.stateChanged.emit("paused", "")
    assert posted == [m.Pace(2.0)]
    assert window.transport.detail.toolTip() == "25.0 of 100 kimg"
    assert window.transport.detail.text() in ("25.0 of 100 kimg", "25.0 kimg", "25 %")
    assert window.transport.progress.value() == 250
    assert (window.status.value("Step"), window.status.value("kimg")) == ("390", "25.0")


# What happened


def test_the_status_bar_tells_figures(
    window: MainWindow, studio: Studio, engines: list, qtbot
) -> None:
    assert window.status.value("Device") == "CPU"
    window.transport.slow.trigger()  # steps that cost nothing would be through at once
    window.transport.train.trigger()
    qtbot.waitUntil(lambda: window.status.value("Samples/s") == "640")
    assert window.status.value("Memory") == "50 MB"
    assert window.status.value("Step") != "–"
    assert window.status.value("Left").startswith("1 min")


def test_figures_of_an_older_run_or_moment_go(window: MainWindow, studio: Studio) -> None:
    status = window.status
    studio.started.emit(started(resumed=False))
    studio.statsArrived.emit([m.Stats(40, 2560, 4.0, 640.0, {}, 50_000_000)])
    assert status.value("Left") != "–"
    studio.rewound.emit(m.Rewound(1280, 20))
    assert [status.value(name) for name in ("Step", "kimg", "Left")] == ["20", "1.3", "–"]
    studio.started.emit(started(resumed=False))
    shown = [status.value(name) for name in ("Step", "kimg", "Samples/s", "Left", "Memory")]
    assert shown == ["0", "0.0", "–", "–", "–"]


def test_what_viewing_costs_fades_while_nothing_is_trained(
    window: MainWindow, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(statusline.time, "monotonic", lambda: now[0])
    studio.rendered.emit(m.Rendered("gallery", np.zeros((1, 2), np.float32), 1, 0, 500.0))
    assert window.status.value("Viewing") == "10.0 %"
    assert window.status._clock.isActive()
    now[0] += 6
    window.status._clock.timeout.emit()
    assert window.status.value("Viewing") == "–"
    assert not window.status._clock.isActive()


def test_a_failed_session_is_told_and_the_window_lives(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any
) -> None:
    window.docks.docks["journal"].hide()
    window.transport.train.trigger()
    qtbot.waitUntil(lambda: bool(engines) and studio.state == "running")
    engines[0].fault = RuntimeError("a tensor took fright")
    wait_for(qtbot, studio, "failed")
    assert window.banner.isVisible()
    assert "a tensor took fright" in window.banner.text
    assert "rescued" in window.banner.text
    assert window.transport.train.isEnabled()
    assert not studio.training
    window.banner.logWanted.emit()
    assert window.docks.docks["journal"].isVisible()


def test_a_new_start_takes_the_banner_away(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any
) -> None:
    window.banner.say("old")
    window.transport.train.trigger()
    wait_for(qtbot, studio, "running")
    qtbot.waitUntil(window.banner.isHidden)


def test_what_is_said_while_a_run_is_opened_stays(window: MainWindow, studio: Studio) -> None:
    window.banner.say("old")
    studio.stateChanged.emit("loading", "")
    assert window.banner.isHidden()
    studio.noted.emit(m.Noted("a checkpoint is damaged", "error"))
    studio.stateChanged.emit("loading", "building gan")
    studio.started.emit(started())
    assert window.banner.isVisible()
    assert window.banner.text == "a checkpoint is damaged"


def test_closing_while_training_saves_and_leaves_no_thread(
    make: Maker, studio: Studio, engines: list, qtbot: Any
) -> None:
    window = make()
    window.transport.train.trigger()
    wait_for(qtbot, studio, "running")
    window.close()
    assert window.isVisible(), "it waits for the session"
    assert window.veil.isVisible()
    assert window.veil.text() == "Saving…"
    qtbot.waitUntil(window.isHidden, timeout=10_000)
    assert engines[0].saves == 1
    assert not any(thread.name == "session" for thread in threading.enumerate())


def test_closing_waits_for_a_long_step(
    make: Maker, studio: Studio, engines: list, qtbot: Any
) -> None:
    window = make()
    window.transport.train.trigger()
    wait_for(qtbot, studio, "running")
    engines[0].may_step.clear()
    window.close()
    assert window.isVisible()
    engines[0].may_step.set()
    qtbot.waitUntil(window.isHidden, timeout=10_000)
    assert engines[0].saves == 1


def test_closing_gives_up_what_was_to_begin_next(
    make: Maker, studio: Studio, engines: list, qtbot: Any, tmp_path: Path
) -> None:
    window = make()
    branching = Branching(studio, window)
    window.transport.train.trigger()
    wait_for(qtbot, studio, "running")
    engines[0].may_step.clear()
    branching.begin(Branch(tmp_path / "one", 0, studio.recipe, "two"))
    window.close()
    engines[0].may_step.set()
    qtbot.waitUntil(window.isHidden, timeout=10_000)
    assert len(engines) == 1


def test_closing_again_stops_what_runs_all_the_same(
    make: Maker, studio: Studio, engines: list, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make()
    window.transport.train.trigger()
    wait_for(qtbot, studio, "running")
    stop = studio.stop
    monkeypatch.setattr(studio, "stop", lambda: None)
    window.close()
    monkeypatch.setattr(studio, "stop", stop)
    window.close()
    qtbot.waitUntil(window.isHidden, timeout=10_000)


@pytest.fixture
def unsaved(
    window: MainWindow, studio: Studio, engines: list, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> MainWindow:
    """A window whose training could not be saved when it was to be closed."""

    def full(wait: bool = False) -> None:
        raise OSError("no space left")

    window.transport.train.trigger()
    wait_for(qtbot, studio, "running")
    monkeypatch.setattr(engines[0], "save", full)
    window.close()
    qtbot.waitUntil(lambda: "no space left" in window.banner.text, timeout=10_000)
    return window


def test_a_last_save_that_fails_keeps_window_and_training(
    unsaved: MainWindow, studio: Studio, qtbot: Any
) -> None:
    wait_for(qtbot, studio, "paused")
    assert unsaved.isVisible()
    assert unsaved.veil.isHidden()
    assert not studio.closing
    unsaved.banner.offers["Try again"].click()
    qtbot.waitUntil(lambda: "no space left" in unsaved.banner.text, timeout=10_000)
    wait_for(qtbot, studio, "paused")
    unsaved.banner.offers["End without saving"].click()
    wait_for(qtbot, studio, "finished")
    assert unsaved.isVisible()


def test_who_must_leave_leaves_unsaved(unsaved: MainWindow, qtbot: Any) -> None:
    unsaved.leave()
    qtbot.waitUntil(unsaved.isHidden, timeout=10_000)


def test_nothing_is_said_to_be_saved_while_loading(
    make: Maker, studio: Studio, engines: list, qtbot: Any
) -> None:
    window = make()
    studio._timer.stop()  # nothing is heard of the session yet
    window.transport.train.trigger()
    window.close()
    assert window.veil.text() == "Closing…"
    studio._timer.start()
    qtbot.waitUntil(window.isHidden, timeout=10_000)


def test_panels_are_released_once(make: Maker) -> None:
    before = Journal.released
    window = make()
    window.close()
    window.close()
    assert Journal.released == before + 1


# Runs and recipes


def a_run(root: Path, name: str, variant: str = "dcgan") -> Path:
    folder = root / name
    (folder / "checkpoints" / "000120.000k").mkdir(parents=True)
    (folder / "recipe.toml").write_text(f'variant = "{variant}"\ndata = "digits"\n')
    return folder


def test_runs_are_listed_and_what_is_no_run_is_left_out(tmp_path: Path) -> None:
    folder = a_run(tmp_path, "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "recipe.toml").write_text("[[[")
    (tmp_path / "empty").mkdir()
    (line,) = list_runs(tmp_path)
    assert (line.folder, line.variant, line.data, line.kimg) == (folder, "dcgan", "digits", "120.0")
    assert list_runs(tmp_path / "nowhere") == []


def test_a_run_is_chosen_to_explore_or_to_go_on(tmp_path: Path, qtbot: Any) -> None:
    folder = a_run(tmp_path, "good")
    for button, signal in (("explore", "exploreWanted"), ("resume", "resumeWanted")):
        dialog = OpenRun(tmp_path, training=False)
        qtbot.addWidget(dialog)
        with qtbot.waitSignal(getattr(dialog, signal)) as told:
            getattr(dialog, button).click()
        assert told.args == [folder]


def test_runs_are_ordered_by_their_newest_checkpoint(tmp_path: Path) -> None:
    for name, written in (("a", 1_000_000), ("b", 3_000_000), ("c", 2_000_000)):
        folder = a_run(tmp_path, name)
        os.utime(folder / "checkpoints" / "000120.000k", (written, written))
    os.utime(tmp_path / "a")  # the folder itself says nothing
    lines = list_runs(tmp_path)
    assert [line.folder.name for line in lines] == ["b", "c", "a"]
    assert lines[0].changed.timestamp() == 3_000_000


def test_a_run_folder_that_is_picked_is_chosen(
    tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, written in (("newer", 2_000_000), ("older", 1_000_000)):
        os.utime(a_run(tmp_path, name) / "checkpoints" / "000120.000k", (written, written))
    dialog = OpenRun(tmp_path / "elsewhere", training=False)
    qtbot.addWidget(dialog)
    picked = str(tmp_path / "older")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: picked)
    dialog._browse()
    with qtbot.waitSignal(dialog.exploreWanted) as told:
        dialog.explore.click()
    assert told.args == [tmp_path / "older"]


def test_a_recipe_is_read_off_the_windows_thread_and_a_broken_one_is_told(
    window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, threads = tmp_path / "mine.toml", []
    read = Recipe.load

    def watched(file: Path) -> Recipe:
        threads.append(threading.current_thread())
        return read(file)

    monkeypatch.setattr(Recipe, "load", watched)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    for text in ('variant = "gan"', "variant = ["):
        path.write_text(text)
        with qtbot.waitSignal(window._recipes.done):
            window.open_recipe()
    assert "mine.toml is no usable recipe" in window.banner.text
    assert len(threads) == 2
    assert threading.main_thread() not in threads


def test_recipes_can_be_taken_once_torch_is_there_and_nothing_is_trained(
    window: MainWindow, studio: Studio, catalogue: Any, engines: list, qtbot: Any
) -> None:
    actions = (window.from_new, window.from_recipe)
    assert not any(action.isEnabled() for action in actions)
    studio.catalogue = catalogue
    studio.catalogueReady.emit()
    assert all(action.isEnabled() for action in actions)
    window.transport.train.trigger()
    wait_for(qtbot, studio, "running")
    assert not any(action.isEnabled() for action in actions)
    window.transport.stop.trigger()
    wait_for(qtbot, studio, "finished")
    assert all(action.isEnabled() for action in actions)


def test_no_run_can_be_opened_while_training(tmp_path: Path, qtbot: Any) -> None:
    a_run(tmp_path, "good")
    dialog = OpenRun(tmp_path, training=True)
    qtbot.addWidget(dialog)
    assert not dialog.explore.isEnabled()
    assert not dialog.resume.isEnabled()
    assert "stop it" in dialog.hint.text()


def test_an_empty_runs_folder_says_so(tmp_path: Path, qtbot: Any) -> None:
    dialog = OpenRun(tmp_path, training=False)
    qtbot.addWidget(dialog)
    assert "Training makes the first one" in dialog.hint.text()
    assert not dialog.resume.isEnabled()


def test_a_run_without_a_recipe_is_told_in_the_banner(window: MainWindow, tmp_path: Path) -> None:
    window.resume(tmp_path)
    assert tmp_path.name in window.banner.text
    assert window.banner.isVisible()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (65, "1 min 05 s"), (1200, "20 min"), (3900, "1 h 05 min"), (90_000, "1 d 1 h")],
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert in_time(seconds) == text


def test_memory_in_words() -> None:
    assert in_bytes(312_000_000) == "312 MB"
    assert in_bytes(2_130_000_000) == "2.1 GB"


def test_neither_window_nor_panels_import_torch() -> None:
    import subprocess

    code = (
        "import sys, ganstudio.ui.window, ganstudio.ui.app\n"
        "from ganstudio import registry\n"
        "registry.discover('ui.panels')\n"
        "assert 'torch' not in sys.modules, 'torch was imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
