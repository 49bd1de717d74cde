import threading
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest

from ganstudio.samples import SampleSpec
from ganstudio.train import explorer as module
from ganstudio.train import messages as m
from ganstudio.train.explorer import Explorer
from ganstudio.train.sampler import Sampler
from ganstudio.train.session import Outbox

MODEL = m.Model("gan", "points", SampleSpec("image", (1, 64, 64)), z_dim=3)


def sampler(nimg: int = 0, draw: object = None, model: m.Model = MODEL) -> MagicMock:
    """A generator that paints every sample with the first latent, times psi."""

    def paint(z: np.ndarray, told: m.Told, psi: float, shift: object, noise: float) -> np.ndarray:
        return np.broadcast_to(psi * z[:, :1, None, None], (len(z), 1, 64, 64)).copy()

    made = MagicMock(spec=Sampler)
    made.model, made.nimg, made.source = model, nimg, "live"
    made.draw.side_effect = draw or paint
    made.examples, made.fill.return_value, made.beside.return_value = None, {}, {}
    return made


@pytest.fixture
def explorer():
    made = Explorer(Outbox())
    yield made
    assert made.close(10)


def wait_for(explorer: Explorer, kind: type, count: int = 1) -> list[m.Event]:
    found: list[m.Event] = []
    while len(found) < count:
        news = explorer.outbox.wait(10)
        assert news, f"no {kind.__name__} came"
        found += [event for event in news if isinstance(event, kind)]
    return found


def test_a_request_is_drawn_from_the_newest_model(explorer: Explorer) -> None:
    explorer.refresh()
    assert explorer.mailbox.wanted
    explorer.mailbox.offer(sampler(nimg=500))
    (ready,) = wait_for(explorer, m.ModelReady)
    assert (ready.source, ready.nimg, ready.model) == ("live", 500, MODEL)
    z = np.full((2, 3), 0.5, np.float32)
    ticket = explorer.request(m.Request("latent", z, psi=0.5))
    (made,) = wait_for(explorer, m.Rendered)
    assert (made.tag, made.ticket, made.nimg) == ("latent", ticket, 500)
    assert made.samples.shape == (2, 1, 64, 64)
    assert np.all(made.samples == 0.25)


def test_noise_and_a_shift_of_each_layer_arrive(explorer: Explorer) -> None:
    model = m.Model("gan", "points", SampleSpec("image", (1, 64, 64)), 3, w_dim=2, layers=4)
    got: list[object] = []

    def noted(z: np.ndarray, told: m.Told, psi: float, *rest: object) -> np.ndarray:
        got.extend(rest)
        return np.zeros((len(z), 1, 64, 64), np.float32)

    made = sampler(draw=noted, model=model)
    explorer.mailbox.offer(made)
    z, shift = np.zeros((1, 3), np.float32), np.ones((1, 4, 2), np.float32)
    explorer.request(m.Request("misfit", z, shift=shift[:, :3]))
    explorer.request(m.Request("latent", z, shift=shift, noise=0.25))
    wait_for(explorer, m.Rendered)
    assert np.array_equal(got[0], shift)
    assert got[1:] == [0.25]


def test_only_the_newest_request_of_a_tag_is_drawn(explorer: Explorer) -> None:
    held, go = threading.Event(), threading.Event()

    def slow(z: np.ndarray, told: m.Told, psi: float, shift: object, noise: float) -> np.ndarray:
        held.set()
        assert go.wait(10)
        return np.broadcast_to(z[:, :1, None, None], (len(z), 1, 64, 64)).copy()

    explorer.mailbox.offer(sampler(draw=slow))
    explorer.request(m.Request("latent", np.zeros((1, 3), np.float32)))
    assert held.wait(10)
    tickets = [
        explorer.request(m.Request("latent", np.full((1, 3), i, np.float32))) for i in range(1, 9)
    ]
    go.set()
    made: list[m.Event] = []
    while not made or made[-1].ticket != tickets[-1]:
        made += wait_for(explorer, m.Rendered)
    assert len(made) <= 2
    assert np.all(made[-1].samples == 8)


def test_panels_that_ask_for_the_same_place_share_one_drawing(explorer: Explorer) -> None:
    made = sampler(nimg=500)
    explorer.mailbox.offer(made)
    z = np.full((1, 3), 0.5, np.float32)
    for tag in ("latent", "solid"):
        explorer.request(m.Request(tag, z))
        wait_for(explorer, m.Rendered)
    assert made.draw.call_count == 1
    newer = sampler(nimg=600)
    explorer.mailbox.offer(newer)
    explorer.request(m.Request("latent", z))
    assert wait_for(explorer, m.Rendered)[0].nimg == 600  # type: ignore[attr-defined]
    assert newer.draw.call_count == 1


def test_a_slider_is_not_kept_waiting_by_the_gallery(explorer: Explorer) -> None:
    order: list[int] = []
    first = threading.Event()
    go = threading.Event()

    def counted(z: np.ndarray, told: m.Told, psi: float, shift: object, noise: float) -> np.ndarray:
        order.append(len(z))
        if len(order) == 1:
            first.set()
            assert go.wait(10)
        return np.zeros((len(z), 1, 64, 64), np.float32)

    explorer.mailbox.offer(sampler(draw=counted))
    explorer.request(m.Request("gallery", np.zeros((64, 3), np.float32)))
    assert first.wait(10)  # the gallery is being drawn, 16 of 64
    explorer.request(m.Request("latent", np.zeros((1, 3), np.float32)))
    go.set()
    wait_for(explorer, m.Rendered, 2)
    assert order == [16, 1, 16, 16, 16]


def test_what_was_asked_of_another_model_is_dropped(explorer: Explorer) -> None:
    other = m.Model("gan", "points", SampleSpec("image", (1, 64, 64)), z_dim=7)
    explorer.mailbox.offer(sampler())
    wait_for(explorer, m.ModelReady)
    second = sampler(model=other)
    with explorer._bell:  # the request and the new model arrive together
        explorer._pending["latent"] = m.Request("latent", np.zeros((1, 3), np.float32))
        explorer.mailbox._slot = second
        explorer._bell.notify()
    wait_for(explorer, m.ModelReady)
    assert not second.draw.called


def test_a_failure_is_told_and_the_next_request_answered(explorer: Explorer) -> None:
    calls: list[int] = []

    def fails_once(
        z: np.ndarray, told: m.Told, psi: float, shift: object, noise: float
    ) -> np.ndarray:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("this z will not do")
        return np.zeros((len(z), 1, 64, 64), np.float32)

    explorer.mailbox.offer(sampler(draw=fails_once))
    explorer.request(m.Request("latent", np.zeros((1, 3), np.float32)))
    (failed,) = wait_for(explorer, m.Failed)
    assert failed.where == "explorer"
    assert failed.reason == "this z will not do"
    explorer.request(m.Request("latent", np.zeros((1, 3), np.float32)))
    wait_for(explorer, m.Rendered)


def test_a_folder_that_is_no_run_is_told(explorer: Explorer, tmp_path: Path) -> None:
    explorer.open(tmp_path / "nothing")
    (failed,) = wait_for(explorer, m.Failed)
    assert "nothing" in failed.reason


def test_without_need_there_is_no_thread_and_closing_is_final() -> None:
    made = Explorer(Outbox())
    assert made._thread is None
    assert made.close()
    made.mailbox.offer(sampler())
    assert made._thread is None


class Shelf:
    """A library of stand-ins, as the explorer uses one."""

    def __init__(self, draw: object = None) -> None:
        self.draw, self.opened = draw, []

    def newest(self, folder: Path) -> MagicMock:
        made = sampler(9000, self.draw)
        made.source = str(folder)
        return made

    def at(self, folder: Path, nimg: int) -> MagicMock:
        self.opened.append(nimg)
        made = sampler(nimg, self.draw)
        made.source = str(folder)
        return made

    def moments(self, folder: Path) -> tuple[int, ...]:
        return (0, 5000, 9000)


RUN = Path("runs/one")


def ask(explorer: Explorer, tag: str = "latent", count: int = 1) -> None:
    explorer.request(m.Request(tag, np.ones((count, 3), np.float32)))


def test_the_past_is_shown_and_live_weights_wait_until_one_is_back(explorer: Explorer) -> None:
    explorer._library = Shelf()
    explorer.mailbox.offer(sampler(nimg=500))
    wait_for(explorer, m.ModelReady)
    explorer.open(RUN, 5000)
    (then,) = wait_for(explorer, m.ModelReady)
    assert (then.source, then.nimg) == (str(RUN), 5000)
    explorer.mailbox.offer(sampler(nimg=600))
    ask(explorer)
    (made,) = wait_for(explorer, m.Rendered)
    assert made.nimg == 5000
    assert explorer.sampler.nimg == 5000  # what tasks see
    explorer.back()
    (now,) = wait_for(explorer, m.ModelReady)
    assert (now.source, now.nimg) == ("live", 600)
    explorer.mailbox.offer(sampler(nimg=700))
    (newer,) = wait_for(explorer, m.ModelReady)
    assert newer.nimg == 700


def test_back_is_where_one_was_if_nothing_came_meanwhile(explorer: Explorer) -> None:
    explorer._library = Shelf()
    explorer.open(RUN)
    (event,) = wait_for(explorer, m.ModelReady)
    assert event.nimg == 9000
    explorer.open(RUN, 0)
    wait_for(explorer, m.ModelReady)
    explorer.back()
    (event,) = wait_for(explorer, m.ModelReady)
    assert (event.source, event.nimg) == (str(RUN), 9000)


def test_an_opened_run_tells_its_moments(explorer: Explorer) -> None:
    explorer._library = Shelf()
    explorer.open(RUN)
    (told,) = wait_for(explorer, m.Remembered)
    assert told == m.Remembered(RUN, (0, 5000, 9000))


def test_opening_a_run_ends_the_past(explorer: Explorer) -> None:
    explorer._library = Shelf()
    explorer.open(RUN, 0)
    wait_for(explorer, m.ModelReady)
    explorer.open(RUN)
    wait_for(explorer, m.ModelReady)
    explorer.mailbox.offer(sampler(nimg=42))
    (event,) = wait_for(explorer, m.ModelReady)
    assert event.nimg == 42


def test_only_the_last_of_many_moments_is_loaded(explorer: Explorer) -> None:
    held, go, shelf = threading.Event(), threading.Event(), Shelf()

    def slow(folder: Path, nimg: int) -> MagicMock:
        held.set()
        assert go.wait(10)
        return Shelf.at(shelf, folder, nimg)

    explorer._library = MagicMock(at=slow)
    explorer.open(RUN, 0)
    assert held.wait(10)
    for moment in (1, 2, 3, 4):
        explorer.open(RUN, moment)
    go.set()
    events = wait_for(explorer, m.ModelReady, 2)
    assert [event.nimg for event in events] == [0, 4]
    assert shelf.opened == [0, 4]


def test_a_slow_gallery_gives_way_to_another_moment(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STALE_S", 0.0)
    held, go = threading.Event(), threading.Event()

    def slow(z: np.ndarray, *_: object) -> np.ndarray:
        held.set()
        assert go.wait(10)
        return np.zeros((len(z), 1, 64, 64), np.float32)

    explorer._library = Shelf()
    explorer.mailbox.offer(sampler(nimg=500, draw=slow))
    ask(explorer, "gallery", 64)  # four chunks
    assert held.wait(10)
    explorer.open(RUN, 5000)
    go.set()
    (made,) = wait_for(explorer, m.Rendered)
    assert (made.tag, made.nimg, len(made.samples)) == ("gallery", 5000, 64)


def test_a_moment_that_cannot_be_loaded_is_told_and_the_model_stays(explorer: Explorer) -> None:
    explorer._library = MagicMock(at=MagicMock(side_effect=ValueError("damaged")))
    explorer.mailbox.offer(sampler(nimg=500))
    wait_for(explorer, m.ModelReady)
    explorer.open(RUN, 5000)
    (event,) = wait_for(explorer, m.Failed)
    assert (event.where, event.reason) == ("explorer", "damaged")
    ask(explorer)
    (made,) = wait_for(explorer, m.Rendered)
    assert made.nimg == 500


def test_what_was_drawn_of_a_moment_is_not_drawn_again(explorer: Explorer) -> None:
    explorer._library = MagicMock(at=MagicMock(return_value=sampler(nimg=5000)))
    explorer.open(RUN, 5000)
    wait_for(explorer, m.ModelReady)
    drawn = []
    for psi in (1.0, 1.0, 0.5, 1.0):
        explorer.request(m.Request("latent", np.ones((2, 3), np.float32), psi=psi))
        drawn += wait_for(explorer, m.Rendered)
    assert explorer.sampler.draw.call_count == 2
    assert [event.samples.max() for event in drawn] == [1.0, 1.0, 0.5, 1.0]
    assert len({event.ticket for event in drawn}) == 4


def test_a_run_that_cannot_be_opened_from_the_past_leaves_the_present(explorer: Explorer) -> None:
    explorer._library = shelf = Shelf()
    explorer.open(RUN)
    wait_for(explorer, m.ModelReady)
    explorer.open(RUN, 0)
    wait_for(explorer, m.ModelReady)
    shelf.newest = MagicMock(side_effect=ValueError("no checkpoint"))
    explorer.open(Path("runs/bad"))
    events: list[m.Event] = []
    while not any(isinstance(event, m.Failed) for event in events):
        events += wait_for(explorer, m.Event)
    assert [(event.source, event.nimg) for event in events if isinstance(event, m.ModelReady)] == [
        (str(RUN), 9000)
    ]
    assert explorer.sampler.nimg == 9000
    assert explorer.moment is None


def test_a_run_whose_moments_cannot_be_read_is_not_the_present(explorer: Explorer) -> None:
    explorer._library = shelf = Shelf()
    explorer.open(RUN)
    wait_for(explorer, m.ModelReady)
    shelf.moments = MagicMock(side_effect=OSError("gone"))
    explorer.open(Path("runs/bad"))
    wait_for(explorer, m.Failed)
    explorer.open(RUN, 0)
    wait_for(explorer, m.ModelReady)
    explorer.back()
    (event,) = wait_for(explorer, m.ModelReady)
    assert event.source == str(RUN)


def test_a_failed_travel_from_now_lets_live_weights_through(explorer: Explorer) -> None:
    explorer._library = MagicMock(at=MagicMock(side_effect=ValueError("damaged")))
    explorer.mailbox.offer(sampler(nimg=500))
    wait_for(explorer, m.ModelReady)
    explorer.open(RUN, 5000)
    assert explorer.moment in (5000, None)
    wait_for(explorer, m.Failed)
    assert explorer.moment is None
    explorer.mailbox.offer(sampler(nimg=600))
    (event,) = wait_for(explorer, m.ModelReady)
    assert event.nimg == 600


def test_a_failed_travel_in_the_past_stays_at_the_moment_that_is_drawn(explorer: Explorer) -> None:
    explorer._library = shelf = Shelf()
    explorer.open(RUN)
    wait_for(explorer, m.ModelReady)
    explorer.open(RUN, 5000)
    wait_for(explorer, m.ModelReady)
    shelf.at = MagicMock(side_effect=ValueError("damaged"))
    explorer.open(RUN, 0)
    wait_for(explorer, m.Failed)
    assert (explorer.moment, explorer.sampler.nimg) == (5000, 5000)
    explorer.back()
    (event,) = wait_for(explorer, m.ModelReady)
    assert event.nimg == 9000
