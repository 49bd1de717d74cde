"""Fashion-MNIST: small grey pictures of clothes in the format of MNIST."""

from __future__ import annotations

from typing import ClassVar

from ganstudio.data._torchvision import IMAGES, LABELS, _IdxDataset


class FashionMnist(_IdxDataset):
    """60,000 photographs of clothes, shoes and bags from a shop's catalogue, 28 x 28 grey pixels.

    The training part of Fashion-MNIST, on black, padded to 32 pixels or as it comes. It has
    the shape of MNIST and is harder: soft greys, texture and ten classes that overlap. It is
    downloaded once (about 31 MB) unless the data folder holds it as
    ``FashionMNIST/raw/train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``.

    Source: Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747, Zalando Research. Licence: MIT.
    """

    title = "Fashion-MNIST"
    summary = "60,000 small pictures of clothes in ten classes. Downloaded once, 31 MB."
    source = "FashionMNIST"
    names = (
        "T-shirt", "trousers", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    )  # fmt: skip
    hosts = (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
    )
    packed: ClassVar[dict[str, tuple[int, str]]] = {
        IMAGES: (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        LABELS: (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    }
