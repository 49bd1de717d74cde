"""Latent files on the command line: the same picture to the bit, and films of walks."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.cli import main
from ganstudio.latent.file import save
from ganstudio.latent.stand import Stand
from ganstudio.train.sampler import Sampler

TINY = ["--set", "batch=8", "--set", "width=4", "--set", "z_dim=4", "--device", "cpu"]


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "digits"
    command = ["train", "--variant", "dcgan", "--data", "digits", "--kimg", "0.1", "--run"]
    assert main([*command, str(run), *TINY, "--set", "conditional=true", "--measure", "0"]) == 0
    return run


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "styled"
    command = ["train", "--variant", "stylegan2", "--data", "digits", "--kimg", "0.1", "--run"]
    assert main([*command, str(run), *TINY, "--set", "w_dim=5", "--measure", "0"]) == 0
    return run


def drawn(run: Path, stand: Stand) -> np.ndarray:
    """As the window draws it."""
    sampler = Sampler.load(run, "cpu")
    told = sampler.fill(stand.told, 1)
    return sampler.draw(stand.z[None], told, stand.psi, stand.shifts, stand.noise)


@pytest.mark.parametrize("suffix", [".toml", ".safetensors"])
def test_a_latent_file_gives_the_same_picture_to_the_bit(
    digits: Path, tmp_path: Path, suffix: str
) -> None:
    blend = np.zeros((1, 10), np.float32)
    blend[0, 3], blend[0, 8] = 0.7, 0.3
    z = np.random.default_rng(0).standard_normal(4).astype(np.float32)
    stand = Stand(z, {"classes": blend}, 0.8)
    path, out = tmp_path / f"place{suffix}", tmp_path / "x.npz"
    save(path, stand)
    assert main(["sample", str(digits), "--latent", str(path), "--out", str(out)]) == 0
    np.testing.assert_array_equal(np.load(out)["samples"], drawn(digits, stand))
    png = tmp_path / "x.png"
    assert main(["sample", str(digits), "--latent", str(path), "--out", str(png)]) == 0
    with Image.open(png) as picture:
        assert picture.size == (68, 68)


def test_styles_of_each_layer_and_noise_are_kept_too(styled: Path, tmp_path: Path) -> None:
    made = np.random.default_rng(0)
    shift = made.standard_normal((5, 5)).astype(np.float32)
    stand = Stand(made.standard_normal(4).astype(np.float32), {}, 0.5, shift, 0.25)
    path, out = tmp_path / "place.toml", tmp_path / "x.npz"
    save(path, stand)
    assert main(["sample", str(styled), "--latent", str(path), "--out", str(out)]) == 0
    samples = np.load(out)["samples"]
    np.testing.assert_array_equal(samples, drawn(styled, stand))
    assert not np.array_equal(samples, drawn(styled, Stand(stand.z)))


def test_what_does_not_go_with_a_latent_file_is_said(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "place.toml"
    save(path, Stand(np.zeros(3, np.float32)))
    sample = ["sample", str(digits), "--out", "x.png", "--latent"]
    others = ["--n", "4", "--seed", "2", "--class", "7", "--psi", "0.5"]
    assert main([*sample, str(path), *others]) == 2
    err = capsys.readouterr().err
    for word in (
        "--n does not",
        "--seed does not",
        "--class does not",
        "--psi does not",
        "takes 4",
    ):
        assert word in err, word
    save(path, Stand(np.zeros(4, np.float32), shift=np.zeros(2, np.float32)))
    assert main([*sample, str(path)]) == 2
    assert "styles that this model does not have" in capsys.readouterr().err
    save(path, Stand(np.zeros(4, np.float32), {"classes": np.array([10])}))
    assert main([*sample, str(path)]) == 2
    assert "0 to 9" in capsys.readouterr().err
    assert main([*sample, str(tmp_path / "nowhere.toml")]) == 2
    assert "nowhere.toml" in capsys.readouterr().err


def test_a_walk_is_filmed(digits: Path, tmp_path: Path) -> None:
    files = []
    for index in range(2):
        files.append(tmp_path / f"{index}.toml")
        z = np.full(4, index, np.float32)
        save(files[-1], Stand(z, {"classes": np.array([index])}))
    walk = ["walk", str(digits), *map(str, files), "--fps", "4", "--seconds", "1"]
    out = tmp_path / "frames"
    assert main([*walk, "--size", "32x32", "--out", str(out)]) == 0
    frames = sorted(out.iterdir())
    assert len(frames) == 5
    with Image.open(frames[0]) as picture:
        assert picture.size == (32, 32)
    looped = tmp_path / "loop.gif"
    assert main([*walk, "--loop", "--random", "1", "--out", str(looped)]) == 0
    with Image.open(looped) as film:
        assert film.n_frames == 12


def test_faults_of_a_walk_are_listed(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "x.gif")]
    bad = ["--seconds", "0", "--fps", "x", "--size", "big", "--psi", "-1", "--random", "-1"]
    assert main(["walk", str(digits), *out, *bad]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 6
    save(tmp_path / "a.toml", Stand(np.zeros(9, np.float32)))
    assert main(["walk", str(digits), str(tmp_path / "a.toml"), *out]) == 2
    assert "takes 4" in capsys.readouterr().err
    assert main(["walk", str(tmp_path / "none"), "--random", "2", *out]) == 2
    assert "none" in capsys.readouterr().err
    assert main(["walk", str(digits), "--random", "2", "--seconds", "1e6", *out]) == 2
    assert "too many" in capsys.readouterr().err
    assert main(["walk", str(digits), "--random", "2", "--out", str(tmp_path / "x.avi")]) == 2
    assert ".mp4" in capsys.readouterr().err
