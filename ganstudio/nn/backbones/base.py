"""What a backbone is to a variant that lets one choose: a pair of networks, and what it takes."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol, get_args

from torch import nn

from ganstudio.nn.blocks import Conditioning, Norm
from ganstudio.samples import SampleKind, SampleSpec

log = logging.getLogger(__name__)


class Pair(Protocol):
    """Builds a generator ``G(z, c)`` and a discriminator ``D(x, c)`` that gives logits (N,)."""

    def __call__(
        self,
        spec: SampleSpec,
        z_dim: int,
        width: int,
        classes: int = 0,
        *,
        d_norm: Norm,
        g_norm: Norm,
        conditioning: Conditioning,
    ) -> dict[str, nn.Module]:
        """Both by name; ``classes`` is 0 where nothing is told."""
        ...


@dataclass(frozen=True)
class Backbone:
    """A family of networks that stands behind any objective.

    A file of this folder that holds one under the name ``BACKBONE`` is offered wherever
    backbones can be chosen.

    Attributes:
        pair: builds both networks.
        takes: the kinds of samples they can make.
        misfits: why they cannot be built for such samples at such a width, one line a reason.
        norms: those that its layers can have.
    """

    pair: Pair
    takes: tuple[SampleKind, ...]
    misfits: Callable[[SampleSpec, int], list[str]]
    norms: tuple[str, ...] = get_args(Norm)


@cache
def backbones() -> dict[str, Backbone]:
    """Every ``BACKBONE`` by the name of its file; one that fails to import is logged."""
    package = importlib.import_module("ganstudio.nn.backbones")
    found = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        if module == "base" or module.startswith("_"):
            continue
        try:
            loaded = importlib.import_module(f"{package.__name__}.{module}")
        except Exception:
            log.exception("nn/backbones/%s cannot be used", module)
            continue
        if isinstance(offered := getattr(loaded, "BACKBONE", None), Backbone):
            found[module] = offered
    return found


def usual(spec: SampleSpec) -> str:
    """The backbone that is tried first: convolutions on grids, plain layers for points."""
    return "mlp" if spec.kind == "points" else "conv"
