"""From a sampler to a generator under study."""

from __future__ import annotations

from ganstudio.latent.subject import Subject
from ganstudio.train.messages import Told
from ganstudio.train.players import tensor
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
    device = sampler.device
    known = {kind: tensor(value, device) for kind, value in sampler.fill(told or {}, 1).items()}
    return Subject(
        sampler.gan, sampler.players, model.z_dim, known, model.prior, model.w_dim, model.layers
    )
