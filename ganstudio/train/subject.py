"""From a sampler to a generator under study."""

from __future__ import annotations

import numpy as np
import torch

from ganstudio.latent.subject import Subject
from ganstudio.train.messages import Told
from ganstudio.train.sampler import Sampler


def subject_of(sampler: Sampler, told: Told | None = None) -> Subject:
    """The generator with all but its latent held still.

    Args:
        sampler: whose networks are shared: take ``own()`` before listening to them.
        told: the inputs by kind, (1, ...) each; what is left out is filled in as ``fill`` says.

    Raises:
        ValueError: if an input does not fit, or there are no examples to fill in.
    """
    model = sampler.model
    device = next(next(iter(sampler.players.values())).parameters()).device
    known = {kind: tensor(value, device) for kind, value in sampler.fill(told or {}, 1).items()}
    return Subject(
        sampler.gan, sampler.players, model.z_dim, known, model.prior, model.w_dim, model.layers
    )


def tensor(value: np.ndarray, device: torch.device) -> torch.Tensor:
    """An input of a generator: whole numbers stay whole, all else is float32."""
    whole = np.issubdtype(value.dtype, np.integer)
    own = np.ascontiguousarray(value, np.int64 if whole else np.float32)
    return torch.from_numpy(own).to(device)
