"""The thread that draws, with an artist that needs no graphics."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtGui import QPalette

from ganstudio.ui.gl.camera import Camera
from ganstudio.ui.gl.look import Abandoned, Frame, make_look
from ganstudio.ui.gl.render_thread import Drawn, RenderThread


class FakeArtist:
    """Draws nothing, but only when it may."""

    def __init__(self):
        self.may_draw, self.begun = threading.Event(), threading.Event()
        self.drawn, self.threads = [], set()
        self.fault = None
        self.released = False

    def draw(self, frame, shapes, given_up):
        self.begun.set()
        assert self.may_draw.wait(20)
        self.threads.add(threading.current_thread())
        if self.fault is not None:
            raise self.fault
        if not frame.rough and given_up():
            raise Abandoned
        self.drawn.append(frame)
        return Drawn(frame, np.full((2, 3), 0xFF102030, np.uint32), 1.0)

    def release(self):
        self.threads.add(threading.current_thread())
        self.released = True


@pytest.fixture
def artist():
    return FakeArtist()


@pytest.fixture
def thread(qtbot, artist):
    made = RenderThread()
    made._artist = artist
    yield made
    artist.may_draw.set()
    made.close()


def frame(rough=True):
    return Frame(Camera(), (3, 2), make_look(QPalette()), rough)


def test_the_newest_frame_wins(qtbot, thread, artist):
    frames = [frame() for _ in range(4)]
    thread.draw(frames[0], [])
    assert artist.begun.wait(20)
    for each in frames[1:]:
        thread.draw(each, [])
    with qtbot.waitSignal(thread.drawn, check_params_cb=lambda drawn: drawn.frame is frames[3]):
        artist.may_draw.set()
    assert [each is frames[k] for each, k in zip(artist.drawn, (0, 3), strict=True)] == [True, True]
    qtbot.waitUntil(lambda: not thread.busy, timeout=20_000)


def test_pictures_come_on_the_windows_thread_as_they_were_drawn(qtbot, thread, artist):
    artist.may_draw.set()
    where = []
    thread.drawn.connect(lambda _: where.append(threading.current_thread()))
    with qtbot.waitSignal(thread.drawn) as said:
        thread.draw(frame(), [])
    assert where == [threading.main_thread()]
    assert threading.main_thread() not in artist.threads
    image = said.args[0].image()
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(0, 0).name() == "#102030"


def test_a_good_picture_gives_way(qtbot, thread, artist):
    slow, quick = frame(rough=False), frame()
    thread.draw(slow, [])
    assert artist.begun.wait(20)
    thread.draw(quick, [])
    with qtbot.waitSignal(thread.drawn):
        artist.may_draw.set()
    assert len(artist.drawn) == 1
    assert artist.drawn[0] is quick


def test_one_can_wait_for_a_picture(thread, artist):
    artist.may_draw.set()
    wanted = frame()
    assert thread.draw_now(wanted, []).frame is wanted


def test_a_fault_is_told_once_and_ends_the_drawing(qtbot, thread, artist, caplog):
    artist.may_draw.set()
    artist.fault = RuntimeError("no  such\nthing")
    told = []
    thread.failed.connect(told.append)
    thread.draw(frame(), [])
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert told == ["no such thing"]
    assert "gives up" in caplog.text
    thread.draw(frame(), [])
    assert not thread.busy
    assert thread.draw_now(frame(), []) is None


def test_closing_frees_everything_on_the_thread_and_leaves_none(qtbot, thread, artist):
    artist.may_draw.set()
    with qtbot.waitSignal(thread.drawn):
        thread.draw(frame(), [])
    thread.close()
    assert artist.released
    assert len(artist.threads) == 1
    assert not any(each.is_alive() for each in artist.threads)
    thread.draw(frame(), [])
    assert not thread.busy
