"""Work on a thread of its own: what is done, in which order, and what is left when it closes."""

from __future__ import annotations

import threading

import pytest

from ganstudio.ui import background
from ganstudio.ui.background import Background


def test_the_newest_of_those_that_wait_wins(qtbot):
    worker, may_go, done = Background("test"), threading.Event(), []
    worker.done.connect(done.append)
    worker.submit(lambda: may_go.wait(20) and "a")
    worker.submit(lambda: "b")
    worker.submit(lambda: "c")
    may_go.set()
    qtbot.waitUntil(lambda: not worker.busy)
    worker.close()
    assert done == ["a", "c"]


def test_all_are_done_in_order_where_all_are_wanted(qtbot):
    worker, may_go, done = Background("test", keep_all=True), threading.Event(), []
    worker.done.connect(done.append)
    worker.submit(lambda: may_go.wait(20) and "a")
    worker.submit(lambda: "b")
    worker.submit(lambda: "c")
    may_go.set()
    qtbot.waitUntil(lambda: not worker.busy)
    worker.close()
    assert done == ["a", "b", "c"]


def test_closing_does_what_is_wanted_and_logs_what_fails(qtbot, caplog):
    worker, done = Background("test", keep_all=True), []
    worker.submit(lambda: done.append("a"))
    worker.submit(lambda: 1 // 0)
    worker.submit(lambda: done.append("b"))
    worker.close()
    assert done == ["a", "b"]
    assert "test failed" in caplog.text


@pytest.mark.parametrize("keep_all", [False, True])
def test_closing_waits_no_longer_than_is_bearable(qtbot, caplog, monkeypatch, keep_all):
    monkeypatch.setattr(background, "LONGEST_CLOSE_S", 0.01)
    worker = Background("test", keep_all=keep_all)
    may_go, ended = threading.Event(), threading.Event()
    worker.submit(lambda: may_go.wait(20))
    worker.submit(ended.set)
    worker.close()
    assert "still at work" in caplog.text
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("test")]
    may_go.set()
    for thread in threads:
        thread.join(20)
    assert ended.is_set() == keep_all


def test_closed_it_takes_nothing_on(qtbot):
    worker = Background("test")
    worker.close()
    worker.submit(lambda: None)
    assert not worker.busy
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("test")]
