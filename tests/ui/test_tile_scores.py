import numpy as np
import pytest

from ganstudio.samples import Scale
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Judged
from ganstudio.ui.tableau import Fixed
from ganstudio.ui.tile_scores import TileScores

SAMPLES = np.zeros((4, 1, 8, 8), np.float32)


@pytest.fixture
def errands(studio, monkeypatch):
    """What the workshop was asked."""
    asked = []

    def work(task, tag="", **arguments):
        asked.append((tag, arguments))
        return len(asked)

    monkeypatch.setattr(studio, "work", work)
    monkeypatch.setattr(studio, "cancel", lambda ticket: None)
    return asked


@pytest.fixture
def scores(studio, errands, qtbot):
    made = TileScores(studio)
    for button in (made.switch, made.sorting):
        qtbot.addWidget(button)
    made.switch.setChecked(True)
    yield made
    made.forget()
    studio.state = "idle"


def answer(studio, ticket, scores):
    found = Judged(np.asarray(scores, np.float32), np.zeros(0), SAMPLES, Scale())
    studio.done.emit(m.Done(ticket, "judge", found, "live", 1, 0.2))


def test_an_answer_about_older_tiles_is_not_shown_on_newer_ones(studio, errands, scores) -> None:
    studio.state = "running"
    old, new = Fixed(np.zeros((4, 6))), Fixed(np.ones((4, 6)))
    scores.judge(old, SAMPLES)
    scores.judge(new, SAMPLES + 1)
    answer(studio, 1, range(4))
    assert scores.scores_of(new) is None
    assert len(errands) == 2, "the newer ones were chosen by a person, who waits"
    np.testing.assert_array_equal(errands[1][1]["samples"], SAMPLES + 1)
    answer(studio, 2, range(4, 8))
    assert scores.scores_of(new).tolist() == [4, 5, 6, 7]


def test_an_answer_about_other_real_samples_is_dropped(studio, errands, scores) -> None:
    scores.judge_reals(SAMPLES)
    scores.judge_reals(SAMPLES + 1)
    answer(studio, 1, range(4))
    assert scores.real_badges(4) == []
    answer(studio, 2, range(4))
    assert [badge.text for badge in scores.real_badges(4)]
