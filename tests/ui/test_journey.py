import pytest

from ganstudio.train import messages as m
from ganstudio.ui.journey import LONGEST_WAIT_MS, Journey

KEPT = (0, 1000, 2000, 4000, 8000)


@pytest.fixture
def asked(studio, monkeypatch):
    """What the explorer is asked to open; None is back to now."""
    calls = []
    monkeypatch.setattr(studio.explorer, "open", lambda run, moment=None: calls.append(moment))
    monkeypatch.setattr(studio.explorer, "back", lambda: calls.append(None))
    return calls


@pytest.fixture
def journey(studio, asked, tmp_path):
    studio._timer.stop()
    studio._on_remembered(m.Remembered(tmp_path, KEPT))
    made = Journey(studio, studio)
    yield made
    made.release()


def ready(studio, nimg):
    model = m.Model("dcgan", "digits", None, 8)
    studio.modelReady.emit(m.ModelReady("x", nimg, model))


def test_steps_go_from_moment_to_moment_and_end_at_now(journey, studio):
    seen = []
    journey.moved.connect(lambda: seen.append(journey.at))
    for by in (-1, -1, -10, -1, 1, 1):
        journey.step(by)
    assert seen == [8000, 4000, 0, 1000, 2000]
    journey.step(10)
    assert journey.at is None
    journey.step(1)
    assert journey.at is None
    journey.first()
    assert journey.at == 0
    journey.now()
    assert journey.at is None


def test_a_fast_drag_asks_for_the_first_and_the_last(journey, studio, asked):
    for nimg in KEPT:
        journey.go(nimg)
    assert asked == [0]
    assert journey.at == 8000
    journey._throttle.stop()
    journey._follow()
    assert asked == [0, 8000]
    journey._throttle.stop()
    journey._follow()
    assert asked == [0, 8000]
    assert studio.moment == 8000


def test_the_film_shows_each_moment_that_is_drawn_and_ends_at_now(journey, studio):
    played = []
    journey.playing.connect(played.append)
    journey.play()
    assert journey.at == 0
    journey._next()
    assert journey.at == 0  # it is not drawn yet
    for nimg, then in zip(KEPT, (*KEPT[1:], None), strict=True):
        ready(studio, nimg)
        journey._next()
        assert journey.at == then
    assert played == [True, False]
    assert not journey.plays


def test_the_film_goes_on_without_a_moment_that_never_comes(journey):
    journey.play()
    for _ in range(LONGEST_WAIT_MS // round(1000 / journey.pace) + 1):
        assert journey.at == 0
        journey._next()
    assert journey.at == 1000


def failed(studio, drawn):
    """The explorer could not load what was asked for, and draws this moment still."""
    if studio.explorer.moment is not None:
        studio.explorer._moment = drawn
    studio._on_failed(m.Failed("damaged", "", where="explorer"))


def test_a_moment_that_cannot_be_loaded_is_left_again(journey, studio, asked):
    journey.go(1000)
    journey._throttle.stop()
    journey.go(4000)  # the throttle runs
    studio.explorer._moment = 4000
    failed(studio, 1000)
    assert (journey.at, studio.moment) == (1000, 1000)
    assert not journey._throttle.isActive()
    studio.explorer._moment = None
    failed(studio, None)
    assert (journey.at, studio.moment) == (None, None)
    assert asked == [1000, 4000]


def test_the_film_goes_on_without_a_moment_that_cannot_be_loaded(
    journey, studio, asked, monkeypatch
):
    def opened(run, moment=None):
        asked.append(moment)
        studio.explorer._moment = moment

    monkeypatch.setattr(studio.explorer, "open", opened)
    journey.play()
    studio._on_failed(m.Failed("damaged", "", where="explorer"))
    assert journey.plays
    assert (journey.at, studio.moment) == (1000, 1000)
    assert asked == [0, 1000]


def test_the_film_starts_where_one_stands_and_a_hand_stops_it(journey):
    journey.go(2000)
    journey.play()
    assert journey.at == 2000
    journey.set_pace(20)
    assert journey._film.interval() == 50
    journey.go(1000)
    assert not journey.plays


def test_whoever_else_travels_is_followed(journey, studio):
    journey.play()
    journey._throttle.stop()
    studio.travel(4000)
    assert journey.at == 4000
    assert not journey.plays
    studio._stand_at(None)
    assert journey.at is None


def test_without_moments_nothing_plays(journey, studio, tmp_path):
    journey.go(4000)
    journey._throttle.stop()
    studio._on_remembered(m.Remembered(tmp_path / "other", ()))
    assert journey.at is None
    journey.play()
    assert not journey.plays
