import gc
import weakref
from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from ganstudio.train.messages import Request
from ganstudio.train.recall import Recall

ASKED = Request("latent", np.ones((2, 3), np.float32), {"classes": np.array([1, 2])})
DRAWN = (np.zeros((2, 4), np.float32), {"source": np.ones((2, 4), np.float32)})


def test_the_same_question_has_the_same_answer_whoever_asks() -> None:
    recall, model = Recall(), MagicMock()
    assert recall.get(model, ASKED) is None
    recall.keep(model, ASKED, DRAWN)
    assert recall.get(model, replace(ASKED, tag="gallery", ticket=9)) is DRAWN


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, z=ASKED.z * 2),
        replace(ASKED, z=ASKED.z[:1]),
        replace(ASKED, told={}),
        replace(ASKED, told={"classes": np.array([1, 3])}),
        replace(ASKED, told={"text": np.array([1, 2])}),
        replace(ASKED, psi=0.5),
        replace(ASKED, noise=0.0),
        replace(ASKED, shift=np.zeros((2, 3), np.float32)),
    ],
)
def test_another_question_is_another_one(other: Request) -> None:
    recall, model = Recall(), MagicMock()
    recall.keep(model, ASKED, DRAWN)
    assert recall.get(model, other) is None


def test_another_model_is_asked_anew() -> None:
    recall, model = Recall(), MagicMock()
    recall.keep(model, ASKED, DRAWN)
    assert recall.get(MagicMock(), ASKED) is None


def test_what_was_not_asked_for_longest_makes_room() -> None:
    recall, model = Recall(room_bytes=2 * 64), MagicMock()
    asked = [replace(ASKED, psi=float(psi)) for psi in range(3)]
    recall.keep(model, asked[0], DRAWN)
    recall.keep(model, asked[1], DRAWN)
    recall.get(model, asked[0])
    recall.keep(model, asked[2], DRAWN)
    assert [recall.get(model, one) is DRAWN for one in asked] == [True, False, True]


def test_models_are_not_held() -> None:
    recall, model = Recall(), MagicMock()
    recall.keep(model, ASKED, DRAWN)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
