import numpy as np
import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN, GANConfig
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
    assert examples.read_spec(tmp_path) == SPEC
    back = examples.read(tmp_path, (SOURCE,))
    assert np.array_equal(back.x, chosen.x)
    assert np.array_equal(back.told["image"], chosen.told["image"])
    assert np.array_equal(back.waves, chosen.waves)


def test_a_run_without_them_has_none(tmp_path) -> None:
    assert examples.read_spec(tmp_path) is None
    assert examples.read(tmp_path, (SOURCE,)) is None


def test_damage_is_named(tmp_path) -> None:
    examples.write(tmp_path, SPEC, made(5))
    with pytest.raises(RunError, match="takes"):
        examples.read(tmp_path, (ConditionSpec("image", shape=(3, 8, 8)),))
    with pytest.raises(RunError, match="damaged"):
        examples.read(tmp_path, (ConditionSpec("sound", shape=(1, 8, 8)),))
    path = tmp_path / examples.EXAMPLES
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunError, match="damaged"):
        examples.read(tmp_path, (SOURCE,))
    (tmp_path / examples.SPEC).write_text('{"kind": "cheese"}')
    with pytest.raises(RunError, match="damaged"):
        examples.read_spec(tmp_path)
