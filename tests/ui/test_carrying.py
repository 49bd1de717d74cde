import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication

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
