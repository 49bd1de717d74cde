"""What holds for every input there is: a new file in the room is covered by being there."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from ganstudio import registry
from ganstudio.samples import ConditionKind

from .conftest import COUNT, SPECS, examples_of, known, model_of

KINDS = registry.keys("ui.inputs")


def test_each_condition_has_an_input():
    assert set(KINDS) == set(get_args(ConditionKind)) - {"none"} == set(SPECS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_named_after_the_kind(kind):
    assert registry.find("ui.inputs", kind).kind == kind


@pytest.mark.parametrize("examples", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_it_tells_what_the_model_takes(build, heard, kind, examples):
    asked = build(kind, examples)
    told = heard(asked)
    assert asked.told.shape == (1, *SPECS[kind].shape)
    whole = kind in ("classes", "text")
    assert asked.told.dtype == (np.int64 if whole else np.float32)
    if examples:
        np.testing.assert_array_equal(asked.told, known(kind)[:1])
    for index in range(COUNT):
        asked.show_told(known(kind)[index : index + 1])
        np.testing.assert_array_equal(asked.told, known(kind)[index : index + 1])
    assert told == [], "only what the person does is announced"


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_serve_another_model(build, kind):
    asked = build(kind)
    asked.show_told(known(kind)[2:])
    asked.take(model_of(kind), examples_of(kind))
    np.testing.assert_array_equal(asked.told, known(kind)[:1])
    asked.resize(280, 400)
    asked.grab()
