"""MNIST, the handwritten digits that every paper shows first."""

from __future__ import annotations

from typing import ClassVar

from ganstudio.data._torchvision import IMAGES, LABELS, _IdxDataset


class Mnist(_IdxDataset):
    """60,000 digits, written by hand by some 250 people, 28 x 28 grey pixels.

    The training part of MNIST, white on black, padded to 32 pixels or as it comes. Classes:
    the digits 0 to 9. It is downloaded once (about 12 MB) unless the data folder holds it as
    ``MNIST/raw/train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``.

    Source: Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits (1998),
    made from NIST's Special Databases 1 and 3. Licence: CC BY-SA 3.0.
    """

    title = "MNIST"
    summary = "60,000 real handwritten digits, the classic. Downloaded once, 12 MB."
    source = "MNIST"
    names = tuple(str(digit) for digit in range(10))
    hosts = (
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    )
    packed: ClassVar[dict[str, tuple[int, str]]] = {
        IMAGES: (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        LABELS: (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    }
