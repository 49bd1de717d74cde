"""From a sample back to the latent that makes it, by optimisation on the generator."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from ganstudio.latent.arithmetic import shell
from ganstudio.latent.descent import Adam
from ganstudio.latent.likeness import Likeness
from ganstudio.latent.stand import Stand
from ganstudio.latent.subject import Subject
from ganstudio.samples import SampleSpec

Through = Literal["z", "w", "w+"]
Report = Callable[[float, str, np.ndarray | None], None]
STARTS = 1024  # random latents that are tried at first, if time allows
SEARCH = 0.3  # of the time at most, for these
VALUES_A_CHUNK = 1 << 16
SURVIVORS = (8, 3, 1)  # that are improved, in thirds of the time
FEWEST_STEPS = 20  # for which a third must do, or fewer are improved
UPDATE = 3.0  # times the cost of drawing
RATE = 0.12  # of Adam at first, in standard deviations
REACH = 2.0  # how far off the prior's mean length a latent may end; three standard deviations
PULL = 0.002  # of the prior, against the likeness
STYLES = 512  # mapped latents whose spread is measured
PREVIEW_S = 0.1  # between two pictures of how far it is


class ProjectionError(ValueError):
    """Nothing can be found; the message says why."""


@dataclass(frozen=True, eq=False)
class Found:
    """The latent that comes closest.

    Attributes:
        stand: where it is, with all it is told.
        loss: distance from the target; 0 is the target itself.
        sample: (*shape) what the generator makes there.
        target: (*shape) what was sought.
        begun: loss of the best random start.
        steps: updates that were made.
        seconds: what it cost.
    """

    stand: Stand
    loss: float
    sample: np.ndarray
    target: np.ndarray
    begun: float
    steps: int
    seconds: float


@dataclass(frozen=True)
class Budget:
    """When to stop.

    Attributes:
        seconds: at most so long; above 0.
        steps: at most so many updates.
        starts: random latents to choose from; as many as fit into a part of the time.
    """

    seconds: float = 1.5
    steps: int = 400
    starts: int = STARTS


@dataclass(frozen=True)
class _Candidates:
    """Latents that are being improved side by side, (N, ...) each.

    ``moved`` is what changes: z, or the shift in standard deviations of w.
    """

    z: Tensor
    told: dict[str, Tensor]
    moved: Tensor
    loss: Tensor

    def kept(self, rows: Tensor) -> _Candidates:
        """Some of them."""
        told = {kind: value[rows] for kind, value in self.told.items()}
        return _Candidates(self.z[rows], told, self.moved[rows], self.loss[rows])

    def best(self, count: int) -> _Candidates:
        """The best of them, best first."""
        return self.kept(self.loss.argsort()[:count])


def project(
    subject: Subject,
    spec: SampleSpec,
    target: Tensor,
    budget: Budget | None = None,
    through: Through | None = None,
    classes: int = 0,
    seed: int = 0,
    stand: Stand | None = None,
    report: Report = lambda *_: None,
) -> Found:
    """Find the latent whose sample is most like a target.

    Many random latents are tried, the best are improved by Adam side by side, and the worse of
    them let go as time passes. Latents are kept at the length that the prior knows, so that
    sliders act on what is found as on any other.

    Args:
        subject: the generator; what it is told is held.
        spec: of its samples.
        target: (*shape) in [-1, 1].
        budget: when to stop.
        through: what is moved: ``z``, a shift of all layers' styles ``w``, or of each layer's
            ``w+``, which comes closest and strays furthest; None takes w where there is one.
        classes: how many classes to try; 0 holds the class that the subject is told.
        seed: of the random latents.
        stand: truncation and noise to keep, and one more latent to begin from.
        report: hears of progress with a picture; may raise to end it.

    Raises:
        ProjectionError: if the model takes no noise or the target is no such sample.

    Source: latents brought back to the prior after each step, Lipton and Tripathi 2017,
    arXiv:1702.04782; styles, Karras et al. 2020, arXiv:1912.04958, appendix D; a style for each
    layer, Abdal et al. 2019, arXiv:1904.03189.
    """
    began, budget = time.perf_counter(), budget or Budget()
    moves = through or ("w" if subject.w_dim else "z")
    _check(subject, spec, target, moves, budget)
    like = Likeness(target.to(subject.device), spec)
    place = stand or Stand(np.zeros(subject.z_dim, np.float32))
    if place.z.shape != (subject.z_dim,):
        raise ProjectionError(
            f"this place has {len(place.z)} numbers, and this model takes {subject.z_dim}"
        )
    hunt = _Hunt(subject, like, place, moves, report, began, budget)
    first = hunt.starts(max(1, VALUES_A_CHUNK // spec.size), classes, seed)
    best, steps = hunt.improve(first)
    return hunt.result(best, target, float(first.loss[0]), steps)


def _check(
    subject: Subject, spec: SampleSpec, target: Tensor, through: Through, budget: Budget
) -> None:
    if subject.z_dim == 0:
        raise ProjectionError("this model takes no noise, so there is no latent to be found")
    if through != "z" and not subject.w_dim:
        raise ProjectionError("this model has no mapped latent w; search in z")
    if tuple(target.shape) != spec.shape:
        raise ProjectionError(f"{spec} are {spec.shape}, the target is {tuple(target.shape)}")
    if not bool(torch.isfinite(target).all()):
        raise ProjectionError("the target must be finite numbers")
    if budget.seconds <= 0 or budget.steps < 0 or budget.starts < 1:
        raise ProjectionError(f"time, steps and starts must be positive, got {budget}")


@dataclass
class _Hunt:
    """One search, and how far it is."""

    subject: Subject
    like: Likeness
    place: Stand
    through: Through
    report: Report
    began: float
    budget: Budget
    shown: float = 0.0
    cost_s: float = 0.0  # of drawing one

    def __post_init__(self) -> None:
        with torch.no_grad():
            w = self.subject.mapped(self.subject.latents(STYLES, 0))
            self.spread = w.std(0).clamp(min=1e-6)

    @property
    def share(self) -> float:
        """Of the time that is gone."""
        return (time.perf_counter() - self.began) / self.budget.seconds

    def starts(self, chunk: int, classes: int, seed: int) -> _Candidates:
        """The best of many random latents, best first."""
        z = self.subject.latents(self.budget.starts, seed)
        if self.place.z.any():
            z[0] = torch.from_numpy(self.place.z)
        told = self.subject.conditions(len(z))
        if classes:
            told["classes"] = torch.arange(len(z), device=z.device) % classes
        losses: list[Tensor] = []
        first = time.perf_counter()
        for start in range(0, len(z), chunk):
            if losses and self.share > SEARCH:
                break
            rows = slice(start, start + chunk)
            with torch.no_grad():
                x = self._draw(z[rows], {kind: value[rows] for kind, value in told.items()})
                losses.append(self.like(x))
            self._tell("trying latents", x[losses[-1].argmin()])
        tried, moved = torch.cat(losses), z
        self.cost_s = (time.perf_counter() - first) / len(tried)
        if self.through != "z":
            layers = (self.subject.layers,) if self.through == "w+" else ()
            moved = torch.zeros(len(z), *layers, self.subject.w_dim, device=z.device)
        return _Candidates(z, told, moved, tried).best(SURVIVORS[0])

    def improve(self, found: _Candidates) -> tuple[_Candidates, int]:
        """Adam on all that are left, of which there are fewer and fewer."""
        steps, first = 0, min(self.share, 0.99)
        for stage, keep in enumerate(SURVIVORS, start=1):
            found = found.best(self._afforded(keep, (1 - first) / len(SURVIVORS)))
            part = stage / len(SURVIVORS)
            until, most = first + (1 - first) * part, self.budget.steps * part
            moved = found.moved.clone().requires_grad_()
            adam = Adam(moved, RATE)
            while steps < most and self.share < until:
                done = max(steps / self.budget.steps, (self.share - first) / (1 - first))
                adam.rate = RATE * (1 - 0.95 * done)
                found = self._step(found, moved, adam)
                steps += 1
        return found, steps

    def result(self, found: _Candidates, target: Tensor, begun: float, steps: int) -> Found:
        """The best one as numbers."""
        row = found.best(1)
        z, shift = self._place(row.z, row.moved)
        with torch.no_grad():
            x = self._draw(z, row.told, shift)
        told = {kind: value.cpu().numpy() for kind, value in row.told.items()}
        bent = None if shift is None else shift[0].cpu().numpy()
        stand = replace(self.place, z=z[0].cpu().numpy(), told=told, shift=bent)
        seconds = time.perf_counter() - self.began
        loss = float(row.loss[0])
        return Found(stand, loss, _picture(x[0]), target.cpu().numpy(), begun, steps, seconds)

    def _afforded(self, wished: int, share: float) -> int:
        """How many can be improved in this share of the time so that it comes to something."""
        each_s = self.cost_s * UPDATE * FEWEST_STEPS
        return max(1, min(wished, int(share * self.budget.seconds / max(each_s, 1e-9))))

    def _step(self, found: _Candidates, moved: Tensor, adam: Adam) -> _Candidates:
        """One update; the places that were better before it than any so far are kept."""
        with torch.enable_grad():
            z, shift = self._place(found.z, moved)
            x = self._draw(z, found.told, shift)
            loss = self.like(x)
            total = (loss + PULL * self._strayed(moved)).sum()
            (gradient,) = torch.autograd.grad(total, moved)
        better = loss.detach() < found.loss
        rows = better.reshape(-1, *[1] * (moved.dim() - 1))
        kept = replace(
            found,
            moved=torch.where(rows, moved.detach(), found.moved),
            loss=torch.where(better, loss.detach(), found.loss),
        )
        adam.step(moved, gradient)
        self._bring_home(moved)
        self._tell("coming closer", x[loss.argmin()])
        return kept

    def _place(self, z: Tensor, moved: Tensor) -> tuple[Tensor, Tensor | None]:
        """z and shift from what is moved."""
        return (moved, None) if self.through == "z" else (z, moved * self.spread)

    def _strayed(self, moved: Tensor) -> Tensor:
        """How far each is from where the prior's latents lie, (N,)."""
        if self.through != "z":
            return moved.square().flatten(1).mean(1)
        if self.subject.prior == "uniform":
            return torch.zeros(len(moved), device=moved.device)
        away: Tensor = moved.norm(dim=1) - shell(self.subject.z_dim)
        return away.square()

    def _bring_home(self, moved: Tensor) -> None:
        """No latent leaves what the prior could have drawn."""
        if self.through != "z":
            return
        with torch.no_grad():
            if self.subject.prior == "uniform":
                moved.clamp_(-1, 1)
                return
            mean = shell(self.subject.z_dim)
            lengths = moved.norm(dim=1, keepdim=True).clamp(min=1e-6)
            moved.mul_(lengths.clamp(max(mean - REACH, 0.0), mean + REACH) / lengths)

    def _draw(self, z: Tensor, told: Mapping[str, Tensor], shift: Tensor | None = None) -> Tensor:
        return self.subject.sample(z, shift, told, self.place.psi, self.place.noise).float()

    def _tell(self, text: str, x: Tensor) -> None:
        now = time.perf_counter()
        if now - self.shown >= PREVIEW_S:
            self.shown = now
            self.report(min(self.share, 0.99), text, _picture(x))


def _picture(x: Tensor) -> np.ndarray:
    return x.detach().clamp(-1, 1).float().cpu().numpy()
