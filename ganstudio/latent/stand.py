"""Where someone stands in latent space: all that a generator is given for one sample."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ganstudio.samples import Told


@dataclass(frozen=True)
class Stand:
    """What the generator is given where someone stands: noise, all it is told, how it is bent.

    Attributes:
        z: (z_dim,) float32, before truncation.
        told: the model's inputs by kind, (1, ...) each; what is left out stays as it is.
        psi: truncation, as in ``Request``.
        shift: (w_dim,) added to the mapped latent, or (layers, w_dim) added layer by layer, which
            is how styles are mixed; None for nothing.
        noise: strength of the noise inputs, for a generator that has them; 0 switches them off.
    """

    z: np.ndarray
    told: Told = field(default_factory=dict)
    psi: float = 1.0
    shift: np.ndarray | None = None
    noise: float = 1.0

    def repeated(self, count: int) -> Told:
        """What is told, for so many samples."""
        return {kind: np.repeat(value, count, axis=0) for kind, value in self.told.items()}

    @property
    def shifts(self) -> np.ndarray | None:
        """The shift as one row, as ``Request`` takes it."""
        return None if self.shift is None else self.shift[None]
