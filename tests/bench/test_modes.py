"""The contrast that a ring of eight Gaussians shows: who finds every mode, and who does not.

Each training is as long as it takes the better ones, a few seconds on one core, from a fixed seed.
"""

from pathlib import Path

import pytest
import torch

from ganstudio import registry
from ganstudio.data.points import RING_MODES, mode_std, modes
from ganstudio.recipe import Recipe
from ganstudio.resources import resource
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
DRAWN, ENOUGH, NEAR = 4000, 20, 3  # samples; how many make a mode found; within how many std


def modes_found(recipe: Recipe, kimg: float) -> int:
    """Train for so long, then count the modes that samples come near to."""
    samples = registry.find("data", "points")(recipe.dataset, Path("unused")).load()
    variant = registry.find("gans", recipe.variant)
    trainer = Trainer.build(variant, recipe.gan, recipe.spec, samples, recipe.basics.seed, CPU)
    while trainer.nimg < kimg * 1000:
        trainer.step()
    z = trainer.gan.latent(DRAWN, torch.Generator().manual_seed(1), CPU.device)
    with torch.no_grad():
        x = trainer.gan.sample(trainer.averaged(), z, {})
    distance, nearest = torch.cdist(x, modes("ring")).min(dim=1)
    near = nearest[distance < NEAR * mode_std("ring")]
    return int((torch.bincount(near, minlength=RING_MODES) >= ENOUGH).sum())


@pytest.mark.parametrize(("recipe", "kimg"), [("ring", 250), ("ring-r3gan", 150)])
def test_wgan_gp_and_r3gan_find_all_modes(recipe: str, kimg: float) -> None:
    assert modes_found(Recipe.load(resource("recipes", f"{recipe}.toml")), kimg) == RING_MODES


def test_the_first_gan_does_not() -> None:
    assert modes_found(Recipe.make("gan", "points", {"shape": "ring"}), 150) < RING_MODES
