"""The bridge with the real engine: what it is told to do, and what its signals say."""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio import registry
from ganstudio.recipe import Recipe
from ganstudio.samples import SampleSpec
from ganstudio.train import messages as m
from ganstudio.train import session
from ganstudio.train.run import RunFolder
from ganstudio.ui import catalogue as catalogue_module
from ganstudio.ui import studio as studio_module
from ganstudio.ui.studio import Studio

BATCH = 8
TOLD = (
    "started", "statsArrived", "rendered", "modelReady", "tuned", "saved", "rewound", "refused",
    "failed", "noted",
)  # fmt: skip


def small(kimg: float = 1000.0, variant: str = "gan", data: str = "points") -> Recipe:
    return Recipe.make(variant, data, {"batch": BATCH, "width": 4, "z_dim": 4}, kimg=kimg)


class Ears:
    """Keeps everything that a studio says: by signal, and all of it in order."""

    def __init__(self, studio: Studio) -> None:
        self.of: dict[str, list[Any]] = defaultdict(list)
        self.order: list[Any] = []
        for name in TOLD:
            getattr(studio, name).connect(lambda event, name=name: self._take(name, event))
        studio.stateChanged.connect(lambda state, _: self._take("state", state))

    @property
    def stats(self) -> list[m.Stats]:
        return [one for reports in self.of["statsArrived"] for one in reports]

    @property
    def newest(self) -> int:
        """How far trained the model is that was told last."""
        ready = self.of["modelReady"]
        return ready[-1].nimg if ready else -1

    @property
    def saved(self) -> list[int]:
        return [event.nimg for event in self.of["saved"]]

    def _take(self, name: str, event: Any) -> None:
        self.of[name].append(event)
        self.order += event if name == "statsArrived" else [event]


@pytest.fixture
def ears(studio: Studio, qtbot: Any) -> Ears:
    return Ears(studio)


def wait_for(qtbot: Any, studio: Studio, state: str) -> None:
    qtbot.waitUntil(lambda: studio.state == state, timeout=30_000)


def unheard(qtbot: Any, studio: Studio, trained: list, updates: int) -> None:
    """Wait until so many turns are done and the session waits again."""
    qtbot.waitUntil(
        lambda: trained[-1].trainer.updates == updates and studio.session.state == "paused",
        timeout=30_000,
    )


def stand_still(qtbot: Any, studio: Studio, trained: list, updates: int) -> None:
    """Wait until so many turns are done and the session waits again; hear what it said."""
    unheard(qtbot, studio, trained, updates)
    studio.drain()


def start_paused(qtbot: Any, studio: Studio, recipe: Recipe | None = None) -> None:
    studio.start(recipe or small(), paused=True)
    wait_for(qtbot, studio, "paused")


# Training


def test_a_training_tells_of_itself_and_can_be_drawn_from_while_it_runs(
    studio: Studio, ears: Ears, qtbot: Any
) -> None:
    wanted = [studio.started, studio.modelReady, studio.statsArrived]
    with qtbot.waitSignals(wanted, timeout=30_000):
        studio.start(small())
    assert studio.training
    assert studio.run_folder is not None
    assert studio.run_folder.parent == studio.runs_root
    assert studio.reals is not None
    assert studio.reals.shape == (2048, 2)
    assert studio.model is not None
    assert (studio.model.variant, studio.model.z_dim) == ("gan", 4)
    z = studio.model.draw(3, seed=1)
    asked: list[int] = []
    with qtbot.waitSignal(
        studio.rendered, timeout=30_000, check_params_cb=lambda event: event.ticket in asked
    ) as drawn:
        asked.append(studio.ask("probe", z))
    assert studio.state == "running"
    assert drawn.args[0].tag == "probe"
    assert drawn.args[0].samples.shape == (3, 2)
    qtbot.waitUntil(lambda: ears.newest > 0, timeout=30_000)
    assert {event.source for event in ears.of["modelReady"]} == {"live"}
    assert set(ears.stats[-1].terms) == {"D/real", "D/fake", "G/fooled"}
    assert ears.of["failed"] == []


def test_a_second_start_does_nothing_while_there_is_a_session(
    studio: Studio, ears: Ears, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    first = studio.session
    studio.start(small())
    assert studio.session is first
    assert len(ears.of["started"]) == 1


def test_steps_are_counted_to_the_sample(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    studio.step()
    studio.step("discriminator")
    studio.step("discriminator")
    studio.step("generator")
    stand_still(qtbot, studio, trained, updates=2 + 2 + 1)
    assert (ears.stats[-1].step, ears.stats[-1].nimg) == (1, 3 * BATCH)
    studio.post(m.Run(steps=5))
    stand_still(qtbot, studio, trained, updates=5 + 2 * 5)
    assert (ears.stats[-1].step, ears.stats[-1].nimg) == (6, 8 * BATCH)


def test_one_side_alone_leaves_the_other_as_it_was(
    studio: Studio, trained: list, qtbot: Any
) -> None:
    def weights() -> dict[str, np.ndarray]:
        players = trained[0].trainer.gan.players
        return {
            name: np.concatenate([p.detach().numpy().ravel().copy() for p in net.parameters()])
            for name, net in players.items()
        }

    start_paused(qtbot, studio, small(variant="dcgan", data="digits"))
    before = weights()
    studio.step("discriminator")
    stand_still(qtbot, studio, trained, updates=1)
    after_d = weights()
    assert np.array_equal(after_d["G"], before["G"])
    assert not np.array_equal(after_d["D"], before["D"])
    studio.step("generator")
    stand_still(qtbot, studio, trained, updates=2)
    after_g = weights()
    assert np.array_equal(after_g["D"], after_d["D"])
    assert not np.array_equal(after_g["G"], after_d["G"])


def test_a_pause_holds_and_training_goes_on_from_there(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    with qtbot.waitSignal(studio.statsArrived, timeout=30_000):
        studio.start(small())
    studio.pause()
    wait_for(qtbot, studio, "paused")
    reached = trained[0].trainer.steps
    studio.post(m.Save())
    qtbot.waitUntil(lambda: reached * BATCH in ears.saved, timeout=30_000)
    assert trained[0].trainer.steps == reached
    studio.run()
    qtbot.waitUntil(lambda: ears.stats[-1].step > reached, timeout=30_000)
    assert studio.state == "running"


def test_a_tuned_knob_is_told_and_becomes_part_of_the_recipe(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    with qtbot.waitSignal(studio.tuned, timeout=30_000):
        studio.tune("d_lr", 1e-3)
    assert (ears.of["tuned"][0].before, ears.of["tuned"][0].value) == (2e-4, 1e-3)
    assert studio.recipe is not None
    assert studio.recipe.gan.d_lr == 1e-3
    assert trained[0].trainer.gan.rate("D") == 1e-3


def test_turned_knobs_are_turned_back_and_forth_one_by_one(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    for knob, value in (("d_lr", 1e-3), ("n_critic", 3)):
        with qtbot.waitSignal(studio.tuned, timeout=30_000):
            studio.tune(knob, value)
    for knob, before in (("n_critic", 1), ("d_lr", 2e-4)):
        with qtbot.waitSignal(studio.tuned, timeout=30_000):
            studio.turns.undo()
        assert (ears.of["tuned"][-1].knob, ears.of["tuned"][-1].value) == (knob, before)
    assert trained[0].trainer.gan.config.d_lr == 2e-4
    assert trained[0].trainer.gan.config.n_critic == 1
    assert not studio.turns.canUndo()
    for knob, after in (("d_lr", 1e-3), ("n_critic", 3)):
        assert studio.turns.redoText() == knob.replace("_", " ")
        with qtbot.waitSignal(studio.tuned, timeout=30_000):
            studio.turns.redo()
        assert (ears.of["tuned"][-1].knob, ears.of["tuned"][-1].value) == (knob, after)
    assert not studio.turns.canRedo()
    assert studio._turning == []


def test_knobs_turned_back_faster_than_the_session_answers(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    for value in (1e-3, 2e-3, 3e-3):
        with qtbot.waitSignal(studio.tuned, timeout=30_000):
            studio.tune("d_lr", value)
    for turn in (studio.turns.undo, studio.turns.undo, studio.turns.redo, studio.turns.undo):
        turn()
    qtbot.waitUntil(lambda: len(ears.of["tuned"]) == 7, timeout=30_000)
    assert trained[0].trainer.gan.config.d_lr == 1e-3
    assert (studio.turns.count(), studio.turns.index()) == (3, 1)


@pytest.mark.parametrize(
    ("knob", "value", "reason"),
    [("d_lr", 7.0, "0 to 1"), ("width", 8, "takes a new run"), ("heat", 1, "no knob 'heat'")],
)
def test_what_cannot_be_tuned_is_refused_with_the_reason(
    knob: str, value: float, reason: str, studio: Studio, ears: Ears, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    before = studio.recipe
    with qtbot.waitSignal(studio.refused, timeout=30_000):
        studio.tune(knob, value)
    assert ears.of["refused"][0].command == m.Tune(knob, value)
    assert reason in ears.of["refused"][0].reason
    assert studio.recipe == before
    assert studio.state == "paused"


def test_a_rewind_stands_at_the_checkpoint_with_its_knobs(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    studio.post(m.Run(steps=2))
    stand_still(qtbot, studio, trained, updates=4)
    studio.post(m.Save())
    qtbot.waitUntil(lambda: 2 * BATCH in ears.saved, timeout=30_000)
    folder = ears.of["saved"][-1].checkpoint
    assert folder.is_dir()
    studio.tune("d_lr", 1e-3)
    studio.post(m.Run(steps=3))
    stand_still(qtbot, studio, trained, updates=10)
    with qtbot.waitSignal(studio.rewound, timeout=30_000):
        studio.post(m.Rewind())
    assert (ears.of["rewound"][0].nimg, ears.of["rewound"][0].step) == (2 * BATCH, 2)
    assert trained[0].trainer.updates == 4
    qtbot.waitUntil(lambda: studio.recipe.gan.d_lr == 2e-4, timeout=30_000)
    assert (ears.of["tuned"][-1].knob, ears.of["tuned"][-1].before) == ("d_lr", 1e-3)
    studio.step()
    stand_still(qtbot, studio, trained, updates=6)
    assert ears.stats[-1].step == 3


def test_an_unknown_checkpoint_is_refused(studio: Studio, ears: Ears, qtbot: Any) -> None:
    start_paused(qtbot, studio)
    with qtbot.waitSignal(studio.refused, timeout=30_000):
        studio.post(m.Rewind("yesterday"))
    assert "no checkpoint yesterday" in ears.of["refused"][0].reason
    assert studio.training


def test_stopping_ends_the_session_and_another_can_start(
    studio: Studio, ears: Ears, qtbot: Any
) -> None:
    with qtbot.waitSignal(studio.statsArrived, timeout=30_000):
        studio.start(small())
    first = studio.run_folder
    studio.stop()
    wait_for(qtbot, studio, "finished")
    assert not studio.training
    assert ears.of["state"][-2:] == ["stopping", "finished"]
    assert not any(thread.name == "session" for thread in threading.enumerate())
    start_paused(qtbot, studio, small(variant="dcgan", data="digits"))
    assert studio.training
    assert studio.run_folder != first
    qtbot.waitUntil(lambda: studio.model.variant == "dcgan", timeout=30_000)
    assert (studio.model_source, ears.newest) == ("live", 0)


def test_a_session_that_cannot_begin_is_told_and_the_next_one_can(
    studio: Studio, ears: Ears, qtbot: Any
) -> None:
    studio.start(small(variant="dcgan", data="mnist"))
    wait_for(qtbot, studio, "failed")
    assert ears.of["failed"][0].where == "session"
    assert str(studio.data_root) in ears.of["failed"][0].reason
    assert not studio.training
    start_paused(qtbot, studio)


# Stored runs


def stored(qtbot: Any, studio: Studio, trained: list, steps: int = 3) -> Path:
    """Train a little and stop."""
    start_paused(qtbot, studio)
    studio.tune("g_lr", 1e-3)
    studio.post(m.Run(steps=steps))
    stand_still(qtbot, studio, trained, updates=2 * steps)
    studio.stop()
    wait_for(qtbot, studio, "finished")
    assert studio.run_folder is not None
    return studio.run_folder


def draw(qtbot: Any, studio: Studio, z: np.ndarray) -> m.Rendered:
    asked: list[int] = []
    with qtbot.waitSignal(
        studio.rendered, timeout=30_000, check_params_cb=lambda event: event.ticket in asked
    ) as drawn:
        asked.append(studio.ask("probe", z))
    event: m.Rendered = drawn.args[0]
    return event


def test_a_stored_run_draws_the_same_as_the_live_model_did(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    folder = stored(qtbot, studio, trained)
    qtbot.waitUntil(lambda: ears.newest == 3 * BATCH, timeout=30_000)
    z = studio.model.draw(5, seed=3)
    live = draw(qtbot, studio, z)
    assert studio.model_source == "live"
    with qtbot.waitSignal(studio.modelReady, timeout=30_000):
        studio.explore(folder)
    assert studio.model_source == str(folder)
    again = draw(qtbot, studio, z)
    assert (live.nimg, again.nimg) == (3 * BATCH, 3 * BATCH)
    assert np.ptp(live.samples) > 0
    assert np.array_equal(again.samples, live.samples)


def test_a_folder_without_a_model_is_told_and_the_old_one_still_draws(
    studio: Studio, ears: Ears, trained: list, qtbot: Any, tmp_path: Path
) -> None:
    stored(qtbot, studio, trained)
    qtbot.waitUntil(lambda: ears.newest == 3 * BATCH, timeout=30_000)
    with qtbot.waitSignal(studio.failed, timeout=30_000):
        studio.explore(tmp_path / "nowhere")
    assert ears.of["failed"][0].where == "explorer"
    assert draw(qtbot, studio, studio.model.draw(2, seed=0)).samples.shape == (2, 2)


def test_a_stored_run_is_not_hidden_by_what_a_training_left_before(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    folder = stored(qtbot, studio, trained)
    qtbot.waitUntil(lambda: ears.newest == 3 * BATCH, timeout=30_000)
    with studio.explorer._bell:  # the explorer is busy while both arrive
        trained[0].serve(always=True)
        studio.explore(folder)
    with qtbot.waitSignal(studio.modelReady, timeout=30_000):
        pass
    draw(qtbot, studio, studio.model.draw(1, seed=0))
    assert studio.model_source == str(folder)


def test_a_resumed_run_goes_on_where_it_stopped(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    folder = stored(qtbot, studio, trained)
    studio.resume(folder)
    wait_for(qtbot, studio, "paused")
    event = ears.of["started"][-1]
    assert (event.resumed, event.nimg, event.step) == (True, 3 * BATCH, 3)
    assert studio.run_folder == folder
    assert studio.recipe.gan.g_lr == 1e-3, "what was tuned is still turned"
    studio.step()
    stand_still(qtbot, studio, trained, updates=8)
    assert (ears.stats[-1].step, ears.stats[-1].nimg) == (4, 4 * BATCH)
    studio.stop()
    wait_for(qtbot, studio, "finished")
    assert RunFolder.open(folder).read().nimg == 4 * BATCH


# A window that does not look


def test_a_stalled_window_costs_no_memory_and_hears_all_milestones_in_order(
    studio: Studio, ears: Ears, trained: list, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 600
    monkeypatch.setattr(session, "REPORT_INTERVAL_S", 0.0)  # a report after each step
    studio._timer.stop()
    studio.start(small(kimg=steps * BATCH / 1000))
    for command in (m.Tune("d_lr", 1e-3), m.Tune("width", 8), m.Tune("d_lr", 2e-3)):
        studio.post(command)
    z = np.zeros((2, 4), np.float32)
    for _ in range(50):
        studio.ask("latent", z)
    thread = studio.session._thread
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=60_000)
    newest = studio.ask("latent", z)
    outbox = studio.outbox
    qtbot.waitUntil(lambda: outbox._previews["latent"][1].ticket == newest, timeout=30_000)
    assert len(outbox._stats) == session.STATS_KEPT
    assert len(outbox._previews) == 1
    assert ears.order == []
    studio._timer.start()
    wait_for(qtbot, studio, "finished")
    qtbot.waitUntil(lambda: bool(ears.of["rendered"]), timeout=30_000)
    heard = [one.step for one in ears.stats]
    assert heard == list(range(steps - session.STATS_KEPT + 1, steps + 1))
    states = [state for i, state in enumerate(ears.of["state"]) if state != "loading" or i == 0]
    assert states == ["loading", "running", "stopping", "finished"]
    assert [event.value for event in ears.of["tuned"]] == [1e-3, 2e-3]
    assert [event.command.knob for event in ears.of["refused"]] == ["width"]
    assert [event.nimg for event in ears.of["saved"]] == [0, steps * BATCH]
    place = {type(one): i for i, one in enumerate(ears.order)}  # the last of each kind
    first = next(i for i, one in enumerate(ears.order) if isinstance(one, m.Stats))
    assert place[m.Started] < place[m.Tuned] < first < place[m.Stats] < place[m.Saved]
    assert ears.order.index("finished") > place[m.Stats]
    assert RunFolder.open(studio.run_folder).read().nimg == steps * BATCH


def test_what_was_reported_before_a_rewind_is_heard_before_it(
    studio: Studio, ears: Ears, trained: list, qtbot: Any
) -> None:
    start_paused(qtbot, studio)
    studio._timer.stop()
    studio.post(m.Run(steps=3))
    unheard(qtbot, studio, trained, updates=6)
    studio.post(m.Rewind())
    studio.step()
    stand_still(qtbot, studio, trained, updates=2)
    told = [one for one in ears.order if isinstance(one, m.Stats | m.Rewound)]
    back = next(i for i, one in enumerate(told) if isinstance(one, m.Rewound))
    assert (told[back - 1].step, told[back].step) == (3, 0)
    assert [one.step for one in told[back + 1 :]] == [1]


# What there is to choose


def test_a_member_that_cannot_be_shown_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Nameless:
        """No title, no knobs."""

    found = registry.discover("gans")
    monkeypatch.setattr(registry, "discover", lambda _: {"nameless": Nameless, **found})
    assert set(catalogue_module._cards("gans")) == set(found)
    assert "gans/nameless cannot be used" in caplog.text


def test_a_catalogue_that_cannot_be_read_is_told(
    studio: Studio, ears: Ears, qtbot: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr(catalogue_module, "_cards", lambda _: {})
    with qtbot.waitSignal(studio.catalogueFailed, timeout=30_000) as told:
        studio.load_catalogue()
    assert "cannot be listed" in told.args[0]
    assert ears.of["noted"][0].level == "error"
    assert studio.catalogue is None
    caplog.clear()


def test_real_samples_go_with_the_run_they_are_of(studio: Studio) -> None:
    model = m.Model("dcgan", "digits", SampleSpec("image", (1, 32, 32)), 8)
    reals = np.zeros((1, 1, 32, 32), np.float32)
    recipe = Recipe.make("dcgan", "digits").to_dict()
    studio._on_started(m.Started(Path("run"), False, {}, recipe, reals, 1000))
    studio._on_model(m.ModelReady("live", 0, model))
    studio._on_model(m.ModelReady("run/checkpoints/1", 0, model))
    assert studio.reals is reals
    seen: list[Any] = []
    studio.modelReady.connect(lambda _: seen.append(studio.reals))
    studio._on_model(m.ModelReady("other", 0, model))  # the same key, perhaps another folder
    kept = np.ones((1, 1, 32, 32), np.float32)
    studio._on_model(m.ModelReady("another", 0, model, reals=kept))
    assert seen[0] is None, "panels see it no more when they hear of the model"
    assert seen[1] is kept, "an opened run brings its own"


def test_weights_are_renewed_only_for_those_who_look(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[bool] = []
    monkeypatch.setattr(studio.explorer, "refresh", lambda: renewed.append(True))
    monkeypatch.setattr(studio.explorer, "request", lambda request: 1)
    studio.state = "running"
    studio.drain()
    assert renewed == []
    studio.ask("gallery", np.zeros((1, 4), np.float32))
    studio.drain()
    assert renewed == [True]
    model = m.Model("gan", "points", SampleSpec("points", (2,)), 4)
    studio._on_model(m.ModelReady("live", 8, model))
    studio._next_renewal = 0.0
    studio.drain()
    assert renewed == [True]


def test_closing_waits_once_for_all_threads(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waited = [10.0], []

    class Slow:
        def close(self, timeout_s: float = 30.0) -> bool:
            waited.append(timeout_s)
            now[0] += timeout_s
            return False

    with monkeypatch.context() as patch:
        patch.setattr(studio_module.time, "monotonic", lambda: now[0])
        patch.setattr(studio, "session", Slow())
        patch.setattr(studio, "explorer", Slow())
        assert not studio.close(3.0)
    assert waited == [3.0, 0.0]


def test_stored_models_are_drawn_where_it_was_asked_for(studio: Studio) -> None:
    assert studio.explorer.device == studio.device == "cpu"


def test_the_discriminator_is_copied_only_while_somebody_looks(ready, qtbot, trained) -> None:
    told = []
    ready.modelReady.connect(lambda event: told.append(ready.explorer.sampler))
    ready.start(Recipe.make("gan", "points", {"batch": 8, "width": 4, "z_dim": 2}), paused=True)
    qtbot.waitUntil(lambda: ready.state == "paused" and bool(told), timeout=20_000)
    assert told[-1]._critic is None
    ready.look_at_scores("a", True)
    ready.look_at_scores("b", True)
    qtbot.waitUntil(lambda: told[-1]._critic is not None, timeout=20_000)
    assert told[-1].critic.nimg == told[-1].nimg
    assert ready.state == "paused"
    ready.look_at_scores("a", False)
    assert ready.explorer.mailbox.with_critic, "b still looks"
    ready.look_at_scores("b", False)
    count = len(told)
    ready.step()
    qtbot.waitUntil(lambda: len(told) > count, timeout=20_000)
    assert told[-1]._critic is None


def reported(step: int) -> m.Stats:
    return m.Stats(step, 64 * step, 0.1 * step, 640.0, {"D/real": 0.5}, 0)


def test_reports_are_heard_in_bursts_and_before_what_follows_them(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio_module, "HEARD_S", 3600.0)
    heard: list[object] = []
    studio.statsArrived.connect(lambda news: heard.extend(one.step for one in news))
    studio.saved.connect(lambda event: heard.append("saved"))
    for step in (1, 2, 3):
        studio.outbox.put(reported(step))
        studio.drain()
    assert heard == [1]
    studio._next_heard = 0.0  # an hour later
    studio.drain()
    assert heard == [1, 2, 3]
    studio.outbox.put(reported(4))
    studio.outbox.put(m.Saved(Path("run"), 4))
    studio.outbox.put(reported(5))
    studio.drain()
    assert heard == [1, 2, 3, 4, "saved"]
    assert studio.close()
    assert heard[-1] == 5
