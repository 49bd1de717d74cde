"""Directions worth a slider, found in a trained generator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from ganstudio.latent import early
from ganstudio.latent.bank import Bank, Space
from ganstudio.latent.regression import ways_to_components
from ganstudio.latent.stand import Stand
from ganstudio.latent.subject import Subject

Method = Literal["pca", "sefa", "classes", "groups", "random"]
Report = Callable[[float, str], None]
CHUNK = 256  # latents at a time
STYLES = 4096  # latents mapped for the spread of w
FEWEST = 512  # pairs of latents whose features are looked at, or 8 for each dimension
MOST_VALUES = 1 << 25  # of features kept at a time, 128 MB
PROBES = 4  # places where slopes are taken
MEMBERS = 512  # latents a class whose styles are averaged
SMALL = 1e-6


class DirectionError(ValueError):
    """There are no such directions in this model; the message says why and what to do."""


def find(
    subject: Subject,
    method: Method,
    count: int = 12,
    seed: int = 0,
    groups: tuple[Sequence[Stand], Sequence[Stand]] = ((), ()),
    names: Sequence[str] = (),
    space: Space | None = None,
    report: Report = lambda *_: None,
) -> Bank:
    """Directions of one kind.

    Args:
        subject: the generator, of which this owns a copy.
        method: ``pca`` of the mapped latent or of early features, ``sefa`` of the first weights,
            ``classes`` and ``groups`` for differences, ``random``.
        count: at most so many.
        seed: of the latents that are looked at.
        groups: places with and without something, for ``groups``.
        names: of the classes, for ``classes``; of the two groups, for ``groups``.
        space: ``z`` or ``w``; None takes w where there is one.
        report: hears the share that is done and what is being done; may raise to end it.

    Raises:
        DirectionError: if the model has no such directions.
    """
    if subject.z_dim == 0 and not (method == "classes" and names):
        raise DirectionError("this model takes no noise, so there is no latent to walk through")
    if count < 1:
        raise DirectionError(f"at least one direction must be asked for, got {count}")
    through: Space = space or ("w" if subject.w_dim else "z")
    if through == "w" and not subject.w_dim:
        raise DirectionError("this model has no mapped latent w; look for directions in z")
    try:
        if method == "pca":
            return _components(subject, through, count, seed, report)
        if method == "sefa":
            return _factors(subject, through, count, seed, report)
        if method == "classes":
            return _classes(subject, through, count, seed, names, report)
        if method == "groups":
            return _groups(subject, through, groups, names, seed)
        if method == "random":
            return _random(subject, through, count, seed)
    except early.EarlyError as error:
        raise DirectionError(str(error)) from error
    raise DirectionError(f"there is no method {method!r}: take pca, sefa, classes, groups, random")


def _components(subject: Subject, space: Space, count: int, seed: int, report: Report) -> Bank:
    """Principal components: of w itself, or of early features, with the z that makes each.

    Source: Härkönen et al. 2020, arXiv:2004.02546, sections 2.1 and 2.2.
    """
    if space == "w":
        report(0.1, "mapping latents")
        w = _styles(subject, seed)
        values, vectors = torch.linalg.eigh(torch.cov(w.T).double())
        order = values.argsort(descending=True)[: min(count, subject.w_dim)]
        ways, scales = vectors.T[order].float(), values[order].clamp(min=SMALL**2).sqrt()
        share = values[order] / values.sum()
        title = "PCA of the styles w"
    else:
        report(0.05, "looking at the layers")
        early_features = early.Features(subject.players, subject.sample, subject.latents(2, seed))
        z = _balanced(subject, seed, early_features.size)
        found = _read(early_features, (z * subject.deviation).to(subject.device), report)
        report(0.7, "finding components")
        ways, share = ways_to_components(found, z, count)
        scales = torch.full((len(ways),), subject.deviation)
        title = "PCA of early features"
    named = tuple(f"Component {i + 1}" for i in range(len(ways)))
    return _bank(space, named, ways, scales, f"{title}, {float(share.sum()):.0%} of the variance")


def _factors(subject: Subject, space: Space, count: int, seed: int, report: Report) -> Bank:
    """Ways that change what the first weights say the most: eigenvectors of their square.

    Source: Shen and Zhou 2021, arXiv:2007.06600, Eq. 5.
    """
    report(0.1, "reading the first weights")
    z = subject.latents(PROBES, seed)
    draw: early.Draw = subject.sample
    if space == "w":  # straight after the mapping, so that one place is as good as any
        z, start = torch.zeros(1, subject.w_dim, device=subject.device), z[:1]

        def draw(shift: Tensor) -> Tensor:
            return subject.sample(start.expand(len(shift), -1), shift)

    slopes = early.slopes(subject.players, draw, z)
    report(0.7, "factorising them")
    values, vectors = torch.linalg.eigh((slopes @ slopes.T).double())
    ways = vectors.T.flip(0)[: min(count, len(values))].float()
    scales = torch.full((len(ways),), subject.deviation)
    if space == "w":
        scales = (_styles(subject, seed) @ ways.T).std(0)
    share = values.flip(0)[: len(ways)].sum() / values.sum().clamp(min=SMALL)
    named = tuple(f"Factor {i + 1}" for i in range(len(ways)))
    return _bank(space, named, ways, scales, f"SeFa of the first weights, {float(share):.0%} of it")


def _classes(
    subject: Subject, space: Space, count: int, seed: int, names: Sequence[str], report: Report
) -> Bank:
    """From the mean of all classes to each: through w, or through the embedding of classes."""
    if not names or "classes" not in subject.told:
        raise DirectionError(
            "this model is told no classes: mark two groups of samples and take their difference"
        )
    total = len(names)
    if total < 2:
        raise DirectionError("with one class there is no difference between classes")
    if space == "w":
        means = []
        for index in range(total):
            report(index / total, f"mapping {names[index]}")
            z = subject.latents(MEMBERS, seed)
            told = subject.conditions(MEMBERS)
            told["classes"] = torch.full((MEMBERS,), index, device=subject.device)
            with torch.no_grad():
                means.append(subject.mapped(z, told).mean(0))
        apart = torch.stack(means)
    else:
        apart = torch.eye(total)
    apart = (apart - apart.mean(0))[:count]
    lengths = apart.norm(dim=1)
    keep = lengths > SMALL
    if not keep.any():
        raise DirectionError("the classes do not differ in this model yet: train it for longer")
    ways, lengths = (apart[keep] / lengths[keep, None]).float(), lengths[keep]
    named = tuple(name for name, kept in zip(names, keep.tolist(), strict=False) if kept)
    if space == "w":
        scales = (_styles(subject, seed) @ ways.T).std(0)
        return _bank("w", named, ways, scales, "differences of classes in w")
    return _bank("classes", named, ways, lengths, "differences of classes", signed=False)


def _groups(
    subject: Subject,
    space: Space,
    groups: tuple[Sequence[Stand], Sequence[Stand]],
    names: Sequence[str],
    seed: int,
) -> Bank:
    """From the middle of one group of places to that of another."""
    if len(groups) != 2 or not groups[0] or not groups[1]:
        raise DirectionError("mark at least one sample in each of the two groups")
    means = []
    for group in groups:
        if any(stand.z.shape != (subject.z_dim,) for stand in group):
            raise DirectionError("the marked samples are of another model: mark them again")
        z = torch.from_numpy(np.stack([stand.z for stand in group])).to(subject.device)
        means.append(z.mean(0) if space == "z" else _places(subject, group, z).mean(0))
    apart = (means[0] - means[1]).cpu()
    if not apart.norm() > SMALL:
        raise DirectionError("the two groups have the same middle: mark different samples")
    ways = apart[None] / apart.norm()
    scale = torch.tensor([subject.deviation])
    if space == "w":
        scale = (_styles(subject, seed) @ ways.T).std(0)
    first, second = tuple(names) if len(names) == 2 else ("A", "B")
    sizes = f"{len(groups[0])} and {len(groups[1])} samples"
    return _bank(space, (f"{first} - {second}",), ways, scale, f"groups of {sizes}", signed=False)


def _places(subject: Subject, group: Sequence[Stand], z: Tensor) -> Tensor:
    """(N, w_dim) where these places are in w, before truncation, with the mean of their shifts."""
    found = []
    for row, stand in zip(z, group, strict=True):
        told = subject.conditions(1)
        for kind, value in stand.told.items():
            if kind in told:
                told[kind] = torch.from_numpy(np.ascontiguousarray(value)).to(subject.device)
        with torch.no_grad():
            w = subject.mapped(row[None], told)[0].cpu()
        if stand.shift is not None:
            shift = torch.from_numpy(stand.shift)
            w = w + (shift if shift.dim() == 1 else shift.mean(0))
        found.append(w)
    return torch.stack(found)


def _random(subject: Subject, space: Space, count: int, seed: int) -> Bank:
    """At right angles to each other, the same for the same seed."""
    dims = subject.w_dim if space == "w" else subject.z_dim
    made = torch.Generator().manual_seed(seed)
    q, r = torch.linalg.qr(torch.randn(dims, min(count, dims), generator=made))
    ways = (q * r.diagonal().sign()).T
    scales = torch.full((len(ways),), subject.deviation)
    if space == "w":
        scales = (_styles(subject, seed) @ ways.T).std(0)
    named = tuple(f"Random {i + 1}" for i in range(len(ways)))
    return _bank(space, named, ways, scales, f"random, seed {seed}", signed=False)


def _styles(subject: Subject, seed: int) -> Tensor:
    """(N, w_dim) mapped latents on the CPU, all told the same."""
    z = subject.latents(STYLES, seed)
    with torch.no_grad():
        return torch.cat([subject.mapped(rows).cpu() for rows in torch.split(z, CHUNK)])


def _balanced(subject: Subject, seed: int, size: int) -> Tensor:
    """(N, z_dim) latents of exactly no correlation and variance 1, each with its opposite.

    So what a feature owes to z in a straight way is found without noise. There are so many as
    memory allows with ``size`` features of each.
    """
    wished = max(FEWEST, 8 * subject.z_dim)
    pairs = max(min(wished, MOST_VALUES // size // 2), subject.z_dim + 1)
    z = subject.latents(pairs, seed).cpu().double()
    z = torch.linalg.qr(z).Q * len(z) ** 0.5
    return torch.cat([z, -z]).float()


def _read(read: early.Features, z: Tensor, report: Report) -> Tensor:
    """(N, F) early features on the CPU."""
    parts = []
    for start in range(0, len(z), CHUNK):
        report(0.1 + 0.6 * start / len(z), "reading early features")
        parts.append(read(z[start : start + CHUNK]).cpu())
    return torch.cat(parts)


def _bank(
    space: Space,
    names: Sequence[str],
    ways: Tensor,
    scales: Tensor,
    origin: str,
    signed: bool = True,
) -> Bank:
    """A checked bank; where a sign means nothing, the largest number of each way is positive."""
    rows = ways.detach().cpu().double().numpy()
    if signed and rows.size:
        largest = np.take_along_axis(rows, np.abs(rows).argmax(1)[:, None], 1)
        rows = rows * np.where(largest < 0, -1, 1)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    spread = scales.detach().cpu().double().numpy()
    floor = max(float(spread.max(initial=0.0)) * SMALL, 1e-12)
    return Bank(
        space,
        tuple(names),
        rows.astype(np.float32),
        np.maximum(spread, floor).astype(np.float32),
        origin,
    )
