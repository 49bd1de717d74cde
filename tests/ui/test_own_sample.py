from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from ganstudio.latent import file
from ganstudio.latent.stand import Stand
from ganstudio.samples import SampleSpec
from ganstudio.ui import drag, own_sample

PICTURES = SampleSpec("image", (3, 8, 8))
SOLIDS = SampleSpec("voxels", (1, 8, 8, 8))


def url(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def test_a_tile_stays_as_it_is(qapp) -> None:
    stand = Stand(np.arange(4, dtype=np.float32))
    own = own_sample.opener(drag.pack(stand), PICTURES)()
    np.testing.assert_array_equal(own.stand.z, stand.z)
    x = np.full((3, 8, 8), 0.25, np.float32)
    data = drag.pack_sample(x)
    assert own_sample.welcome(data)
    np.testing.assert_array_equal(own_sample.opener(data, PICTURES)().sample, x)
    with pytest.raises(ValueError, match="model makes"):
        own_sample.opener(data, SOLIDS)()


def test_a_picture_is_brought_to_the_models_size(qapp, tmp_path) -> None:
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(255, 0, 0))
    image.save(str(tmp_path / "red.png"))
    dropped = QMimeData()
    dropped.setImageData(image)
    for data in (url(tmp_path / "red.png"), dropped):
        assert own_sample.welcome(data)
        own = own_sample.opener(data, PICTURES)()
        assert own.sample.shape == (3, 8, 8)
        assert own.sample[0].min() == 1
        assert own.sample[1].max() == -1
    assert own_sample.opener(url(tmp_path / "red.png"), PICTURES)().name == "red.png"
    with pytest.raises(ValueError, match="no pictures"):
        own_sample.opener(dropped, SOLIDS)()


def test_a_solid_is_brought_to_the_models_side(qapp, tmp_path) -> None:
    grid = np.zeros((16, 16, 16), bool)
    grid[4:12, 4:12, :8] = True
    np.save(tmp_path / "block.npy", grid)
    own = own_sample.opener(url(tmp_path / "block.npy"), SOLIDS)()
    assert own.sample.shape == (1, 8, 8, 8)
    assert own.sample.min() == -1
    assert own.sample.max() == 1


def test_a_latent_file_is_a_place(qapp, tmp_path) -> None:
    file.save(tmp_path / "here.toml", Stand(np.ones(3, np.float32)))
    own = own_sample.opener(url(tmp_path / "here.toml"), PICTURES)()
    assert own.name == "here.toml"
    assert own.stand.z.tolist() == [1, 1, 1]


def test_what_cannot_be_judged_says_why(qapp, tmp_path) -> None:
    (tmp_path / "x.png").write_bytes(b"no")
    with pytest.raises(ValueError, match=r"x\.png"):
        own_sample.opener(url(tmp_path / "x.png"), PICTURES)()
    with pytest.raises(ValueError, match="points"):
        own_sample.opener(url(tmp_path / "x.png"), SampleSpec("points", (2,)))()
    text = QMimeData()
    text.setText("hello")
    assert not own_sample.welcome(text)
    with pytest.raises(ValueError, match="neither"):
        own_sample.opener(text, PICTURES)
