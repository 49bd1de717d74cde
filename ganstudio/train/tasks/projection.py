"""The latent behind a picture or an object, searched for on the newest model."""

from __future__ import annotations

import numpy as np
import torch

from ganstudio.latent.projection import Budget, Found, ProjectionError, Through, project
from ganstudio.latent.stand import Stand
from ganstudio.samples import SampleSpec
from ganstudio.train.messages import Told
from ganstudio.train.sampler import Sampler
from ganstudio.train.subject import subject_of
from ganstudio.train.tasks.base import Desk, Task, TaskError


class Projection(Task):
    """Find the latent whose sample is most like a picture or an object."""

    title = "From picture to latent"

    def run(  # type: ignore[override]
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        target: np.ndarray | None = None,
        told: Told | None = None,
        seconds: float = 1.5,
        steps: int = 400,
        through: Through | None = None,
        hold_class: bool = False,
        seed: int = 0,
        stand: Stand | None = None,
    ) -> Found:
        """Search.

        Args:
            sampler: the newest model.
            desk: hears of progress, each with the best sample so far, (*shape).
            target: (*shape) float32 in [-1, 1]; of another size, or grey for colour, it is
                fitted first.
            told: what the model is told meanwhile, (1, ...) each; None fills it in.
            seconds: at most so long.
            steps: at most so many updates.
            through: ``z``, ``w`` or ``w+``, see ``latent.projection``.
            hold_class: whether to keep the class that is told; else each class is tried.
            seed: of the random latents to begin with.
            stand: truncation and noise to keep, and one more place to begin from.

        Raises:
            TaskError: if nothing can be found with this model.
            CancelledError: if it is no longer wanted.
        """
        if target is None:
            raise TaskError("there is nothing to look for: draw, drop or choose something first")
        spec, classes = sampler.model.spec, sampler.model.classes
        told = told if told is not None else (stand.told if stand is not None else {})
        try:
            return project(
                subject_of(sampler, told),
                spec,
                fitted(target, spec),
                Budget(seconds, steps),
                through,
                0 if hold_class else len(classes),
                seed,
                stand,
                report=desk.tell,
            )
        except (ProjectionError, ValueError) as error:
            raise TaskError(str(error)) from error


def fitted(target: np.ndarray, spec: SampleSpec) -> torch.Tensor:
    """A picture or an object in the shape of the model's samples, float32 in [-1, 1].

    Args:
        target: (C, H, W) or (1, X, Y, Z) in [-1, 1], or without the first axis; other sides are
            scaled, grey becomes colour and colour grey.
        spec: of the samples.

    Raises:
        ValueError: if it is no such thing.
    """
    x = torch.from_numpy(np.ascontiguousarray(target, np.float32))
    axes = len(spec.shape)
    if axes > 1 and x.dim() == axes - 1:
        x = x[None]
    if x.dim() != axes or not x.numel():
        raise ValueError(f"{spec} are sought, got something of the shape {tuple(target.shape)}")
    if axes == 1 or tuple(x.shape) == spec.shape:
        return x
    if x.shape[0] != spec.channels:
        grey = x.mean(0, keepdim=True)
        x = grey.expand(spec.channels, *x.shape[1:])
    sides = spec.shape[1:]
    if tuple(x.shape[1:]) != sides:
        if all(have >= want for have, want in zip(x.shape[1:], sides, strict=True)):
            x = torch.nn.functional.interpolate(x[None], sides, mode="area")[0]
        else:
            smooth = "bilinear" if len(sides) == 2 else "trilinear"
            x = torch.nn.functional.interpolate(x[None], sides, mode=smooth)[0]
    return x.contiguous().clamp(-1, 1)
