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
    assert "l1_unseen" not in scores


def test_pairs_that_were_held_out_are_told_apart():
    targets = np.zeros((4, 3, 8, 8), np.float32)
    errors = np.array([0.5, 0.25, 0.25, 0.25], np.float32).reshape(4, 1, 1, 1)
    fake = Items(targets + errors, targets=targets, unseen=1)
    scores = Paired().measure(View(SampleSpec("image", (3, 8, 8)), fake, fake, fake))
    assert scores == {"l1": pytest.approx(0.25), "l1_unseen": pytest.approx(0.5)}
    assert "training pairs" in Paired.scores["l1"].title
    assert "unseen pairs" in Paired.scores["l1_unseen"].title


def test_colours_become_grey_where_the_samples_are():
    picture = np.stack([np.full((4, 4), v, np.float32) for v in (-1, 0, 0.4)])[None]
    assert like(picture, (1, 4, 4)) == pytest.approx(np.full((1, 1, 4, 4), -0.2), abs=1e-6)
