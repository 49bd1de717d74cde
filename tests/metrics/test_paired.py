import numpy as np
import pytest

from ganstudio.metrics.base import Items, View
from ganstudio.metrics.paired import Paired, like
from ganstudio.samples import SampleSpec


def test_errors_of_result_and_source_stand_side_by_side():
    targets = np.zeros((4, 3, 8, 8), np.float32)
    fake = Items(targets + 0.25, targets=targets, sources=np.full((4, 1, 4, 4), -0.5, np.float32))
    scores = Paired().measure(View(SampleSpec("image", (3, 8, 8)), fake, fake, fake))
    assert scores["l1"] == pytest.approx(0.25)
    assert scores["l1_source"] == pytest.approx(0.5)


def test_it_says_that_the_pairs_were_trained_on():
    score = Paired.scores["l1"]
    assert "training pairs" in score.title.split(" (")[0]
    assert "trained on" in score.about


def test_colours_become_grey_where_the_samples_are():
    picture = np.stack([np.full((4, 4), v, np.float32) for v in (-1, 0, 0.4)])[None]
    assert like(picture, (1, 4, 4)) == pytest.approx(np.full((1, 1, 4, 4), -0.2), abs=1e-6)
