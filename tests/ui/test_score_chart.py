import numpy as np
import pytest

from ganstudio.samples import Scale
from ganstudio.ui.score_chart import ScoreChart

CHANCE = Scale("chance", "Believes so.", probability=True, middle=0.0)


@pytest.fixture
def chart(qtbot):
    made = ScoreChart()
    qtbot.addWidget(made)
    made.resize(260, 140)
    return made


def colours(chart: ScoreChart) -> set[tuple[bool, bool]]:
    image = chart.grab().toImage()
    picked = (image.pixelColor(x, y) for x in range(0, 260, 2) for y in range(30, 120, 2))
    return {
        (c.green() > c.red() + 30, c.blue() > c.green() + 30) for c in picked if c.saturation() > 60
    }


def test_both_crowds_are_drawn_each_in_its_colour(chart) -> None:
    random = np.random.default_rng(0)
    chart.show_scores(random.normal(2, 1, 50), random.normal(-2, 1, 50), CHANCE)
    chart.mark(0.0)
    assert {(True, False), (False, True)} <= colours(chart)
    chart.show_scores(np.zeros(0), random.normal(-2, 1, 50), CHANCE)
    assert (True, False) not in colours(chart)


def test_without_scores_it_says_what_will_come(chart) -> None:
    assert chart.grab().toImage().width() == 260
    assert chart.range == (0.0, 1.0)


def test_probabilities_are_written_where_their_scores_are(chart) -> None:
    chart.show_scores(np.array([3.0]), np.array([-3.0]), CHANCE)
    assert [text for _, text in chart.ticks()] == ["0.1", "0.5", "0.9"]
    assert chart.ticks()[1][0] == 0
    chart.show_scores(np.array([0.001, 0.002]), np.array([0.0]), CHANCE)
    texts = [text for _, text in chart.ticks()]
    assert len(set(texts)) == len(texts) == 3, "close ones can be told apart"
    chart.show_scores(np.array([8.0]), np.array([7.9]), CHANCE)
    assert all(text.startswith(("1", "0.99")) for _, text in chart.ticks())
    chart.grab()


def test_other_scores_get_round_numbers(chart) -> None:
    chart.show_scores(np.array([-1.0, 1.0]), np.array([0.3]), Scale())
    assert [text for _, text in chart.ticks()] == ["−1", "−0.5", "0", "0.5", "1"]


def test_the_line_widens_the_axis_unless_it_lies_far_off(chart) -> None:
    chart.show_scores(np.array([0.0, 1.0]), np.array([0.5]), Scale())
    chart.mark(1.5)
    assert chart.range[1] > 1.5
    chart.mark(1e6)
    assert chart.range[1] < 2
    chart.grab()


def test_scores_that_are_no_numbers_are_left_out(chart) -> None:
    chart.show_scores(np.array([np.nan, 1.0]), np.array([np.inf, np.nan]), CHANCE)
    chart.mark(np.nan)
    assert len(chart.reals) == 1
    assert len(chart.fakes) == 0
    chart.grab()
