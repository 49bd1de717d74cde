import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.train import timeline as module
from ganstudio.train.files import RunError, moment_name, nimg_of
from ganstudio.train.timeline import Kept, Timeline, age, lightened, read_snapshot, thinned


def weights(value: float = 1.0) -> dict[str, torch.Tensor]:
    return {
        "G.kernel": torch.full((16, 8), value),
        "G.bias": torch.full((3,), value),
        "G.steps": torch.tensor(7),
    }


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy disk takes long over it, and no test here pulls the plug of the machine."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def size_bytes(folder: Path) -> int:
    """Of one snapshot."""
    path = Timeline(folder).write(0, weights())
    size = path.stat().st_size
    path.unlink()
    return size


def test_a_snapshot_comes_back(tmp_path: Path) -> None:
    kept = Timeline(tmp_path)
    path = kept.write(120_064, weights(0.1))
    assert path.name.startswith("000120.064k.")
    back = read_snapshot(path)
    assert back["G.kernel"].dtype == torch.float16
    assert torch.equal(back["G.kernel"].float(), torch.full((16, 8), 0.1).half().float())
    assert torch.equal(back["G.bias"], torch.full((3,), 0.1))
    assert back["G.steps"].dtype == torch.int64
    assert back["G.steps"] == 7
    (one,) = kept.snapshots()
    assert (one.nimg, one.path, one.size_bytes) == (120_064, path, path.stat().st_size)


@pytest.mark.parametrize("scale", [2.0**-8, 0.02, 1.0, 900.0, 65_000.0])
def test_sixteen_bits_are_as_exact_as_said(scale: float) -> None:
    random = torch.Generator().manual_seed(0)
    exact = torch.randn(64, 64, generator=random) * scale / 8
    exact[0, 0] = scale
    light = lightened(exact)
    assert light.dtype == torch.float16
    off = (light.float() - exact).abs()
    assert torch.all(off <= torch.maximum(exact.abs() / 2048, torch.tensor(3e-8)))


@pytest.mark.parametrize("value", [1e-3, 1e5, float("nan"), float("inf")])
def test_what_sixteen_bits_would_bend_stays_as_it_is(value: float) -> None:
    tensor = torch.full((4, 4), value)
    assert lightened(tensor) is tensor


@pytest.mark.parametrize("harm", ["flip", "cut", "gone", "renamed"])
def test_a_damaged_snapshot_is_refused(tmp_path: Path, harm: str) -> None:
    path = Timeline(tmp_path).write(64, weights())
    content = bytearray(path.read_bytes())
    if harm == "flip":
        content[-5] ^= 1
        path.write_bytes(content)
    elif harm == "cut":
        path.write_bytes(content[:-8])
    elif harm == "gone":
        path.unlink()
    else:
        path = path.rename(path.with_name("000000.064k.safetensors"))
    with pytest.raises(RunError):
        read_snapshot(path)


def test_writing_a_moment_again_replaces_it(tmp_path: Path) -> None:
    kept = Timeline(tmp_path)
    kept.write(64, weights(1.0))
    again = kept.write(64, weights(2.0))
    assert list(kept.folder.iterdir()) == [again]


def test_a_snapshot_the_disk_will_not_take_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Timeline(tmp_path)
    before = kept.write(64, weights())

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="the disk is full"):
        kept.write(128, weights())
    assert list(kept.folder.iterdir()) == [before]


WRITER = """
import sys
from pathlib import Path
import torch
from ganstudio.train.timeline import Timeline
torch.set_num_threads(1)
kept, nimg = Timeline(Path(sys.argv[1]), 3), 0
while True:
    kept.write(nimg, {"G.w": torch.randn(400, 400)})
    nimg += 640
    print(nimg, flush=True)
"""


def test_a_kill_at_any_instant_leaves_whole_snapshots(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(15):  # more than 3 MB hold, so that it thins too
        assert writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    kept = Timeline(tmp_path)
    (kept.folder / ".000099.000k.77").write_bytes(b"half")
    kept.sweep()
    there = kept.snapshots()
    assert 5 <= len(there) <= 11
    assert [one.path for one in there] == sorted(kept.folder.iterdir())
    for one in there:
        assert read_snapshot(one.path)["G.w"].shape == (400, 400)


def test_a_rewind_forgets_what_came_after(tmp_path: Path) -> None:
    kept = Timeline(tmp_path)
    for nimg in (0, 1000, 2000, 3000):
        kept.write(nimg, weights())
    kept.begin(1500)
    assert [one.nimg for one in kept.snapshots()] == [0, 1000]
    assert not kept.due(1000)
    assert kept.due(2000)


def test_the_budget_is_kept_and_the_spread_is_even(tmp_path: Path) -> None:
    kept = Timeline(tmp_path, 12.5 * size_bytes(tmp_path) / 1e6)
    for nimg in range(0, 500_000, 5000):
        kept.write(nimg, weights())
    there = kept.snapshots()
    assert len(there) == 12
    assert there[0].nimg == 0
    assert there[-1].nimg == 495_000
    gaps = [age(b.nimg) - age(a.nimg) for a, b in pairwise(there)]
    assert max(gaps) < 3 * min(gaps)


def test_no_room_is_no_snapshot(tmp_path: Path) -> None:
    kept = Timeline(tmp_path, 0)
    kept.begin(0)
    assert not kept.due(0)
    assert not kept.due(10**9)


def test_snapshots_are_dense_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(module.time, "monotonic", lambda: clock)
    kept, taken = Timeline(tmp_path), []
    kept.begin(0)
    for nimg in range(0, 500_000, 64):
        clock += 0.1
        if kept.due(nimg):
            kept.copied(nimg, 0.001)
            taken.append(nimg)
    assert 150 < len(taken) < 220
    assert taken[0] == 0
    assert sum(nimg < 20_000 for nimg in taken) > 50
    assert max(b - a for a, b in pairwise(taken)) < 12_000


def test_copying_takes_a_hundredth_of_the_time_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, cost, copied = 0.0, 0.05, 0
    monkeypatch.setattr(module.time, "monotonic", lambda: clock)
    kept, nimg = Timeline(tmp_path), 0
    kept.begin(0)
    while clock < 100:
        clock, nimg = clock + 0.01, nimg + 64
        if kept.due(nimg):
            clock += cost
            kept.copied(nimg, cost)
            copied += 1
    assert copied * cost <= 1.05
    assert copied >= 15


def test_where_there_is_no_room_for_more_fewer_are_taken(tmp_path: Path) -> None:
    kept, written = Timeline(tmp_path, 6.5 * size_bytes(tmp_path) / 1e6), 0
    kept.begin(0)
    for nimg in range(0, 500_000, 640):
        if nimg >= kept._next_nimg:
            kept.copied(nimg, 0.0)
            kept.write(nimg, weights())
            written += 1
    assert 10 <= written <= 40  # of some 200 with room for all
    assert len(kept.snapshots()) == 6


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 10**6), unique=True, max_size=40).map(sorted),
    st.integers(0, 40),
    st.integers(1, 4),
)
def test_thinning_keeps_the_ends_and_the_budget(moments: list, room: int, newest: int) -> None:
    kept = [Kept(nimg, Path(str(nimg)), 10) for nimg in moments]
    gone = thinned(kept, room * 10, newest)
    left = [one for one in kept if one not in gone]
    assert len(left) == min(len(kept), max(room, newest + 1))
    assert left[:1] == kept[:1]
    assert left[-newest:] == kept[-newest:]


def test_names_sort_and_come_back() -> None:
    assert [nimg_of(moment_name(nimg)) for nimg in (0, 64, 120_064, 10**9)] == [
        0, 64, 120_064, 10**9,
    ]  # fmt: skip


def test_a_snapshot_that_goes_while_it_is_listed_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = Timeline(tmp_path)
    gone = timeline.write(1000, weights())
    timeline.write(2000, weights())
    stat = Path.stat

    def thinned_meanwhile(path: Path, **how: bool) -> os.stat_result:
        if path == gone:
            path.unlink(missing_ok=True)
        return stat(path, **how)

    monkeypatch.setattr(Path, "stat", thinned_meanwhile)
    assert [one.nimg for one in timeline.snapshots()] == [2000]
