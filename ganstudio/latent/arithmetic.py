"""Sums of places in latent space: A - B + C, means, grids, sweeps and mixed styles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ganstudio.latent.blend import Frames, Way, alike, between
from ganstudio.latent.stand import Stand
from ganstudio.samples import Prior

GROUPS = ("coarse", "middle", "fine")


def shell(z_dim: int) -> float:
    """Mean length of a normal latent of so many dimensions, close to its square root."""
    if z_dim == 0:
        return 0.0
    return math.sqrt(2) * math.exp(math.lgamma((z_dim + 1) / 2) - math.lgamma(z_dim / 2))


def at_home(z: np.ndarray, prior: Prior = "normal") -> np.ndarray:
    """The nearest latent that the prior knows: of its length, or within its cube.

    Args:
        z: (..., z_dim) float32; zeros stay zeros.
        prior: what z is drawn from.
    """
    if prior == "uniform":
        return np.asarray(np.clip(z, -1, 1), dtype=np.float32)
    lengths = np.linalg.norm(z, axis=-1, keepdims=True)
    factors = np.where(lengths > 0, shell(z.shape[-1]) / np.maximum(lengths, 1e-12), 1.0)
    return np.asarray(z * factors, dtype=np.float32)


def combined(
    a: Stand,
    b: Stand,
    c: Stand,
    prior: Prior = "normal",
    classes: int = 0,
    renormalise: bool = True,
) -> Stand:
    """A - B + C: what A has and B lacks, given to C.

    Latents, shifts and class weights are added; truncation, noise and all else that is told
    are A's.

    Args:
        a: from which is taken away.
        b: what is taken away.
        c: what is added.
        prior: what z is drawn from.
        classes: how many the model knows.
        renormalise: whether to bring z back to where latents of this prior lie; without it
            z is 1.7 times too long where the three are unrelated.

    Raises:
        ValueError: if the three do not go together.

    Source: Wu et al. 2016, arXiv:1610.07584, section 4.3; Radford et al. 2016,
    arXiv:1511.06434, section 6.3.2.
    """
    one, less, more = alike((a, b, c), classes)
    z = np.asarray(one.z - less.z + more.z, dtype=np.float32)
    told = dict(one.told)
    if "classes" in told and told["classes"].ndim == 2:
        told["classes"] = one.told["classes"] - less.told["classes"] + more.told["classes"]
        told["classes"] = _shares(told["classes"])
    shift = None
    if one.shift is not None and less.shift is not None and more.shift is not None:
        shift = np.asarray(one.shift - less.shift + more.shift, dtype=np.float32)
    return Stand(at_home(z, prior) if renormalise else z, told, one.psi, shift, one.noise)


def mean(
    stands: Sequence[Stand], prior: Prior = "normal", classes: int = 0, renormalise: bool = True
) -> Stand:
    """The middle of a group: what its members share.

    What is told and cannot be mixed is the first one's.

    Raises:
        ValueError: if the group is empty or does not go together.
    """
    frames = Frames.of(stands, classes)
    z = frames.z.mean(0, dtype=np.float64).astype(np.float32)
    told = {kind: value[:1] for kind, value in frames.told.items()}
    if "classes" in told and told["classes"].ndim == 2:
        told["classes"] = frames.told["classes"].mean(0, keepdims=True)
    shift = None if frames.shift is None else frames.shift.mean(0)
    psi, noise = float(frames.psi.mean()), float(frames.noise.mean())
    return Stand(at_home(z, prior) if renormalise else z, told, psi, shift, noise)


def grid(
    corners: Sequence[Stand],
    columns: int,
    rows: int,
    way: Way = "spherical",
    prior: Prior = "normal",
    classes: int = 0,
) -> Frames:
    """Places on a grid of two axes, row by row from the top.

    Args:
        corners: top left, top right, bottom left and, unless it shall follow from these as
            right + bottom - left, bottom right.
        columns: at least 2.
        rows: at least 2.
        way: along both axes.
        prior: what z is drawn from.
        classes: how many the model knows.

    Raises:
        ValueError: if there are not three or four corners or they do not go together.
    """
    if len(corners) not in (3, 4):
        raise ValueError(f"a grid has three or four corners, got {len(corners)}")
    if columns < 2 or rows < 2:
        raise ValueError(f"a grid is at least 2 x 2, got {columns} x {rows}")
    given = list(corners)
    if len(given) == 3:
        given.append(combined(given[1], given[0], given[2], prior, classes))
    same = alike(given, classes)
    places = []
    for row in range(rows):
        down = row / (rows - 1)
        left, right = (between(same[i], same[i + 2], down, way, prior) for i in (0, 1))
        places += [between(left, right, i / (columns - 1), way, prior) for i in range(columns)]
    return Frames.of(places, classes)


def layer_groups(layers: int) -> dict[str, tuple[int, ...]]:
    """Which layers are coarse (form), middle (features) and fine (colour), thirds of them all."""
    cuts = [round(layers * i / len(GROUPS)) for i in range(len(GROUPS) + 1)]
    return {
        name: tuple(range(first, last))
        for name, (first, last) in zip(GROUPS, pairwise(cuts), strict=True)
        if last > first
    }


def mixed(
    stand: Stand,
    own: np.ndarray,
    other: Stand,
    theirs: np.ndarray,
    chosen: Sequence[int],
    layers: int,
) -> Stand:
    """A place with the style of another at some layers, truncated as the place is.

    Args:
        stand: the place; layers that are not chosen keep its style and shift.
        own: (w_dim,) what its z is mapped to, before truncation.
        other: whose style is taken.
        theirs: (w_dim,) what that z is mapped to.
        chosen: layers that take the other's style, from 0, the coarsest.
        layers: how many there are.

    Raises:
        ValueError: if a layer does not exist.

    Source: Karras et al. 2019, arXiv:1812.04948, section 3.1.
    """
    if any(not 0 <= layer < layers for layer in chosen):
        raise ValueError(f"layers are 0 to {layers - 1}, got {list(chosen)}")
    shape = (layers, len(own))
    shift = np.zeros(shape, np.float32)
    if stand.shift is not None:
        shift += stand.shift
    style = np.broadcast_to(np.float32(stand.psi) * (theirs - own), shape)
    if other.shift is not None:
        style = style + other.shift
    taken = list(chosen)
    shift[taken] = style[taken]
    return replace(stand, shift=shift)


def _shares(weights: np.ndarray) -> np.ndarray:
    """Weights that are positive and sum to 1."""
    kept = np.clip(weights, 0, None)
    return np.asarray(kept / np.maximum(kept.sum(1, keepdims=True), 1e-6), dtype=np.float32)
