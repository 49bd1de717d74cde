"""Kuzushiji-MNIST: old Japanese characters in the format of MNIST."""

from __future__ import annotations

from typing import ClassVar

from ganstudio.data._torchvision import IMAGES, LABELS, _IdxDataset


class Kmnist(_IdxDataset):
    """60,000 cursive Japanese characters from books of the 18th and 19th century, 28 x 28 grey.

    The training part of Kuzushiji-MNIST, white on black, padded to 32 pixels or as it comes.
    Each of its ten classes is one syllable of today's script that was then written in several
    quite different ways, so a model must learn more than one shape a class. It is downloaded
    once (about 18 MB) unless the data folder holds it as ``KMNIST/raw/train-images-idx3-ubyte``
    and ``train-labels-idx1-ubyte``.

    Source: Clanuwat et al. 2018, arXiv:1812.01718, from the Kuzushiji Dataset of the Center for
    Open Data in the Humanities. Licence: CC BY-SA 4.0.
    """

    title = "Kuzushiji-MNIST"
    summary = "60,000 old Japanese characters in ten classes. Downloaded once, 18 MB."
    source = "KMNIST"
    names = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    hosts = ("https://codh.rois.ac.jp/kmnist/dataset/kmnist",)
    packed: ClassVar[dict[str, tuple[int, str]]] = {
        IMAGES: (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        LABELS: (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
    }
