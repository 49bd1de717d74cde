"""Scores of samples by the newest discriminator, beside those of real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.train import reals
from ganstudio.train.run import RunError
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import Desk, Task, TaskError
from ganstudio.train.verdicts import Judged

CHUNK = 32  # drawn and judged between two looks at whether it is still wanted
NOTHING = np.zeros(0, np.float32)


class JudgeSamples(Task):
    """What the discriminator says of samples: those at latents, or any that are handed over.

    Arguments:
        z: (N, z_dim) latents; or
        samples: (N, *shape) float32 in [-1, 1].
        told: the model's inputs by kind; what is left out is filled in.
        stand: one place whose bending (psi, shift, noise) all latents get; None for none.
        reals: so many real samples are judged as well.
        data_root: where data sets are kept, for runs that keep no real samples of their own.
    """

    title = "Scores"

    def run(self, sampler: Sampler, desk: Desk, **arguments: Any) -> Judged:
        """See the class; ``Judged`` comes back."""
        return self._run(sampler, desk, **arguments)

    def _run(
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        z: np.ndarray | None = None,
        samples: np.ndarray | None = None,
        told: Told | None = None,
        stand: Stand | None = None,
        reals: int = 0,
        data_root: Path | None = None,
    ) -> Judged:
        if (z is None) == (samples is None):
            raise TaskError("give either latents or samples to be judged")
        desk.check()
        try:
            if samples is None:
                samples = _drawn(sampler, desk, z, told or {}, stand)
            filled = sampler.fill(told or {}, len(samples))
            critic = sampler.critic
        except RunError as error:
            empty = NOTHING if samples is None else samples
            return Judged(NOTHING, NOTHING, empty, nimg=sampler.nimg, missing=str(error))
        except ValueError as error:
            raise TaskError(str(error)) from error
        if samples.shape[1:] != sampler.model.spec.shape:
            raise TaskError(f"samples are {samples.shape[1:]}, want {sampler.model.spec.shape}")
        company = _company(sampler) if critic.compares and len(samples) < 4 else None
        desk.check()
        scores = critic.scores(samples, filled, company)
        desk.check()
        others = _reals(sampler, reals, data_root) if reals else NOTHING
        return Judged(scores, others, samples, critic.scale, sampler.nimg, critic.nimg)


def _drawn(
    sampler: Sampler, desk: Desk, z: np.ndarray | None, told: Told, stand: Stand | None
) -> np.ndarray:
    assert z is not None
    parts = []
    for start in range(0, len(z), CHUNK):
        desk.check()
        some = z[start : start + CHUNK]
        known = {kind: value[start : start + CHUNK] for kind, value in told.items()}
        filled = sampler.fill(known, len(some), start)
        bent: tuple[Any, ...] = ()
        if stand is not None:
            shift = None if stand.shift is None else np.repeat(stand.shift[None], len(some), 0)
            bent = (stand.psi, shift, stand.noise)
        parts.append(sampler.draw(some, filled, *bent))
    return np.concatenate(parts) if parts else np.zeros((0, *sampler.model.spec.shape), np.float32)


def _company(sampler: Sampler) -> np.ndarray:
    return sampler.draw(sampler.model.draw(4, seed=0))


def _reals(sampler: Sampler, count: int, data_root: Path | None) -> np.ndarray:
    """Scores of real samples with what belongs to them; none where none are at hand."""
    critic = sampler.critic
    if critic.reals is None:
        home = sampler.home
        found = None if home is None else reals.find(home, sampler.gan, data_root)
        if found is None and sampler.examples is not None:
            found = reals.Reals(sampler.examples.x, sampler.examples.told)
        critic.reals = found
    if critic.reals is None:
        return NOTHING
    part = critic.reals.part(count)
    return critic.scores(part.x, part.told)
