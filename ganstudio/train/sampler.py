"""A generator that only draws: a frozen copy of the averaged weights, away from training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ganstudio import registry
from ganstudio.gans.base import GAN, side_of
from ganstudio.recipe import Recipe
from ganstudio.train.messages import Model
from ganstudio.train.run import RunFolder
from ganstudio.train.speed import choose_device


class Sampler:
    """Latents in, samples out.

    Args:
        gan: knows how its players make a sample; its own weights are not used.
        players: the generator's side, averaged, in evaluation mode, owned by this sampler.
        model: what it takes and makes.
        nimg: real samples seen in training.
        source: ``live`` or the folder it came from.
    """

    def __init__(
        self, gan: GAN, players: Mapping[str, nn.Module], model: Model, nimg: int, source: str
    ) -> None:
        self.gan, self.players, self.model = gan, players, model
        self.nimg, self.source = nimg, source

    @classmethod
    def load(
        cls,
        folder: Path,
        device: str = "auto",
        checkpoint: str | None = None,
        threads: int | None = None,
    ) -> Sampler:
        """The generator of a run folder.

        Args:
            folder: the run.
            device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            checkpoint: by name; None is the newest.
            threads: of torch for the thread that calls; None leaves them alone.

        Raises:
            RecipeError: if the recipe cannot be read.
            RunError: if there is no complete checkpoint.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        recipe = Recipe.load(folder / "recipe.toml")
        run = RunFolder(folder)
        tensors, nimg = run.read_generator(checkpoint)
        spec = recipe.spec
        with torch.device("meta"):  # no weights are drawn, so no random state is touched
            gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, spec)
        target = choose_device(device)
        players = {name: net for name, net in gan.players.items() if side_of(name) == "G"}
        for name, net in players.items():
            own = {
                key.removeprefix(f"{name}."): value.float() if value.is_floating_point() else value
                for key, value in tensors.items()
                if key.startswith(f"{name}.")
            }
            net.load_state_dict(own, assign=True)
            net.to(target).eval().requires_grad_(False)
        return cls(gan, players, model_of(recipe, gan), nimg, str(folder))

    @torch.inference_mode()
    def draw(
        self, z: np.ndarray, classes: np.ndarray | None = None, psi: float = 1.0
    ) -> np.ndarray:
        """Samples at these latents, (N, *shape) float32 in [-1, 1].

        Args:
            z: (N, z_dim) float32.
            classes: (N,) class indices; where the model takes classes and None is given, they
                take turns.
            psi: truncation towards the mean; 1 leaves z alone.

        Raises:
            ValueError: if z or the classes do not fit the model.
        """
        if z.ndim != 2 or z.shape[1] != self.model.z_dim:
            raise ValueError(f"latents must be (N, {self.model.z_dim}), got {z.shape}")
        device = next(iter(next(iter(self.players.values())).parameters())).device
        c = None
        if self.model.classes:
            if classes is None:
                classes = np.arange(len(z)) % len(self.model.classes)
            known = len(self.model.classes)
            if classes.min() < 0 or classes.max() >= known:
                raise ValueError(f"classes must be 0 to {known - 1}, got {classes.max()}")
            c = torch.from_numpy(np.asarray(classes, np.int64)).to(device)
        latents = torch.from_numpy(np.ascontiguousarray(z, np.float32)).to(device)
        x = self.gan.sample(self.players, latents, c, psi)
        return x.clamp(-1, 1).float().contiguous().cpu().numpy()


def model_of(recipe: Recipe, gan: GAN) -> Model:
    """What the generator of this recipe takes and makes."""
    names = gan.condition.names if gan.condition.kind == "classes" else ()
    return Model(recipe.variant, recipe.data, gan.spec, gan.config.z_dim, gan.prior, names)
