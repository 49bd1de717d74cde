import numpy as np
from PySide6.QtCore import QMimeData

from ganstudio.latent.stand import Stand
from ganstudio.ui.drag import MIME, SAMPLE_MIME, pack, pack_sample, unpack, unpack_sample


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


def test_a_sample_survives_a_drag() -> None:
    sample = np.linspace(-1, 1, 12, dtype=np.float32).reshape(1, 3, 4)
    there = unpack_sample(pack_sample(sample))
    assert there is not None
    np.testing.assert_array_equal(there, sample)
    broken = QMimeData()
    broken.setData(SAMPLE_MIME, b"rubbish")
    assert unpack_sample(broken) is None
    assert unpack_sample(pack(Stand(np.zeros(2, np.float32)))) is None
