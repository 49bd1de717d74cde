"""Where latents lie in the mapped space w, for mixing styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ganstudio.latent.stand import Stand
from ganstudio.train.sampler import Sampler
from ganstudio.train.subject import subject_of
from ganstudio.train.tasks.base import Desk, Task, TaskError


@dataclass(frozen=True, eq=False)
class Mapped:
    """Latents and what they are mapped to.

    Attributes:
        stands: the places that were asked about.
        w: (N, w_dim) float32, before truncation and without their shifts.
        layers: how many layers take a style of their own.
    """

    stands: tuple[Stand, ...]
    w: np.ndarray
    layers: int


class Mapping(Task):
    """Map latents to styles."""

    title = "Styles of latents"

    def run(  # type: ignore[override]
        self, sampler: Sampler, desk: Desk, *, stands: Sequence[Stand] = ()
    ) -> Mapped:
        """Map them.

        Args:
            sampler: the newest model.
            desk: tells of cancelling.
            stands: places, each with what it is told; what it leaves out is filled in.

        Raises:
            TaskError: if the model has no mapped latent, or a place is of another model.
            CancelledError: if it is no longer wanted.
        """
        model = sampler.model
        if not model.w_dim:
            raise TaskError("this model has no styles: only one with a mapped latent w has")
        rows = []
        for stand in stands:
            desk.check()
            if stand.z.shape != (model.z_dim,):
                raise TaskError(
                    f"this model takes {model.z_dim} numbers, a latent has {len(stand.z)}"
                )
            try:
                subject = subject_of(sampler, stand.told)
            except ValueError as error:
                raise TaskError(str(error)) from error
            z = torch.from_numpy(np.ascontiguousarray(stand.z[None], np.float32))
            with torch.no_grad():
                rows.append(subject.mapped(z.to(subject.device))[0].cpu().numpy())
        w = np.stack(rows) if rows else np.zeros((0, model.w_dim), np.float32)
        return Mapped(tuple(stands), w, model.layers)
