import json

import pytest

from ganstudio.samples import ConditionSpec, SampleSpec

CLASSES = ConditionSpec("classes", ("cat", "dog"))
SOURCE = ConditionSpec("image", shape=(1, 4, 4), title="outline")
SPEC = SampleSpec("image", (3, 8, 8), CLASSES, (SOURCE,))


def test_a_set_offers_its_own_condition_and_the_others() -> None:
    assert SPEC.offer("classes") == CLASSES
    assert SPEC.offer("image") == SOURCE
    assert SPEC.offer("sound") is None


def test_telling_changes_the_condition_alone() -> None:
    told = SPEC.telling("image")
    assert told.condition == SOURCE
    assert (told.kind, told.shape) == (SPEC.kind, SPEC.shape)
    assert SPEC.telling(None) is SPEC


def test_what_is_not_offered_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="come without sounds"):
        SPEC.telling("sound")


def test_a_description_survives_json() -> None:
    assert SampleSpec.from_dict(json.loads(json.dumps(SPEC.to_dict()))) == SPEC


@pytest.mark.parametrize(
    "content",
    [{}, {"kind": "image"}, [], {**SPEC.to_dict(), "shape": 3}, {**SPEC.to_dict(), "shape": [3]}],
)
def test_a_broken_description_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match=r"samples|axes"):
        SampleSpec.from_dict(content)  # type: ignore[arg-type]
