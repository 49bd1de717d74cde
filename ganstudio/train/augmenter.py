"""Augmentation in training: changes what D sees, and steers how often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN
from ganstudio.nn.augment import Strength, augment

KIMG = 100.0  # from never to always; the paper takes 500, for trainings of days


class Augmenter:
    """Stands between the samples and D, as the knobs ``augment`` and ``augment_target`` say.

    With a target the chance starts at ``augment`` and is steered by the logits of D on real
    samples. They are overheard: the player ``D`` is called on the very batch that was handed
    out, or once on twice as many samples, the real ones first, and a hook notes the answer. So
    no variant needs to know of it. A variant whose logits have no zero between real and fake,
    such as Wasserstein's, does not offer the target.

    Args:
        gan: whose knobs and chance are read, as they are now.
        random: draws the changes.

    Attributes:
        strength: the steered chance; its state belongs into checkpoints.
    """

    def __init__(self, gan: GAN, random: torch.Generator) -> None:
        self._gan, self._random = gan, random
        config = gan.config
        self.strength = Strength(config.augment, config.augment_target, random.device)
        self._heard: Tensor | None = None

    @property
    def steered(self) -> bool:
        """Whether the chance follows D."""
        return bool(self._gan.config.augment_target > 0)

    def change(self, x: Any) -> Any:
        """Samples (N, *shape), or a tuple of such, as D shall see them."""
        if not isinstance(x, Tensor):
            return tuple(self.change(part) for part in x)
        chance = self.strength.chance if self.steered else self._gan.augmentation
        return augment(x, self._gan.spec.kind, chance, self._random)

    @contextmanager
    def hearing(self, real: Tensor | None) -> Iterator[None]:
        """Note what D says of these real samples meanwhile, if the chance is steered."""
        self._heard = None
        player = self._gan.players.get("D")
        if not self.steered or player is None or real is None:
            yield
            return

        def note(module: nn.Module, given: tuple[Any, ...], answer: Any) -> None:
            logits = answer if isinstance(answer, Tensor) else answer[0]
            alone = len(given[0]) == len(real) and given[0].data_ptr() == real.data_ptr()
            if alone or len(given[0]) == 2 * len(real):
                self._heard = logits[: len(real)]

        handle = player.register_forward_hook(note)
        try:
            yield
        finally:
            handle.remove()

    def follow(self) -> dict[str, Tensor]:
        """Steer by what was heard.

        Returns:
            The chance and the mean sign, to plot; nothing where D was not heard.
        """
        if self._heard is None:
            return {}
        self.strength.follow(self._heard, float(self._gan.config.augment_target), KIMG)
        self._heard = None
        return {"augment": self.strength.chance.clone(), "real_sign": self.strength.sign.clone()}
