import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN, GANConfig
from ganstudio.recipe import SPEC_FILE, Recipe
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train import examples
from ganstudio.train.run import RunError

SOURCE = ConditionSpec("image", shape=(1, 8, 8))
SPEC = SampleSpec("image", (1, 8, 8), SOURCE)


class Translator(GAN):
    title = "Translator"
    told = "image"

    def networks(self):
        return {}

    def d_terms(self, batch, fake):
        return {}

    def g_terms(self, batch, fake):
        return {}


def made(count: int = 100) -> examples.Examples:
    x = torch.arange(count, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    samples = Samples(x, told=255 - x, waves=torch.arange(count).view(-1, 1).short())
    chosen = examples.choose(Translator(GANConfig(), SPEC), samples)
    assert chosen is not None
    return chosen


def test_the_first_samples_are_kept_with_what_belongs_to_them() -> None:
    chosen = made()
    assert len(chosen.x) == examples.MOST
    assert np.allclose(chosen.told["image"], -chosen.x, atol=1e-6)
    assert chosen.waves[:3, 0].tolist() == [0, 1, 2]


def test_fewer_samples_than_wanted_are_all_kept() -> None:
    assert len(made(5).x) == 5


def test_a_model_of_noise_and_classes_needs_none() -> None:
    class Plain(Translator):
        told = None

    spec = SampleSpec("image", (1, 8, 8), ConditionSpec("classes", ("a",)))
    x = torch.zeros(4, 1, 8, 8, dtype=torch.uint8)
    assert examples.choose(Plain(GANConfig(), spec), Samples(x)) is None


def test_they_survive_the_disk(tmp_path) -> None:
    chosen = made()
    examples.write(tmp_path, SPEC, chosen)
    assert SampleSpec.from_dict(json.loads((tmp_path / SPEC_FILE).read_bytes())) == SPEC
    back = examples.read(tmp_path, SPEC, (SOURCE,))
    assert np.array_equal(back.x, chosen.x)
    assert np.array_equal(back.told["image"], chosen.told["image"])
    assert np.array_equal(back.waves, chosen.waves)


def test_a_run_without_them_has_none(tmp_path) -> None:
    assert examples.read(tmp_path, SPEC, (SOURCE,)) is None


def test_damage_is_named(tmp_path) -> None:
    examples.write(tmp_path, SPEC, made(5))
    with pytest.raises(RunError, match="takes"):
        examples.read(tmp_path, SPEC, (ConditionSpec("image", shape=(3, 8, 8)),))
    with pytest.raises(RunError, match="damaged"):
        examples.read(tmp_path, SPEC, (ConditionSpec("sound", shape=(1, 8, 8)),))
    path = tmp_path / examples.EXAMPLES
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunError, match="damaged"):
        examples.read(tmp_path, SPEC, (SOURCE,))


X = np.zeros((2, 1, 8, 8), np.float32)
TEXT = ConditionSpec("text", ("", "?", "a"), (4,))
CLASSES = ConditionSpec("classes", ("a", "b"))


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ({"x": X[:0]}, "x has the shape"),
        ({"x": X[:, :, :4]}, "x has the shape"),
        ({"x": X + np.float32("nan")}, "x holds what is no finite"),
        ({"x": X.astype(np.int64)}, "x holds what is no finite"),
        ({"told.text": np.full((2, 4), 1.5, np.float32)}, "whole numbers"),
        ({"told.text": np.full((2, 4), 3)}, "text must be 0 to 2, got 3"),
        ({"told.text": np.zeros((0, 4), np.int64)}, "text has the shape"),
        ({"told.classes": np.array([0, -1])}, "classes must be"),
        ({"told.classes": np.zeros((2, 2), np.int64)}, "classes has the shape"),
        ({"told.image": X + np.float32("inf")}, "image holds what is no finite"),
        ({"waves": np.zeros((1, 9), np.int16)}, "for 2 samples"),
        ({"waves": np.zeros((2, 9), np.float32)}, "waves are float32"),
        ({"waves": np.zeros((2, 0), np.int16)}, "waves are int16"),
    ],
)
def test_values_that_no_model_takes_are_refused(tmp_path, broken, word) -> None:
    whole = {
        "x": X,
        "told.image": X,
        "told.text": np.zeros((2, 4), np.int64),
        "told.classes": np.array([0, 1]),
        "waves": np.zeros((2, 9), np.int16),
    }
    inputs = (SOURCE, TEXT, CLASSES)
    (tmp_path / examples.EXAMPLES).write_bytes(save(whole))
    assert examples.read(tmp_path, SPEC, inputs) is not None
    (tmp_path / examples.EXAMPLES).write_bytes(save(whole | broken))
    with pytest.raises(RunError, match=word):
        examples.read(tmp_path, SPEC, inputs)


def recipe(*words: str) -> Recipe:
    return Recipe.from_dict({"variant": "text2image", "data": "faces"}, captioned(*words))


def captioned(*words: str, title: str = "", size: int = 16) -> SampleSpec:
    condition = ConditionSpec("text", ("", "?", *words), (8,), title)
    return SampleSpec("image", (3, size, size), condition)


@pytest.mark.parametrize(
    ("now", "word"),
    [
        (captioned("hat", "red", title="new"), ""),
        (captioned("blue", "hat"), "new: blue; gone: red"),
        (captioned("red", "hat"), "another order"),
        (captioned("hat", "red", size=32), "16 x 16 then, colour images 32 x 32 now"),
        (captioned(*"abcdefg", "hat", "red"), "new: a, b, c, d, e, ..."),
    ],
)
def test_a_change_of_what_a_model_depends_on_is_named(now: SampleSpec, word: str) -> None:
    found = examples.change(recipe("hat", "red"), now)
    assert (word in found) if word else found == ""
