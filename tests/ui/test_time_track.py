from __future__ import annotations

import pytest

from ganstudio.ui.time_track import EDGE_PX, TimeTrack


@pytest.fixture
def track(qtbot):
    track = TimeTrack()
    qtbot.addWidget(track)
    track.resize(218, track.height())
    track.show()
    return track


def test_moments_stand_where_they_belong(track):
    track.show_state([0, 5000, 10_000], 20_000, None)
    assert [track.x_of(n) for n in (0, 10_000, 20_000)] == [EDGE_PX, EDGE_PX + 100, EDGE_PX + 200]
    assert track.moment_at(EDGE_PX + 48) == 5000
    assert track.moment_at(EDGE_PX + 199) is None


def test_it_is_painted_only_when_it_looks_otherwise(track, monkeypatch):
    track.show_state([0, 5000, 10_000], 20_000, None)
    track.grab()
    asked = []
    monkeypatch.setattr(track, "update", lambda: asked.append(1))
    track.show_state([0, 5000, 10_000], 20_010, None)  # a tenth of a pixel
    assert not asked
    track.show_state([0, 5000, 10_000, 15_000], 20_010, None)
    assert len(asked) == 1
    track.show_state([0, 5000, 10_000], 20_010, 5000)
    assert len(asked) == 2
