"""What the window offers when a training diverged, or its device is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganstudio.train import messages as m
from ganstudio.ui.window import MainWindow


def diverged() -> m.Diverged:
    remedies = (
        m.Remedy("g_lr 0.0001 instead of 0.0002", "g_lr", 1e-4),
        m.Remedy("precision float32, in a branch", "precision", "float32", live=False),
    )  # fmt: skip
    return m.Diverged("D/fake", 12_345, 12_000, None, remedies, 2)


def test_a_divergence_is_a_question_with_the_remedies_in_it(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[m.Command] = []
    monkeypatch.setattr(window.studio, "post", posted.append)
    window.studio.diverged.emit(diverged())
    for words in ("D/fake became not finite at 12.3 kimg", "second time", "g_lr 0.0001"):
        assert words in window.banner.text
    assert [*window.banner.offers] == ["Change that and go on", "Go on as it is", "Stop"]
    window.banner.offers["Change that and go on"].click()
    assert posted == [m.Tune("g_lr", 1e-4), m.Run()]
    assert window.banner.isHidden()


def test_going_on_elsewhere_answers_the_question(window: MainWindow) -> None:
    window.studio.diverged.emit(diverged())
    window.studio.stateChanged.emit("running", "")
    assert window.banner.isHidden()


@pytest.mark.parametrize("state", ["running", "finished", "failed"])
def test_questions_end_with_what_they_are_about(window: MainWindow, state: str) -> None:
    studio = window.studio
    studio.diverged.emit(diverged())
    studio.refused.emit(m.Refused(m.Stop(), "no space left"))
    window.banner.say("a metric failed")
    studio.stateChanged.emit("paused", "")
    assert window.banner.isVisible()
    studio.stateChanged.emit(state, "")
    assert window.banner.text == "a metric failed"
    window.banner.dismiss()
    assert window.banner.isHidden()


def test_a_stop_that_is_refused_again_asks_once(window: MainWindow) -> None:
    for reason in ("no space left", "no space left", "no such disk"):
        window.studio.refused.emit(m.Refused(m.Stop(), reason))
    assert "no such disk" in window.banner.text
    window.banner.dismiss()
    assert window.banner.isHidden()


def test_a_lost_device_offers_the_cpu(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, bool, str | None]] = []
    monkeypatch.setattr(
        window.studio, "resume", lambda run, paused, device: asked.append((run, paused, device))
    )
    window.studio.run_folder = Path("runs/one")
    lost = m.Failed("cuda does not answer any more", "Traceback", cause="device")
    window.studio.failed.emit(lost)
    window.banner.offers["Go on on the CPU"].click()
    assert asked == [(Path("runs/one"), False, "cpu")]
    window.studio.failed.emit(m.Failed("a metric failed", "Traceback", where="judge"))
    assert not window.banner.offers
    assert window.banner.text == "a metric failed"
