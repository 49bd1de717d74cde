"""`ganstudio export` on a tiny model of chairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from ganstudio.cli import main
from ganstudio.latent import file
from ganstudio.latent.stand import Stand
from ganstudio.solids import formats


@pytest.fixture(scope="module")
def chairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "chairs"
    command = ["train", "--variant", "gan3d", "--data", "furniture", "--kimg", "0.1"]
    knobs = ["count=16", "kind=chair", "batch=8", "width=4", "z_dim=4"]
    sets = [word for knob in knobs for word in ("--set", knob)]
    assert main([*command, *sets, "--device", "cpu", "--run", str(run)]) == 0
    return run


def exported(run: Path, path: Path, *more: str) -> int:
    return main(["export", str(run), "--threshold", "0.3", "--to", str(path), *more])


def test_size_surface_and_cleaning(
    chairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chair.3mf"
    more = ["--surface", "smooth", "--size-mm", "80", "--largest", "--fill"]
    assert exported(chairs, path, *more) == 0
    body = trimesh.load(path, force="mesh")
    assert max(body.extents) == pytest.approx(80, rel=1e-4)
    said = capsys.readouterr().out
    assert "1 part" in said
    assert ("  watertight" in said) == body.is_watertight
    assert "cm³" in said


def test_a_latent_file_gives_the_object_it_means(chairs: Path, tmp_path: Path) -> None:
    from ganstudio.train.sampler import Sampler

    sampler = Sampler.load(chairs, "cpu")
    z = sampler.model.draw(1, 7)[0]
    file.save(tmp_path / "a.toml", Stand(z))
    assert exported(chairs, tmp_path / "a.npy", "--latent", str(tmp_path / "a.toml")) == 0
    assert exported(chairs, tmp_path / "b.npy", "--seed", "7") == 0
    found = formats.load(tmp_path / "a.npy")
    assert np.array_equal(found, formats.load(tmp_path / "b.npy"))
    assert exported(chairs, tmp_path / "c.npy", "--seed", "8") == 0
    assert not np.array_equal(found, formats.load(tmp_path / "c.npy"))


def test_every_fault_is_told_at_once(
    chairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--size-mm", "0", "--latent", str(tmp_path / "none.toml")]
    assert exported(chairs, tmp_path / "a.step", *more) == 2
    err = capsys.readouterr().err
    for word in ("--size-mm 0", "none.toml", ".3mf"):
        assert word in err


def test_a_latent_of_another_model_is_refused(
    chairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.save(tmp_path / "a.toml", Stand(np.zeros(3, np.float32)))
    assert exported(chairs, tmp_path / "a.stl", "--latent", str(tmp_path / "a.toml")) != 0
    assert "latent" in capsys.readouterr().err
    assert not (tmp_path / "a.stl").exists()
