import shutil

import pytest

from ganstudio.ui import run_files


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "one"
    (folder / "checkpoints" / "000000.000k").mkdir(parents=True)
    (folder / "checkpoints" / "000000.000k" / "manifest.json").write_text("{}")
    (folder / "recipe.toml").write_text("kimg = 1.0")
    (folder / ".lock").write_text("")
    return folder


def test_a_copy_has_all_but_the_lock_and_a_name_of_its_own(run):
    first, second = run_files.duplicate(run), run_files.duplicate(run)
    assert (first.name, second.name) == ("one-copy", "one-copy-2")
    assert (first / "recipe.toml").read_text() == "kimg = 1.0"
    assert (first / "checkpoints" / "000000.000k" / "manifest.json").is_file()
    assert not (first / ".lock").exists()


def test_half_a_copy_is_never_left(run, monkeypatch):
    def full(*args, **kwargs):
        shutil.os.mkdir(args[1])
        raise OSError("no space left")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(OSError, match="no space"):
        run_files.duplicate(run)
    assert [path.name for path in run.parent.iterdir()] == ["one"]


def test_the_trash_is_that_of_the_system(run, monkeypatch):
    thrown = []
    monkeypatch.setattr(run_files, "send2trash", thrown.append)
    run_files.trash(run)
    assert thrown == [str(run)]
