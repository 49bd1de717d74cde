"""Options that tell a model something, read into the conditions that it takes."""

import argparse
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.cli.telling import wished
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Model
from ganstudio.words import vocabulary

WORDS = vocabulary(["a red hat", "a blue hat"])
INPUTS = (
    ConditionSpec("classes", ("cat", "dog")),
    ConditionSpec("attributes", ("hat", "beard", "glasses"), (3,)),
    ConditionSpec("text", WORDS, (5,)),
    ConditionSpec("image", shape=(3, 8, 12)),
    ConditionSpec("sound", shape=(1, 16, 32)),
)


def tell(inputs=INPUTS, **given):
    faults: list[str] = []
    names = ("category", "attributes", "text", "source", "sound")
    arguments = argparse.Namespace(**{name: given.get(name) for name in names})
    model = Model("v", "d", SampleSpec("image", (3, 8, 8)), 4, inputs=inputs)
    return wished(arguments, model, 3, faults), faults


def test_nothing_said_is_nothing_told():
    assert tell() == ({}, [])


def test_names_become_indices_and_flags():
    told, faults = tell(category="dog", attributes="glasses, hat")
    assert not faults
    assert told["classes"].tolist() == [1, 1, 1]
    assert told["attributes"].tolist() == [[1, 0, 1]] * 3
    assert told["attributes"].dtype == np.float32


def test_unknown_names_are_faults_that_list_the_known():
    told, faults = tell(category="cow", attributes="hat,horns")
    assert told == {}
    assert "cat, dog" in faults[0]
    assert "hat, beard, glasses" in faults[1]


def test_a_text_becomes_words_and_strange_ones_are_named(capsys):
    told, faults = tell(text="a RED sombrero")
    assert not faults
    assert told["text"].shape == (3, 5)
    assert told["text"][0].tolist() == [WORDS.index("a"), WORDS.index("red"), 1, 0, 0]
    assert "sombrero" in capsys.readouterr().err


def test_a_picture_is_fitted_to_what_the_model_takes(tmp_path: Path):
    path = tmp_path / "grey.png"
    Image.new("L", (40, 80), 255).save(path)
    told, faults = tell(source=path)
    assert not faults
    assert told["image"].shape == (3, 3, 8, 12)
    assert np.all(told["image"] == 1)
    path.write_bytes(b"no picture")
    assert str(path) in tell(source=path)[1][0]
    assert str(tmp_path / "none.png") in tell(source=tmp_path / "none.png")[1][0]


def test_a_sound_becomes_its_spectrum(tmp_path: Path):
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        tone = 20_000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 16_000)
        file.writeframes(tone.astype("<i2").tobytes())
    told, faults = tell(sound=path)
    assert not faults
    assert told["sound"].shape == (3, 1, 16, 32)
    assert -1 <= told["sound"].min() < 0 < told["sound"].max() <= 1


@pytest.mark.parametrize("option", ["category", "attributes", "text", "source", "sound"])
def test_what_the_model_does_not_take_is_a_fault(option):
    _, faults = tell(inputs=(), **{option: "x"})
    assert "takes noise alone" in faults[0]
    assert len(faults) == 1


def test_what_all_are_told_is_held_once(tmp_path: Path):
    path = tmp_path / "grey.png"
    Image.new("L", (40, 80), 255).save(path)
    told, _ = tell(source=path, category="dog")
    assert told["image"].strides[0] == 0
    assert told["classes"].strides == (0,)


def test_a_picture_is_seen_as_it_is_in_training(tmp_path: Path):
    path = tmp_path / "clear.png"
    Image.new("RGBA", (40, 80), (0, 0, 0, 0)).save(path)
    assert np.all(tell(source=path)[0]["image"] == 1)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.eps")
    (tmp_path / "a.eps").rename(path)
    assert "no picture" in tell(source=path)[1][0]
