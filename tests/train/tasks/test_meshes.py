"""Mesh files along a walk, from a sampler whose objects grow with the latent."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import trimesh

from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import KeyFrames
from ganstudio.samples import SampleSpec
from ganstudio.solids.export import Wishes
from ganstudio.train.tasks.base import CancelledError, Desk, TaskError
from ganstudio.train.tasks.meshes import Meshes


class Growing:
    """A bar as long as the latent's first number says."""

    model = SimpleNamespace(spec=SampleSpec("voxels", (1, 16, 16, 16)))

    def draw(self, z, told, psi, shift, noise):
        x = np.full((1, 1, 16, 16, 16), -1.0, np.float32)
        x[0, 0, 4:8, 4:8, 1 : 1 + round(float(z[0, 0]))] = 1
        return x


def walk(start, end):
    stands = tuple(Stand(np.array([n, 0.0], np.float32)) for n in (start, end))
    return KeyFrames(stands, 1.0, way="linear", easing="linear")


def write(folder, path, **more):
    return Meshes().run(Growing(), more.pop("desk", Desk()), walk=path, folder=folder, **more)


def test_the_objects_of_a_walk_keep_their_scale(tmp_path):
    wishes = Wishes(surface="cubes", size_mm=40.0)
    told = []
    desk = Desk(lambda share, text, _: told.append((share, text)))
    written = write(tmp_path / "new", walk(4, 12), suffix=".stl", count=5, wishes=wishes, desk=desk)
    files = sorted((tmp_path / "new").iterdir())
    assert [file.name for file in files] == [f"morph-000{i}.stl" for i in range(5)]
    lengths = [trimesh.load(file).extents[2] for file in files]
    assert lengths == pytest.approx([40, 60, 80, 100, 120])
    assert (written.count, written.empty) == (5, 0)
    assert told[2] == (0.4, "2 of 5")


def test_empty_frames_have_no_file(tmp_path):
    written = write(tmp_path, walk(0, 8), suffix=".npy", count=3)
    assert (written.count, written.empty) == (2, 1)
    assert not (tmp_path / "morph-0000.npy").exists()


@pytest.mark.parametrize(
    ("path", "more", "words"),
    [
        (walk(0, 0), {}, "nothing on the way"),
        (walk(4, 8), {"count": 1}, "2 to 1000"),
        (walk(4, 8), {"suffix": ".step"}, "written as"),
        (walk(4, 8), {"wishes": Wishes(size_mm=-1.0)}, "the size must be"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path, path, more, words):
    with pytest.raises(TaskError, match=words):
        write(tmp_path, path, **more)


def test_a_cancelled_sequence_stops(tmp_path):
    left = iter([True, True, True, True, False])
    with pytest.raises(CancelledError):
        write(tmp_path, walk(4, 8), desk=Desk(wanted=lambda: next(left)))
    assert len(list(tmp_path.iterdir())) < 3


def test_an_earlier_sequence_stays(tmp_path):
    folders = [write(tmp_path / "row", walk(4, 8), suffix=".npy", count=n).folder for n in (5, 2)]
    assert [folder.name for folder in folders] == ["row", "row 2"]
    assert [len(list(folder.iterdir())) for folder in folders] == [5, 2]
