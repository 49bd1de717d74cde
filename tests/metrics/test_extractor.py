"""The extractor: learns, is kept, leaves torch's own random state alone."""

import numpy as np
import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.metrics._extractor import learn
from ganstudio.samples import ConditionSpec, SampleSpec

CLASSES = ConditionSpec("classes", ("left", "right", "both"))
SPEC = SampleSpec("image", (1, 8, 8), CLASSES)


def bars(count: int = 300) -> Samples:
    labels = torch.arange(count) % 3
    x = torch.randint(0, 60, (count, 1, 8, 8), dtype=torch.uint8)
    x[labels != 1, :, :, 1:3] = 255
    x[labels != 0, :, :, 5:7] = 255
    return Samples(x, labels)


def test_it_learns_the_classes_and_tells_how_well(tmp_path):
    samples = bars()
    seer = learn(samples, SPEC, "bars", cache=tmp_path, steps=40)
    assert seer.accuracy > 0.95
    assert seer.title.startswith("classifier of bars")
    x = samples.x.float().numpy() / 127.5 - 1
    features, sure = seer.see(x)
    assert features.shape == (300, 128)
    assert sure.shape == (300, 3)
    np.testing.assert_allclose(sure.sum(1), 1, rtol=1e-5)
    assert (sure.argmax(1) == samples.labels.numpy()).mean() > 0.95


def test_it_is_kept_and_trained_anew_only_for_other_data(tmp_path):
    samples = bars()
    first = learn(samples, SPEC, "bars", cache=tmp_path, steps=3)

    def never() -> None:
        raise AssertionError("nothing is to be trained")

    again = learn(samples, SPEC, "bars", never, tmp_path, steps=3)
    assert again.title == first.title
    x = samples.x[:5].float().numpy() / 127.5 - 1
    np.testing.assert_array_equal(first.see(x)[0], again.see(x)[0])
    samples.x[0, 0, 0, 0] += 1
    with pytest.raises(AssertionError, match="trained"):
        learn(samples, SPEC, "bars", never, tmp_path, steps=3)


def test_a_damaged_file_is_written_anew(tmp_path):
    samples = bars(60)
    learn(samples, SPEC, "bars", cache=tmp_path, steps=2)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    learn(samples, SPEC, "bars", cache=tmp_path, steps=2)
    assert path.read_bytes() == whole


def test_the_random_state_of_a_training_beside_it_is_left_alone(tmp_path):
    samples = bars(60)
    before = torch.get_rng_state()
    seer = learn(samples, SPEC, "bars", cache=tmp_path, steps=2)
    seer.see(np.zeros((3, 1, 8, 8), np.float32))
    assert torch.equal(torch.get_rng_state(), before)


def test_without_labels_it_learns_rotations(tmp_path):
    samples = Samples(bars(90).x)
    samples.x[:, :, :2] = 0  # an upper edge to tell by
    spec = SampleSpec("image", (1, 8, 8))
    seer = learn(samples, spec, "bars", cache=tmp_path, steps=40)
    assert seer.title.startswith("rotations of bars")
    assert seer.accuracy > 0.5
    assert seer.see(np.zeros((2, 1, 8, 8), np.float32))[1] is None


def test_attributes_are_learnt_beside_classes(tmp_path):
    samples = bars(60)
    wearing = {"hat": torch.arange(60) % 2, "tilt": torch.rand(60), "same": torch.zeros(60).long()}
    told = Samples(samples.x, samples.labels, wearing)
    seer = learn(told, SPEC, "bars", cache=tmp_path, steps=2)
    assert set(seer.network.heads) == set(seer.targets) == {"class", "attribute hat"}
    features, sure = seer.see(samples.x.float().numpy() / 127.5 - 1)
    np.testing.assert_array_equal(seer.read(features)["class"], sure.argmax(1))


def test_volumes_and_pictures_with_unequal_sides(tmp_path):
    volumes = Samples(torch.randint(0, 256, (40, 1, 8, 8, 8), dtype=torch.uint8))
    spec = SampleSpec("voxels", (1, 8, 8, 8))
    assert learn(volumes, spec, "v", cache=tmp_path, steps=2).see(
        np.zeros((2, *spec.shape), np.float32)
    )[0].shape == (2, 128)
    wide = Samples(torch.randint(0, 256, (40, 3, 6, 9), dtype=torch.uint8))
    spec = SampleSpec("image", (3, 6, 9))
    assert len(learn(wide, spec, "w", cache=tmp_path, steps=2).see(
        np.zeros((2, *spec.shape), np.float32)
    )[0]) == 2  # fmt: skip
    with pytest.raises(ValueError, match="points"):
        learn(Samples(torch.zeros(40, 2)), SampleSpec("points", (2,)), "p")
