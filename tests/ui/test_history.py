import io
import json
import tracemalloc

import numpy as np
import pytest

from ganstudio.ui.curve import Curve, smooth
from ganstudio.ui.history import RATE, History
from ganstudio.ui.series import Series


def fill(history, count, start=0):
    for i in range(start, count):
        history.add(64 * (i + 1), 0.1 * (i + 1), {"D/real": float(i % 10), "G/fooled": 1.0})
    return history


def test_a_million_reports_stay_bounded_and_keep_their_extremes():
    history = History(capacity=1024)
    for i in range(1_000_000):
        history.add(i, i * 0.01, {"G/fooled": 50.0 if i == 123_456 else 1.0})
    curve = history.curve("G/fooled")
    assert len(curve.x) <= 1024
    assert curve.high.max() == 50.0
    assert curve.x[-1] == pytest.approx(999.999)
    assert history.series["G/fooled"].per_bucket == 1024


def test_the_bucket_that_is_being_filled_takes_no_more_than_a_full_one():
    series = Series(capacity=2)
    for i in range(2**16 - 1):  # half of them in a bucket that is not full
        series.add(i, i, float(i % 5))
    tracemalloc.start()
    for i in range(2**16 - 1, 2**17 - 2):
        series.add(i, i, float(i % 5))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 10_000
    (_, _, mean, low, high) = series.rows()[-1]
    assert mean == pytest.approx(2.0, abs=1e-3)
    assert (low, high) == (0, 4)


def test_few_reports_are_kept_as_they_are():
    curve = fill(History(), 30).curve("D/real")
    np.testing.assert_allclose(curve.x, 0.064 * np.arange(1, 31))
    np.testing.assert_array_equal(curve.mean, np.arange(30) % 10)
    np.testing.assert_array_equal(curve.low, curve.high)


def test_joined_buckets_hold_mean_and_range():
    history = fill(History(capacity=16), 16)
    curve = history.curve("D/real")
    assert len(curve.x) == 8
    np.testing.assert_allclose(curve.mean[:5], [0.5, 2.5, 4.5, 6.5, 8.5])
    np.testing.assert_allclose(curve.low[:5], [0, 2, 4, 6, 8])
    np.testing.assert_allclose(curve.high[:5], [1, 3, 5, 7, 9])


def test_an_unfinished_bucket_is_shown_too():
    history = fill(History(capacity=16), 17)
    assert history.series["D/real"].per_bucket == 2
    assert history.curve("D/real").x[-1] == pytest.approx(0.064 * 17)


def test_minutes_on_x():
    curve = fill(History(), 10).curve("D/real", axis="minutes")
    np.testing.assert_allclose(curve.x, np.arange(1, 11) * 0.1 / 60)


def test_the_speed_is_a_curve_of_its_own():
    history = History()
    history.add(64, 1.0, {"D/real": 1.0}, rate=640.0)
    assert history.curve(RATE).mean.tolist() == [640.0]


def test_rewinding_cuts_curves_and_marks():
    history = fill(History(), 100)
    history.mark_tuned(640, "g_lr", 1e-4, 2e-4)
    history.mark_saved(6000)
    history.rewind(3200)
    assert history.curve("D/real").x[-1] == pytest.approx(3.2)
    assert [mark.nimg for mark in history.marks] == [640]
    assert history.nimg == 3200
    fill(history, 60, start=50)
    assert len(history.curve("D/real").x) == 60


def test_a_report_from_before_the_last_is_a_rewind_and_the_same_one_counts_once():
    history = fill(History(), 100)
    history.add(3200, 5.0, {"D/real": 7.0})
    curve = history.curve("D/real")
    assert curve.x[-1] == pytest.approx(3.2)
    assert curve.mean[-1] == 7.0
    history.add(3200, 5.0, {"D/real": 7.0})
    assert len(history.curve("D/real").x) == len(curve.x)


def test_values_that_are_no_numbers_leave_no_trace():
    history = History()
    for i, value in enumerate([1.0, float("nan"), float("inf"), 2.0]):
        history.add(i + 1, i, {"D/real": value})
    assert history.curve("D/real").mean.tolist() == [1.0, 2.0]


def test_turning_a_knob_again_at_the_same_moment_moves_its_mark():
    history = fill(History(), 10)
    history.mark_tuned(640, "g_lr", 1e-4, 2e-4)
    history.mark_tuned(640, "g_lr", 2e-4, 5e-4)
    history.mark_tuned(640, "n_critic", 1, 2)
    assert [mark.text for mark in history.marks] == ["g_lr 0.0001 → 0.0005", "n_critic 1 → 2"]


def test_marks_stay_bounded_and_saves_go_first():
    history = History()
    history.mark_tuned(1, "g_lr", 1, 2)
    for i in range(2000):
        history.mark_saved(i + 2)
    assert len(history.marks) == 500
    assert history.marks[0].kind == "tuned"
    assert history.marks[-1].nimg == 2001


def test_moments_find_their_time():
    history = fill(History(), 100)
    np.testing.assert_allclose(history.seconds_at(np.array([64.0, 96.0, 640.0])), [0.1, 0.15, 1.0])
    assert History().seconds_at(np.array([5.0])).tolist() == [0.0]


def test_a_run_is_read_back_past_lines_it_does_not_know(tmp_path):
    lines = [
        json.dumps({"nimg": 64, "step": 1, "seconds": 0.5, "terms": {"D/real": 1.0}, "new": [1]}),
        json.dumps({"nimg": 100, "event": "tuned", "knob": "g_lr", "value": 2e-4}),
        json.dumps({"nimg": 110, "event": "saved"}),
        json.dumps({"nimg": 120, "event": "danced"}),
        json.dumps({"nimg": "many", "terms": {"D/real": 1.0}}),
        json.dumps({"nimg": 128, "seconds": 1.0, "terms": {"D/real": 2.0, "D/odd": "no"}}),
        json.dumps([1, 2]),
        '{"nimg": NaN, "terms": {}}',
        '{"nimg": 1e999, "terms": {"D/real": 3.0}}',
        '{"nimg": 192, "terms": {"D/real": 3.',
    ]
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join(lines))
    history = History.load(path)
    assert history.curve("D/real").mean.tolist() == [1.0, 2.0]
    assert list(history.series) == ["D/real"]
    assert [(mark.kind, mark.text) for mark in history.marks] == [
        ("tuned", "g_lr → 0.0002"),
        ("saved", "saved"),
    ]
    assert history.nimg == 128


def test_no_more_points_than_asked_for_and_no_spike_lost():
    x = np.linspace(0, 1, 9_999)
    values = np.random.default_rng(0).normal(size=9_999)
    curve = Curve(x, values, values - 1, values + 1)
    line_x, line_y = curve.line(500)
    assert len(line_x) == len(line_y) <= 500
    assert abs(line_y.mean() - values.mean()) < 0.01
    band_x, band_y = curve.band(500)
    assert len(band_x) == len(band_y) <= 500
    assert band_y.max() == (values + 1).max()
    assert band_y.min() == (values - 1).min()
    assert (np.diff(band_x) >= 0).all()


def test_clipping_keeps_a_neighbour_on_each_side():
    x = np.arange(10.0)
    part = Curve(x, x, x, x).clipped(3.5, 6.5)
    assert part.x.tolist() == [3, 4, 5, 6, 7]
    assert len(Curve(x, x, x, x).clipped(20, 30).x) <= 1


def test_the_value_under_the_mouse_is_the_nearest():
    x = np.array([1.0, 2.0, 4.0])
    curve = Curve(x, x * 10, x, x)
    assert curve.value_at(0.5) is None
    assert curve.value_at(2.9) == 20
    assert curve.value_at(3.1) == 40
    assert curve.value_at(float("inf")) == 40


def test_logarithm_leaves_gaps_at_zero_and_below():
    y = np.array([100.0, 0.0, -1.0])
    logs = Curve(y, y, y, y).logarithm().mean
    assert logs[0] == 2
    assert np.isnan(logs[1:]).all()


@pytest.mark.parametrize("keep", [0.5, 0.9, 0.997])
@pytest.mark.parametrize("count", [1, 63, 64, 65, 1000])
def test_smoothing_is_the_moving_average_by_its_definition(keep, count):
    values = np.random.default_rng(1).normal(size=count)
    average, expected = 0.0, []
    for i, value in enumerate(values):
        average = keep * average + (1 - keep) * value
        expected.append(average / (1 - keep ** (i + 1)))
    np.testing.assert_allclose(smooth(values, keep), expected, rtol=1e-9, atol=1e-12)


def test_the_table_has_a_column_a_term_and_gaps_where_one_was_not_reported():
    history = History()
    history.add(64, 0.5, {"D/real": 1.0})
    history.add(128, 1.0, {"D/real": 0.5, "D/r1": 0.25})
    file = io.StringIO()
    history.write_csv(file)
    assert file.getvalue().split() == [
        "nimg,seconds,D/real,D/r1", "64,0.500,1,", "128,1.000,0.5,0.25",
    ]  # fmt: skip


def test_capacity_is_even():
    with pytest.raises(ValueError, match="even number"):
        History(capacity=7)


def test_what_was_measured_is_read_at_its_own_moment(tmp_path):
    lines = [
        {"nimg": 1000, "seconds": 10, "terms": {"D/real": 1}},
        {"nimg": 2000, "seconds": 20, "terms": {"D/real": 1}},
        {
            "nimg": 1500,
            "event": "measured",
            "values": {"fcd": 7.5, "bad": None},
            "floors": {"fcd": 1},
        },
        {"nimg": 1600, "event": "measured", "values": 3},
    ]
    path = tmp_path / "history.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    history = History.load(path)
    assert history.nimg == 2000
    assert history.floors == {"M/fcd": 1}
    assert set(history.series) == {"D/real", "M/fcd"}
    assert history.series["M/fcd"].rows()[0, :3].tolist() == [1500, 15, 7.5]
