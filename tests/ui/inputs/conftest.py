"""Models that take one thing besides noise, and an input for it."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio import registry
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Examples, Model
from ganstudio.words import encode, vocabulary

CAPTIONS = ("a red house", "a blue boat on water", "one green tree")
WORDS = vocabulary(CAPTIONS)
SPECS = {
    "classes": ConditionSpec("classes", ("cat", "dog", "eel")),
    "attributes": ConditionSpec("attributes", ("hat", "beard", "red hair"), (3,)),
    "image": ConditionSpec("image", (), (3, 8, 8), "outline"),
    "domain": ConditionSpec("domain", (), (1, 4, 4)),
    "text": ConditionSpec("text", WORDS, (5,)),
    "sound": ConditionSpec("sound", (), (1, 6, 5)),
}
COUNT = 3


def known(kind):
    """(COUNT, ...) conditions of this kind, all different."""
    spec, rng = SPECS[kind], np.random.default_rng(1)
    if kind == "classes":
        return np.arange(COUNT)
    if kind == "attributes":
        return np.eye(COUNT, dtype=np.float32)
    if kind == "text":
        return np.array([encode(text, WORDS, 5)[0] for text in CAPTIONS])
    return rng.uniform(-1, 1, (COUNT, *spec.shape)).astype(np.float32)


def model_of(kind):
    return Model("some", "data", SampleSpec("image", (3, 8, 8)), 4, inputs=(SPECS[kind],))


def examples_of(kind, **more):
    return Examples(np.zeros((COUNT, 3, 8, 8), np.float32), {kind: known(kind)}, **more)


@pytest.fixture
def build(qtbot):
    """Build the input of a kind, serving a model of it."""
    made = []

    def build(kind, examples=True, **more):
        asked = registry.find("ui.inputs", kind)()
        qtbot.addWidget(asked)
        if asked.view is not None:
            qtbot.addWidget(asked.view)
        made.append(asked)
        asked.take(model_of(kind), examples_of(kind, **more) if examples else None)
        return asked

    yield build
    for asked in made:
        asked.release()


@pytest.fixture
def heard():
    """Count what an input announces."""

    def listen(asked):
        told = []
        asked.changed.connect(lambda: told.append(asked.told))
        return told

    return listen
