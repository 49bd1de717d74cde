import numpy as np
from PySide6.QtCore import QMimeData

from ganstudio.latent.stand import Stand
from ganstudio.ui.drag import MIME, pack, unpack


def test_a_place_survives_a_drag() -> None:
    z = np.array([0.1, -2.5], np.float32)
    there = unpack(pack(Stand(z, {"classes": np.array([3])}, psi=0.5)))
    assert there is not None
    assert np.array_equal(there.z, z)
    assert there.psi == 0.5
    assert there.told["classes"].tolist() == [3]


def test_other_things_are_not_taken() -> None:
    other, broken = QMimeData(), QMimeData()
    other.setText("z = [1.0]")
    broken.setData(MIME, b"rubbish")
    assert unpack(other) is None
    assert unpack(broken) is None
