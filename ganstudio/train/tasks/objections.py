"""What the discriminator has against a sample, and what it wants changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.train.critic import Critic
from ganstudio.train.run import RunError
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import Desk, Task, TaskError
from ganstudio.train.verdicts import Objected

STEPS = 8
FURTHEST = 0.25  # root mean square of the change at the last step; values span 2
COPIES, NOISE = 8, 0.1  # of the sample, for a smooth map
NOTHING = np.zeros(0, np.float32)


class Objections(Task):
    """Where a sample looks fake to D, and the same sample as D would have it.

    The heat map is the slope of the score times the value, so it says how much each place adds
    to the score against a medium grey one. It is coarse and noisy; ``smooth`` takes the mean
    over copies of the sample with a little noise. What D wants changed is found by small steps
    along the slope: what fools this D, which need not be what a person would call better.

    Arguments:
        stand: a place in latent space; or
        sample: (*shape) float32 in [-1, 1].
        told: the model's inputs, (1, ...) by kind, that a sample is judged with.
        smooth: take the mean over noisy copies.
        furthest: root mean square of the change at the end of the path.
        steps: of the path, one pass through D each; 0 looks for reasons alone.

    Source: Shrikumar et al. 2017, arXiv:1605.01713 (gradient times input); Smilkov et al. 2017,
    arXiv:1706.03825 (noisy copies).
    """

    title = "Objections"

    def run(self, sampler: Sampler, desk: Desk, **arguments: Any) -> Objected:
        """See the class; ``Objected`` comes back."""
        return self._run(sampler, desk, **arguments)

    def _run(
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        stand: Stand | None = None,
        sample: np.ndarray | None = None,
        told: Told | None = None,
        smooth: bool = False,
        furthest: float = FURTHEST,
        steps: int = STEPS,
    ) -> Objected:
        if (stand is None) == (sample is None):
            raise TaskError("give either a place in latent space or a sample")
        desk.check()
        try:
            filled = sampler.fill(told or {} if stand is None else stand.told, 1)
            if stand is not None:
                x = sampler.draw(stand.z[None], filled, stand.psi, stand.shifts, stand.noise)
            else:
                assert sample is not None
                x = np.asarray(sample, np.float32)[None]
        except ValueError as error:
            raise TaskError(str(error)) from error
        if x.shape[1:] != sampler.model.spec.shape:
            raise TaskError(f"the sample is {x.shape[1:]}, want {sampler.model.spec.shape}")
        try:
            critic = sampler.critic
        except RunError as error:
            none, nimg = NOTHING, sampler.nimg
            return Objected(x[0], none, none, none, none, none, nimg=nimg, missing=str(error))
        company = sampler.draw(sampler.model.draw(4, seed=0)) if critic.compares else None
        heat, slope = _heat(critic, desk, x, filled, company, smooth)
        amounts = np.linspace(0, furthest, steps + 1, dtype=np.float32)
        path, scores = _path(critic, desk, x, filled, company, amounts)
        return Objected(
            x[0], heat, slope, path, scores, amounts, critic.scale, sampler.nimg, critic.nimg
        )


def _heat(
    critic: Critic, desk: Desk, x: np.ndarray, told: Told, company: np.ndarray | None, smooth: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Slope times value over places, and the slope, of one sample."""
    generator = np.random.default_rng(0)
    heats, slopes = [], []
    for _ in range(COPIES if smooth else 1):
        desk.check()
        noise = generator.standard_normal(x.shape, dtype=np.float32) if smooth else 0.0
        seen = (x + NOISE * noise).astype(np.float32)
        _, slope = critic.slopes(seen, told, company)
        slopes.append(slope[0])
        heats.append((slope * seen)[0])
    mean = np.mean(heats, axis=0)
    heat = mean.sum(0) if mean.ndim > 1 else mean.sum(0, keepdims=True)
    return np.asarray(heat, np.float32), np.asarray(np.mean(slopes, axis=0), np.float32)


def _path(
    critic: Critic,
    desk: Desk,
    x: np.ndarray,
    told: Told,
    company: np.ndarray | None,
    amounts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The sample and ever further moved ones, one for each amount, with their scores."""
    path, scores, here = [x[0]], [], x
    for amount in np.diff(amounts):
        desk.check()
        score, slope = critic.slopes(here, told, company)
        scores.append(float(score[0]))
        size = float(np.sqrt(np.mean(slope**2)))
        step = slope * (float(amount) / size) if size > 0 else np.zeros_like(slope)
        here = np.clip(here + step, -1, 1).astype(np.float32)
        path.append(here[0])
    scores.append(float(critic.scores(here, told, company)[0]))
    return np.stack(path), np.asarray(scores, np.float32)
