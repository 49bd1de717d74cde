"""Directions worth a slider, computed on the newest model."""

from __future__ import annotations

from collections.abc import Sequence

from ganstudio.latent.bank import Bank, Space
from ganstudio.latent.directions import DirectionError, Method, find
from ganstudio.latent.stand import Stand
from ganstudio.train.messages import Told
from ganstudio.train.sampler import Sampler
from ganstudio.train.subject import subject_of
from ganstudio.train.tasks.base import Desk, Task, TaskError


class Directions(Task):
    """Find ways through latent space along which samples change in ways worth seeing."""

    title = "Directions"

    def run(  # type: ignore[override]
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        method: Method = "pca",
        count: int = 12,
        groups: tuple[Sequence[Stand], Sequence[Stand]] = ((), ()),
        seed: int = 0,
        names: Sequence[str] = (),
        space: Space | None = None,
        told: Told | None = None,
    ) -> Bank:
        """Find them.

        Args:
            sampler: the newest model.
            desk: hears of progress, tells of cancelling.
            method: ``pca``, ``sefa``, ``classes``, ``groups`` or ``random``.
            count: at most so many.
            groups: places with and places without something, for ``groups``.
            seed: of the latents that are looked at, and of random directions.
            names: of the two groups.
            space: ``z`` or ``w``; None takes w where the model has it.
            told: what the model is told meanwhile, (1, ...) each; None fills it in.

        Returns:
            The bank; ``classes`` of a model without w lead through class weights.

        Raises:
            TaskError: if this model has no such directions.
            CancelledError: if they are no longer wanted.
        """
        named = sampler.model.classes if method == "classes" else names
        try:
            subject = subject_of(sampler, told).own()
            return find(
                subject,
                method,
                count,
                seed,
                groups,
                named,
                space,
                lambda share, text: desk.tell(share, text),
            )
        except (DirectionError, ValueError) as error:
            raise TaskError(str(error)) from error
