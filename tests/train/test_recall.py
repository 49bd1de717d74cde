import gc
import weakref
from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from ganstudio.train.messages import Request
from ganstudio.train.recall import ENTRY_BYTES, Recall

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
    recall, model = Recall(room_bytes=2 * (ENTRY_BYTES + 64)), MagicMock()
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


def test_answers_of_a_model_that_is_gone_go_when_another_is_asked() -> None:
    recall, model, other = Recall(), MagicMock(), MagicMock()
    recall.keep(other, ASKED, DRAWN)
    recall.keep(model, ASKED, DRAWN)
    del model
    gc.collect()
    recall.keep(other, replace(ASKED, psi=0.5), DRAWN)
    assert len(recall) == 2


def test_ever_so_many_answers_of_one_value_are_bounded_too() -> None:
    recall, model = Recall(room_bytes=100 * ENTRY_BYTES), MagicMock()
    point = (np.zeros((1, 2), np.float32), {})
    for psi in range(300):
        recall.keep(model, replace(ASKED, psi=float(psi)), point)
    assert len(recall) < 100
