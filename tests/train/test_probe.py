"""What a discriminator sees is asked for only where nobody told it the answer."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN
from ganstudio.recipe import Recipe
from ganstudio.train.probe import probe

TINY = {"batch": 4, "width": 4, "z_dim": 4}


def run_of(recipe: Recipe) -> SimpleNamespace:
    """A run folder that holds fresh weights."""
    gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, recipe.spec)
    weights = {f"D.{key}": value for key, value in gan.players["D"].state_dict().items()}
    return SimpleNamespace(read=lambda checkpoint: SimpleNamespace(weights=weights))


@pytest.fixture
def objects() -> Samples:
    side = Recipe.make("lsgan", "furniture").spec.side
    x = torch.zeros(12, 1, side, side, side, dtype=torch.uint8)
    x[:6, :, : side // 2] = 255
    return Samples(x, torch.arange(12) // 6)


def test_half_of_the_objects_is_for_learning(objects):
    recipe = Recipe.make("lsgan", "furniture", TINY)
    seen = probe(run_of(recipe), recipe, objects)
    assert seen.train.shape == seen.test.shape
    assert len(seen.train) == 6
    labels = np.concatenate([seen.train_labels, seen.test_labels])
    features = np.concatenate([seen.train, seen.test])
    assert np.ptp(features[labels == 0], axis=0).max() < 1e-5 < np.ptp(features, axis=0).max()


def test_a_discriminator_that_is_told_the_class_is_not_asked(objects):
    recipe = Recipe.make("lsgan", "furniture", {**TINY, "conditional": True})
    assert probe(run_of(recipe), recipe, objects) is None
