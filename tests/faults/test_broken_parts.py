"""A metric, an example or a device that fails: the rest works on, and the work is safe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from ganstudio.recipe import Recipe
from ganstudio.train import examples
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.evaluation import Ground
from ganstudio.train.explorer import Mailbox
from ganstudio.train.judge import Judge
from ganstudio.train.mishaps import DeviceLostError
from ganstudio.train.run import RunFolder
from ganstudio.train.session import Outbox, Session

SMALL = {"batch": 16, "width": 4, "z_dim": 4}


def begin(folder: Path, engines: list[Engine], judge: Judge | None = None) -> Session:
    recipe = Recipe.make("gan", "points", SMALL, kimg=1e5)

    def build(announce: Any) -> Engine:
        made = Engine.build(
            recipe, announce, folder=folder, data_root=folder, device="cpu", judge=judge
        )
        torch.set_num_threads(1)
        engines.append(made)
        return made

    return Session(build, Outbox())


def until(one: Session, wanted: Any) -> tuple[m.Event, list[m.Event]]:
    seen: list[m.Event] = []
    while True:
        news = one.outbox.wait(120)
        assert news, "never came"
        seen += news
        for event in news:
            if wanted(event):
                return event, seen


def test_a_metric_that_raises_is_shown_with_its_traceback_and_training_is_saved_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Ground, fake: object) -> dict[str, float]:
        raise ZeroDivisionError("a metric of somebody else")

    monkeypatch.setattr(Ground, "measure", broken)
    engines: list[Engine] = []
    one = begin(tmp_path / "run", engines, Judge(0.1, 0.0, tmp_path))
    one.start()
    failed, _ = until(one, lambda event: isinstance(event, m.Failed))
    assert failed.where == "judge"
    assert "a metric of somebody else" in failed.reason
    assert "ZeroDivisionError" in failed.traceback
    until(one, lambda event: isinstance(event, m.Saved) and event.nimg > 0)
    until(one, lambda event: isinstance(event, m.Stats))
    assert one.state == "running"
    assert one.close(30)
    assert "ZeroDivisionError" in (tmp_path / "run" / "log.txt").read_text()


def test_examples_that_cannot_be_chosen_cost_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("examples of a plug-in")

    monkeypatch.setattr(examples, "choose", broken)
    one = begin(tmp_path / "run", [])
    one.start()
    _, seen = until(one, lambda event: isinstance(event, m.Stats))
    failed = next(event for event in seen if isinstance(event, m.Failed))
    assert failed.where == "explorer"
    assert "examples of a plug-in" in failed.reason
    assert one.close(30)


def test_a_variant_that_raises_ends_the_session_after_a_rescue(tmp_path: Path) -> None:
    engines: list[Engine] = []
    one = begin(tmp_path / "run", engines)
    one.start(paused=True)
    until(one, lambda event: event == m.StateChanged("paused"))
    one.post(m.Run(steps=3))
    until(one, lambda event: event == m.StateChanged("paused"))

    def broken(*_: object) -> None:
        raise ArithmeticError("terms of a plug-in")

    engines[0].trainer.gan.g_terms = broken  # type: ignore[method-assign]
    one.post(m.Run())
    failed, _ = until(one, lambda event: isinstance(event, m.Failed))
    assert failed.where == "session"
    assert "terms of a plug-in" in failed.traceback
    assert failed.rescued is not None
    assert one.close(30)
    assert RunFolder.open(tmp_path / "run").read().nimg == 64


def gone(*_: object) -> None:
    """A GPU that has fallen off the bus: whatever touches it hears the same."""
    raise torch.AcceleratorError("CUDA error: unspecified launch failure")


def test_a_lost_device_is_told_with_what_is_kept_and_the_cpu_goes_on(tmp_path: Path) -> None:
    engines: list[Engine] = []
    one = begin(tmp_path / "run", engines)
    one.start(paused=True)
    until(one, lambda event: event == m.StateChanged("paused"))
    one.post(m.Run(steps=3))
    until(one, lambda event: isinstance(event, m.Stats) and event.step == 3)
    one.post(m.Save())
    until(one, lambda event: isinstance(event, m.Saved) and event.nimg == 48)
    one.post(m.Run(steps=2))
    until(one, lambda event: isinstance(event, m.Stats) and event.step == 5)
    engine = engines[0]
    engine.trainer.gan.D.forward = gone
    engine.trainer.faulty = engine.trainer.snapshot = gone  # nothing can be read any more
    one.post(m.Run())
    failed, _ = until(one, lambda event: isinstance(event, m.Failed))
    assert failed.cause == "device"
    assert failed.rescued == RunFolder.open(tmp_path / "run").checkpoint()
    for words in ("kept up to 0.0 kimg", "are lost", "on the CPU", "unspecified launch failure"):
        assert words in failed.reason
    assert one.close(30)
    again = Engine.build(
        Recipe.of_run(tmp_path / "run"), lambda event: None, folder=tmp_path / "run",
        data_root=tmp_path, device="cpu", resume=True,
    )  # fmt: skip
    assert again.trainer.nimg == 48
    again.step(None)
    again.close()


@pytest.mark.parametrize("errand", ["serve", "rewind", "rescue"])
def test_a_device_that_goes_between_steps_is_told_in_words(tmp_path: Path, errand: str) -> None:
    recipe = Recipe.make("gan", "points", SMALL, kimg=1e5)
    engine = Engine.build(
        recipe, lambda event: None, Mailbox(lambda: None), folder=tmp_path / "run",
        data_root=tmp_path, device="cpu",
    )  # fmt: skip
    engine.step(None)
    trainer = engine.trainer
    trainer.averaged = trainer.restore = trainer.faulty = gone  # type: ignore[method-assign]
    if errand == "rescue":
        assert engine.rescue() == engine.run.checkpoint()
    else:
        with pytest.raises(DeviceLostError, match="does not answer any more"):
            engine.serve(always=True) if errand == "serve" else engine.rewind(None)
    engine.close()
