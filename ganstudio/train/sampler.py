"""A generator that only draws: a frozen copy of the averaged weights, away from training."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ganstudio import registry
from ganstudio.gans.base import GAN, device_of, side_of
from ganstudio.recipe import Recipe
from ganstudio.samples import CONDITION_WORDS, ConditionSpec
from ganstudio.train import examples, reals
from ganstudio.train.critic import Critic
from ganstudio.train.messages import Examples, Model, Told
from ganstudio.train.players import take_weights, tensor
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.speed import choose_device

MOST_VALUES = 1 << 17  # drawn at a time
MOST_AT_ONCE = {"points": 1024, "image": 32, "voxels": 4}


class Sampler:
    """Latents in, samples out.

    Args:
        gan: knows how its players make a sample; its own weights are not used.
        players: the generator's side, averaged, in evaluation mode, owned by this sampler.
        model: what it takes and makes.
        nimg: real samples seen in training.
        source: ``live`` or the folder it came from.
        examples: some of the data, where the model needs more than noise and classes.
        critic: the discriminator's side of the same moment, where it is at hand.
        home: the run folder of a live model, where its discriminator can be read otherwise.
    """

    def __init__(
        self,
        gan: GAN,
        players: Mapping[str, nn.Module],
        model: Model,
        nimg: int,
        source: str,
        examples: Examples | None = None,
        critic: Critic | None = None,
        home: Path | None = None,
    ) -> None:
        self.gan, self.players, self.model = gan, players, model
        self.nimg, self.source, self.examples = nimg, source, examples
        self.home = home if source == "live" else Path(source)
        self._critic, self._critic_missing = critic, ""

    @classmethod
    def load(
        cls,
        folder: Path,
        device: str = "auto",
        checkpoint: str | None = None,
        moment: int | None = None,
    ) -> Sampler:
        """The generator of a run folder.

        Args:
            folder: the run.
            device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            checkpoint: by name; None is the newest.
            moment: a kept moment instead, by real samples seen: a checkpoint or a snapshot.

        Raises:
            RecipeError: if the recipe cannot be read.
            RunError: if there is no complete checkpoint, or not that moment.
        """
        recipe = Recipe.of_run(folder)
        run = RunFolder(folder)
        if moment is None:
            tensors, nimg = run.read_generator(checkpoint)
        else:
            tensors, nimg = run.read_moment(moment), moment
        with torch.device("meta"):  # no weights are drawn, so no random state is touched
            gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, recipe.spec)
        target = choose_device(device)
        players = {name: net for name, net in gan.players.items() if side_of(name) == "G"}
        take_weights(players, tensors, target)
        model = model_of(recipe, gan)
        kept = examples.read(folder, model.spec, model.inputs)
        return cls(gan, players, model, nimg, str(folder), kept)

    def at(self, moment: int) -> Sampler:
        """The same model of a run folder at another kept moment: quicker than to load it anew.

        Args:
            moment: by real samples seen.

        Raises:
            RunError: if that moment is not kept, or damaged.
        """
        tensors = RunFolder(Path(self.source)).read_moment(moment)
        players = {name: copy.deepcopy(net) for name, net in self.players.items()}
        take_weights(players, tensors, self.device)
        return Sampler(self.gan, players, self.model, moment, self.source, self.examples)

    @property
    def device(self) -> torch.device:
        """Where it draws."""
        return device_of(self.players)

    @property
    def size_bytes(self) -> int:
        """What its weights take, with the discriminator's where that was asked for."""
        judges = () if self._critic is None else self._critic.players.values()
        return sum(
            tensor.numel() * tensor.element_size()
            for player in (*self.players.values(), *judges)
            for tensor in player.state_dict().values()
        )

    @property
    def at_once(self) -> int:
        """How many are best drawn at a time where there are many to draw.

        On a CPU pictures of few at a time stay in its cache: 16 or 32 are drawn in four fifths of
        the time of 64, and in half of that of 256.
        """
        spec = self.model.spec
        return max(1, min(MOST_AT_ONCE[spec.kind], MOST_VALUES // spec.size))

    @property
    def reals(self) -> np.ndarray | None:
        """Real samples that the run it was opened from keeps, (N, *shape) in [-1, 1]."""
        kept = None
        if self.source != "live" and self.home is not None:
            kept = reals.read(self.home, self.gan)
        return None if kept is None else kept.x

    @property
    def critic(self) -> Critic:
        """The discriminator's side, read from the run folder when it is first asked for.

        A moment of which only the generator was kept has that of the nearest checkpoint, and so
        has a live model that was published while nobody looked at scores.

        Raises:
            RunError: if there is none: the folder has no such weights, or a training has left
                none yet.
        """
        if self._critic is None and not self._critic_missing:
            if self.home is None:
                self._critic_missing = "the training has not shown its discriminator yet"
            else:
                try:
                    self._critic = Critic.load(self.home, self.nimg, str(self.device))
                except RunError as error:
                    self._critic_missing = str(error)
        if self._critic is None:
            raise RunError(self._critic_missing)
        return self._critic

    @torch.inference_mode()
    def draw(
        self,
        z: np.ndarray,
        told: Told | None = None,
        psi: float = 1.0,
        shift: np.ndarray | None = None,
        noise: float = 1.0,
    ) -> np.ndarray:
        """Samples at these latents, (N, *shape) float32 in [-1, 1].

        Args:
            z: (N, z_dim) float32.
            told: the model's inputs by kind, (N, ...) each; what is left out is filled in as
                ``fill`` says.
            psi: truncation towards the mean; 1 leaves z alone.
            shift: added to the mapped latent, for a model that has one: (N, w_dim), or
                (N, layers, w_dim) layer by layer.
            noise: strength of the noise inputs, for a model that has them; their pattern is part
                of the model, so the same latent always gives the same sample.

        Raises:
            ValueError: if latents or inputs do not fit the model.
        """
        if z.ndim != 2 or z.shape[1] != self.model.z_dim:
            raise ValueError(f"latents must be (N, {self.model.z_dim}), got {z.shape}")
        if shift is not None and not self.model.takes_shift(shift, len(z)):
            raise ValueError(
                f"a shift must be (N, {self.model.w_dim}) or (N, {self.model.layers}, "
                f"{self.model.w_dim}), got {shift.shape}"
            )
        conditions = self._tensors(self.fill(told or {}, len(z)))
        moved = None if shift is None else self._tensor(shift)
        x = self.gan.sample(self.players, self._tensor(z), conditions, psi, moved, noise)
        return _array(x)

    @torch.inference_mode()
    def beside(self, samples: np.ndarray, told: Told | None = None) -> dict[str, np.ndarray]:
        """What else is worth seeing with these samples, by name, (N, *shape) each.

        Args:
            samples: (N, *shape) as drawn.
            told: the inputs they were drawn with.
        """
        conditions = self._tensors(self.fill(told or {}, len(samples)))
        shown = self.gan.beside(self.players, self._tensor(samples), conditions)
        return {name: _array(x) for name, x in shown.items()}

    def fill(self, told: Told, count: int, start: int = 0) -> Told:
        """The model's inputs for so many samples: classes take turns, all else from the examples.

        Args:
            told: what is known already, by kind; it is checked and kept.
            count: how many are needed.
            start: where in the examples, and in the turn of the classes, to begin.

        Raises:
            ValueError: if what is known does not fit, or there are no examples to fill in.
        """
        turn = start + np.arange(count)
        filled: Told = {}
        for taken in self.model.inputs:
            value = told.get(taken.kind)
            if value is not None:
                filled[taken.kind] = _checked(taken, value, count)
            elif taken.kind == "classes":
                filled["classes"] = turn % taken.classes
            elif self.examples is None:
                raise ValueError(
                    f"this model needs {CONDITION_WORDS[taken.kind]}, and its run holds no examples"
                )
            else:
                known = self.examples.told[taken.kind]
                filled[taken.kind] = known[turn % len(known)]
        return filled

    def _tensors(self, told: Told) -> dict[str, torch.Tensor]:
        return {kind: self._tensor(value) for kind, value in told.items()}

    def _tensor(self, value: np.ndarray) -> torch.Tensor:
        return tensor(value, self.device)


def model_of(recipe: Recipe, gan: GAN) -> Model:
    """What the generator of this recipe takes and makes."""
    return Model(
        recipe.variant,
        recipe.data,
        gan.spec,
        gan.config.z_dim,
        gan.prior,
        gan.inputs,
        gan.config.w_dim if "w" in gan.spaces else 0,
        gan.layers,
        gan.noisy,
    )


def _array(x: torch.Tensor) -> np.ndarray:
    return x.clamp(-1, 1).float().contiguous().cpu().numpy()


def _checked(taken: ConditionSpec, value: np.ndarray, count: int) -> np.ndarray:
    """The value if it fits what the model takes.

    Raises:
        ValueError: if it does not.
    """
    if taken.kind == "classes":
        blended = value.ndim == 2 and value.shape[1] == taken.classes
        if value.shape != (count,) and not (blended and len(value) == count):
            raise ValueError(
                f"classes must be ({count},) indices or ({count}, {taken.classes}) weights, "
                f"got {value.shape}"
            )
        if not blended and (value.min() < 0 or value.max() >= taken.classes):
            raise ValueError(f"classes must be 0 to {taken.classes - 1}, got {value.max()}")
    elif value.shape != (count, *taken.shape):
        raise ValueError(f"{taken.kind} must be {(count, *taken.shape)}, got {value.shape}")
    return value
