"""The command line, called as a function, and as a process where signals and imports matter."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from ganstudio.cli import main
from ganstudio.train.run import RunFolder

TINY = ["--set", "batch=8", "--set", "width=4", "--set", "z_dim=4", "--device", "cpu"]


@pytest.fixture(autouse=True)
def _signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "digits"
    command = ["train", "--variant", "dcgan", "--data", "digits", "--kimg", "0.1", "--run"]
    assert main([*command, str(run), *TINY, "--set", "conditional=true"]) == 0
    return run


@pytest.fixture(scope="module")
def chairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "chairs"
    knobs = ["--set", "count=16", "--set", "kind=chair"]
    command = ["train", "--variant", "gan3d", "--data", "furniture", "--kimg", "0.1", "--run"]
    assert main([*command, str(run), *TINY, *knobs]) == 0
    return run


def test_training_ends_with_the_paths_of_picture_and_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--variant", "gan", "--data", "points", "--kimg", "0.1", *TINY]) == 0
    out = capsys.readouterr().out.splitlines()
    paths = {line.split(":")[0]: line.split(":", 1)[1].strip() for line in out if ":" in line}
    assert Path(paths["Samples"]).is_file()
    run = Path(paths["Run"])
    assert run.parent == Path("runs")
    assert RunFolder.open(run).read().nimg == 104


def test_a_run_is_resumed_to_a_new_length(tmp_path: Path) -> None:
    run = str(tmp_path / "run")
    start = ["train", "--variant", "gan", "--data", "points", "--kimg", "0.1", "--run", run]
    assert main([*start, *TINY]) == 0
    assert main(["train", "--run", run, "--resume", "--kimg", "0.2", "--device", "cpu"]) == 0
    assert RunFolder.open(Path(run)).read().nimg == 200


def test_every_fault_is_listed_and_nothing_is_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = ["--set", "batch=0", "--set", "zdim=3", "--set", "oops", "--seed", "x", "--kimg", "-1",
           "--device", "abacus"]  # fmt: skip
    assert main(["train", "--variant", "dcgan", "--data", "digits", *bad]) == 2
    err = capsys.readouterr().err
    for word in ("batch = 0", "2 to 4096", "zdim", "--set oops", "seed = 'x'", "kimg = -1",
                 "--device abacus"):  # fmt: skip
        assert word in err, word
    assert len(err.splitlines()) == 6
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["train", "nothing.toml"], "neither a file nor a shipped recipe"),
        (["train", "digits", "--variant", "gan"], "not both"),
        (["train", "digits", "--resume"], "only --kimg or --minutes go with --resume"),
        (["train", "--minutes", "nan"], "--minutes nan"),
        (["train", "--resume"], "no run in runs/"),
        (["train", "--resume", "--run", "nowhere"], "no recipe.toml"),
        (["train", "--minutes", "never"], "--minutes never"),
        (["train", "--variant", "gan3d", "--data", "digits"], "gan3d takes voxels"),
        (["sample", "nowhere", "--out", "x.png"], "nowhere"),
        (["train", "--data", "image_folder", "--set", "folder=none"], "none is no folder"),
        (["train", "--measure", "never"], "--measure never, but it must be 0 or a number"),
        (["train", "--measure", "true"], "--measure true"),
        (["bench", "quality", "--n", "5"], "--n 5, but it must be at least 16"),
        (["bench", "quality", "--n", "-3"], "--n -3, but it must be at least 16"),
    ],
)
def test_what_cannot_be_obeyed_is_said(
    arguments: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert word in capsys.readouterr().err


def test_a_recipe_with_unknown_keys_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.toml"
    path.write_text('variant = "gan"\ndata = "points"\nspeed = 3\n[gan]\nfoo = 1\n')
    assert main(["train", str(path)]) == 2
    err = capsys.readouterr().err
    assert "speed" in err
    assert "foo" in err


def test_a_run_is_not_overwritten(digits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--run", str(digits), *TINY]) == 2
    assert "already holds a run" in capsys.readouterr().err


def test_missing_data_names_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens: offline
    assert main(["train", "--data", "mnist", "--data-root", str(tmp_path / "none"), *TINY]) == 1
    err = capsys.readouterr().err
    assert str(tmp_path / "none") in err
    assert "train-images-idx3-ubyte" in err


def test_samples_as_picture_and_arrays(digits: Path, tmp_path: Path) -> None:
    png, npz = tmp_path / "grid.png", tmp_path / "samples.npz"
    assert main(["sample", str(digits), "--n", "9", "--out", str(png)]) == 0
    with Image.open(png) as picture:
        assert picture.size == (200, 200)
    assert main(["sample", str(digits), "--n", "12", "--seed", "3", "--out", str(npz)]) == 0
    with np.load(npz, allow_pickle=False) as arrays:
        samples, labels = arrays["samples"], arrays["labels"]
    assert samples.shape == (12, 1, 16, 16)
    assert samples.dtype == np.float32
    assert np.abs(samples).max() <= 1
    assert labels.tolist() == [*range(10), 0, 1]


def test_one_seed_gives_one_picture(digits: Path, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.png", "b.png", "c.png")]
    for path, seed in zip(paths, ("1", "1", "2"), strict=True):
        assert main(["sample", str(digits), "--seed", seed, "--n", "4", "--out", str(path)]) == 0
    a, b, c = (path.read_bytes() for path in paths)
    assert a == b != c


def test_one_class_alone(digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "s.npz"
    assert main(["sample", str(digits), "--n", "3", "--class", "7", "--out", str(out)]) == 0
    assert np.load(out)["labels"].tolist() == [7, 7, 7]
    bad = ["--class", "chair", "--n", "0", "--seed", "-1", "--out", "x.gif"]
    assert main(["sample", str(digits), *bad]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 4


@pytest.mark.parametrize("suffix", ["stl", "obj", "ply", "glb"])
def test_objects_are_exported_as_meshes(chairs: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"chair.{suffix}"
    command = ["export", str(chairs), "--seed", "1", "--threshold", "0.3", "--to", str(path)]
    assert main(command) == 0
    mesh = trimesh.load(path, force="mesh")
    assert len(mesh.faces) > 0
    assert mesh.extents.max() <= 33


@pytest.mark.parametrize("suffix", ["npy", "binvox"])
def test_objects_are_exported_as_voxels(chairs: Path, tmp_path: Path, suffix: str) -> None:
    from ganstudio.solids import formats

    path = tmp_path / f"chair.{suffix}"
    assert main(["export", str(chairs), "--threshold", "0.3", "--to", str(path)]) == 0
    assert formats.load(path).shape == (32, 32, 32)


def test_an_empty_object_is_no_file(
    chairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chair.stl"
    assert main(["export", str(chairs), "--threshold", "1", "--to", str(path)]) == 1
    assert "above the threshold" in capsys.readouterr().err
    assert not path.exists()


def test_only_voxels_can_be_exported(digits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(digits), "--to", "x.xyz", "--threshold", "2"]) == 2
    err = capsys.readouterr().err
    assert ".binvox" in err
    assert "only voxels" in err
    assert "--threshold" in err


@pytest.mark.parametrize("what", ["variants", "data", "recipes"])
def test_lists(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", what]) == 0
    out = capsys.readouterr().out
    assert {"variants": "wgan_gp", "data": "furniture", "recipes": "gan3d-published"}[what] in out
    assert all(len(line.split("  ")) >= 3 for line in out.splitlines())


def test_help_imports_neither_qt_nor_torch() -> None:
    code = (
        "import sys; from ganstudio.__main__ import main\n"
        "try: main(['train', '--help'])\nexcept SystemExit: pass\n"
        "assert not {'torch', 'PySide6', 'numpy', 'pydantic'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--minutes" in done.stdout


def test_the_engine_works_where_qt_is_not_installed(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "class NoQt:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.split('.')[0] in ('PySide6', 'OpenGL', 'pyqtgraph', 'superqt'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, NoQt())\n"
        "from ganstudio.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    arguments = ["train", "--variant", "gan", "--data", "points", "--kimg", "0.1", *TINY]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_control_c_saves_and_exits_with_130(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "ganstudio", "train", "--variant", "gan", "--data", "points",
               "--kimg", "100000", "--run", str(run), *TINY]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    ) as process:
        assert process.stdout is not None
        while not (run / "history.jsonl").exists():  # what it prints keeps the pipe from filling
            assert process.poll() is None
            process.stdout.read(40)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(60) == 130
    checkpoints = RunFolder.open(run).checkpoints()
    assert checkpoints[-1].name > "000000.000k"
    assert RunFolder.open(run).read().nimg > 0


def test_what_a_data_set_lacks_is_told_with_all_other_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = ["--data", "image_folder", "--device", "abacus", "--set", "oops"]
    assert main(["train", *bad, "--run", str(tmp_path / "run")]) == 2
    err = capsys.readouterr().err
    for word in ("folder is empty", "--device abacus", "--set oops"):
        assert word in err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("never", ["0", "0.0"])
def test_measuring_can_be_left_out(tmp_path: Path, never: str) -> None:
    command = ["train", "--variant", "gan", "--data", "points", "--kimg", "0.1", "--measure", never]
    assert main([*command, "--run", str(tmp_path / "run"), *TINY]) == 0


def test_many_samples_are_told_a_few_at_a_time(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganstudio.cli import sample
    from ganstudio.train.sampler import Sampler

    out, told = tmp_path / "x.npz", []
    whole = Sampler.draw

    def draw(self: Sampler, z: np.ndarray, given: dict, psi: float = 1.0) -> np.ndarray:
        told.append(given["classes"].tolist())
        return whole(self, z, given, psi)

    monkeypatch.setattr(Sampler, "draw", draw)
    monkeypatch.setattr(sample, "MOST_VALUES", 5 * 256)
    assert main(["sample", str(digits), "--n", "12", "--out", str(out)]) == 0
    assert told == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [0, 1]]
    with np.load(out, allow_pickle=False) as arrays:
        assert arrays["labels"].tolist() == [*range(10), 0, 1]
        assert arrays["samples"].shape == (12, 1, 16, 16)
