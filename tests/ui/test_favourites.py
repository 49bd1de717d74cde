import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from ganstudio.latent import file
from ganstudio.latent.stand import Stand
from ganstudio.ui import favourites as shelf
from ganstudio.ui.favourites import Favourites
from ganstudio.ui.run_place import BESIDE


@pytest.fixture
def favourites(tmp_path):
    return Favourites(tmp_path)


def picture():
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("#123456"))
    return image


STAND = Stand(np.array([0.1, -2.5], np.float32), {"classes": np.array([3])}, 0.7)


def test_a_place_is_kept_as_a_latent_file_with_its_picture(favourites, tmp_path):
    kept = favourites.add(STAND, picture(), "a smile")
    assert kept.path == tmp_path / "favourites" / "a smile.toml"
    np.testing.assert_array_equal(file.load(kept.path).z, STAND.z)
    (read,), faults = favourites.read()
    assert faults == []
    assert read.name == "a smile"
    assert read.stand.told["classes"].tolist() == [3]
    assert read.image.pixelColor(4, 4) == QColor("#123456")


def test_names_are_free_and_fit_for_files(favourites):
    names = [favourites.add(STAND, None, name).name for name in ("", "", "a/b: c?", "a b c")]
    assert names == ["Star 1", "Star 2", "a b c", "a b c 2"]
    assert favourites.add(STAND, None, "..").name == "Star 3"


def test_a_favourite_gets_another_name(favourites):
    kept = favourites.add(STAND, picture(), "one")
    favourites.add(STAND, None, "two")
    assert favourites.rename(kept, "one") is kept
    renamed = favourites.rename(kept, "two")
    assert renamed.name == "two 2"
    found, _ = favourites.read()
    assert {one.name for one in found} == {"two", "two 2"}
    assert not kept.path.exists()
    assert renamed.path.with_suffix(".png").exists()
    with pytest.raises(ValueError, match="needs a name"):
        favourites.rename(renamed, " ? ")


def test_what_is_removed_goes_to_the_trash(favourites, monkeypatch):
    thrown = []
    monkeypatch.setattr(shelf, "send2trash", thrown.append)
    kept, bare = favourites.add(STAND, picture(), "one"), favourites.add(STAND, None, "two")
    favourites.remove(kept)
    favourites.remove(bare)
    assert thrown == [str(kept.path), str(kept.path.with_suffix(".png")), str(bare.path)]
    kept.path.unlink()
    favourites.remove(kept)
    assert thrown[3:] == [str(kept.path.with_suffix(".png"))]


def test_a_run_that_is_gone_is_not_made_again(tmp_path):
    run = tmp_path / "runs" / "one"
    with pytest.raises(FileNotFoundError, match="the run one is gone"):
        Favourites(run).add(STAND, None)
    assert not run.exists()


def test_a_place_beside_the_runs_is_made_when_it_is_needed(tmp_path):
    kept = Favourites(tmp_path / "runs" / BESIDE / "welcome").add(STAND, None)
    assert kept.path.is_file()


def test_a_place_of_many_numbers_is_not_written_as_text(favourites):
    source = np.zeros((1, 3, 64, 64), np.float32)
    kept = favourites.add(Stand(np.zeros(0, np.float32), {"image": source}), None)
    assert kept.path.suffix == ".safetensors"
    assert favourites.read()[0][0].stand.told["image"].shape == source.shape


def test_a_broken_file_is_named_and_the_others_are_read(favourites):
    favourites.add(STAND, None, "good")
    (favourites.folder / "bad.toml").write_text("z = 'no'")
    found, faults = favourites.read()
    assert [one.name for one in found] == ["good"]
    assert "bad.toml" in faults[0]


def test_large_pictures_are_kept_small(favourites):
    image = QImage(512, 512, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    favourites.add(STAND, image)
    assert favourites.read()[0][0].image.width() == 160


def test_two_windows_that_keep_at_once_lose_nothing(tmp_path, monkeypatch):
    ours, theirs = Favourites(tmp_path), Favourites(tmp_path)
    save, other = file.save, Stand(np.array([9.0, 9.0], np.float32))

    def late(path, stand):
        """The other window keeps one after this one has chosen its name."""
        monkeypatch.setattr(file, "save", save)
        assert ours.read() == ([], [])
        theirs.add(other, None)
        save(path, stand)

    monkeypatch.setattr(file, "save", late)
    ours.add(STAND, None)
    kept, faults = ours.read()
    assert faults == []
    assert {one.name: one.stand.z[0].item() for one in kept} == {
        "Star 1": pytest.approx(0.1),
        "Star 2": 9.0,
    }


def test_a_name_is_free_again_where_the_disk_refused(favourites, monkeypatch):
    def refuse(path, stand):
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(file, "save", refuse)
        with pytest.raises(OSError, match="no room"):
            favourites.add(STAND, None)
    assert favourites.add(STAND, None).name == "Star 1"
