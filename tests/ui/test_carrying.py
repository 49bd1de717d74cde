import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication, QImage

from ganstudio.latent import file
from ganstudio.latent.file import LatentError
from ganstudio.latent.stand import Stand
from ganstudio.ui import carrying, drag

STAND = Stand(np.array([0.1, -2.5], np.float32), {}, 0.7, None, 0.5)


def test_what_was_copied_comes_back_to_the_bit(qapp):
    carrying.copy(STAND)
    got = carrying.pasted()
    np.testing.assert_array_equal(got.z, STAND.z)
    assert (got.psi, got.noise) == (0.7, 0.5)


def test_text_and_bare_numbers_are_pasted(qapp):
    clipboard = QGuiApplication.clipboard()
    clipboard.setText(file.to_text(STAND))
    assert carrying.pasted().psi == 0.7
    clipboard.setText("1, 2, 3")
    assert carrying.pasted().z.tolist() == [1, 2, 3]
    clipboard.setText("hello")
    with pytest.raises(ValueError, match="no latent"):
        carrying.pasted()
    clipboard.setText("a = 1")
    with pytest.raises(LatentError, match="no z"):
        carrying.pasted()


def of_file(path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def test_files_and_tiles_are_dropped(tmp_path, qapp):
    path = tmp_path / "one.safetensors"
    file.save(path, STAND)
    assert carrying.welcome(of_file(path))
    assert carrying.read(of_file(path)).noise == 0.5
    assert carrying.welcome(drag.pack(STAND))
    assert carrying.read(drag.pack(STAND)).psi == 0.7


def test_other_things_are_not_welcome(tmp_path, qapp):
    assert not carrying.welcome(of_file(tmp_path / "one.png"))
    assert carrying.read(of_file(tmp_path / "one.png")) is None
    bad = tmp_path / "bad.toml"
    bad.write_text("x = 1")
    with pytest.raises(LatentError):
        carrying.read(of_file(bad))


class FakeDrag:
    """Notes what would be dragged, for a real drag waits for the mouse."""

    last: "FakeDrag"

    def __init__(self, source):
        FakeDrag.last = self

    def setPixmap(self, pixmap):
        self.shadow = pixmap.size().toTuple()

    def setHotSpot(self, place):
        self.hot = place.toTuple()

    def setMimeData(self, data):
        self.data = data

    def exec(self, action):
        return action


def test_a_drag_carries_a_place_or_what_is_packed_with_a_small_picture(tmp_path, qapp, monkeypatch):
    monkeypatch.setattr(carrying, "QDrag", FakeDrag)
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(0)
    carrying.drag_out(None, STAND, image)
    held = FakeDrag.last
    assert (held.shadow, held.hot) == ((72, 36), (36, 18))
    assert carrying.read(held.data).psi == 0.7
    assert not held.data.hasUrls()
    carrying.drag_out(None, STAND, image, tmp_path)
    assert FakeDrag.last.data.urls()[0].toLocalFile() == str(tmp_path / "latent.png")
    sample = np.ones((1, 4, 4), np.float32)
    carrying.drag_out(None, drag.pack_sample(sample), None)
    np.testing.assert_array_equal(drag.unpack_sample(FakeDrag.last.data), sample)
