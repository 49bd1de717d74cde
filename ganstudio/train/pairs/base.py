"""What a pair is: published networks, the plain step that trains them, the variant beside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganstudio import registry
from ganstudio.gans.base import GAN
from ganstudio.samples import ConditionSpec, SampleKind, SampleSpec

Step = Callable[[Tensor, Tensor | None], tuple[float, float]]


class Pair(ABC):
    """A published training step, and the variant of this program that does the same.

    Both sides train the same networks from the same weights, with the same batch, rates and
    number of updates, and D moves before G. The reference is written as its source is in all
    else: eager, float32, each loss read back in every step where the source prints it.

    Attributes:
        title: of its row.
        source: program and file whose architecture, rates and habits these are, and what differs.
        variant: key of the variant that plays the same game.
        knobs: of the variant, as published.
        kind: of the samples.
        shape: of one sample.
        classes: how many there are; 0 for none.
        batch: samples in one update.
        z_dim: dimensions of the noise.
        watched: terms of the variant that are plotted but not minimised.
        rounds: steps of the reference that make one round of the variant.
        workers: processes that the source's loader reads with; 0 for none but its own.
    """

    title: ClassVar[str]
    source: ClassVar[str]
    variant: ClassVar[str]
    knobs: ClassVar[dict[str, Any]] = {}
    kind: ClassVar[SampleKind] = "image"
    shape: ClassVar[tuple[int, ...]]
    classes: ClassVar[int] = 0
    batch: ClassVar[int] = 64
    z_dim: ClassVar[int] = 100
    watched: ClassVar[tuple[str, ...]] = ()
    rounds: ClassVar[int] = 1
    workers: ClassVar[int] = 0

    @abstractmethod
    def networks(self) -> dict[str, nn.Module]:
        """G and D with fresh weights; D gives logits or scores (N,)."""

    @abstractmethod
    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """The plain step: takes a batch and its labels, returns D's and G's loss."""

    def read(self, x: Tensor) -> Tensor:
        """One sample as the source's data set makes it ready; torchvision's pictures by default.

        Args:
            x: (C, H, W), uint8, decoded already.
        """
        from torchvision.transforms.functional import normalize, resize, to_pil_image, to_tensor

        picture = resize(to_pil_image(x), list(x.shape[-1:]))
        flat = [0.5] * len(x)
        ready: Tensor = normalize(to_tensor(picture), flat, flat)
        return ready

    @property
    def spec(self) -> SampleSpec:
        """The samples."""
        names = tuple(str(index) for index in range(self.classes))
        return SampleSpec(
            self.kind, self.shape, ConditionSpec("classes", names) if names else ConditionSpec()
        )

    def contender(self, players: dict[str, nn.Module]) -> GAN:
        """The variant, playing with these networks instead of its own."""
        kind: type[GAN] = registry.find("gans", self.variant)

        class _Contender(kind):  # type: ignore[misc, valid-type]
            def networks(self) -> dict[str, nn.Module]:
                return players

        config = kind.Config(batch=self.batch, z_dim=self.z_dim, **self.knobs)
        made: GAN = _Contender(config, self.spec)
        return made


BASE = Pair
