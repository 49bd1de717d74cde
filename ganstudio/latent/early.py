"""The first layers of any generator: how they answer to the latent, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, adaptive_avg_pool3d
from torch.nn.utils import parametrize

Draw = Callable[[Tensor], Tensor]
STEP = 0.1  # to either side for a slope; short beside a latent, long beside rounding
ROUNDING = 1e-5  # equal rows of one batch may differ so little
COARSE = {2: 8, 3: 4}  # sides to which features of pictures and volumes are averaged
_POOL = {2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}


NO_LAYER = "no layer of this network takes the latent directly"


class EarlyError(ValueError):
    """No layer of this network takes the latent; the message says so."""


class _HeardEnough(Exception):  # noqa: N818 - no error: it ends a pass whose rest is of no use
    pass


def weighted(players: Mapping[str, nn.Module]) -> list[nn.Module]:
    """The innermost layers with weights: those that mix what comes in."""

    def within(module: nn.Module) -> list[nn.Module]:
        if parametrize.is_parametrized(module):
            return [module]
        inner = [found for child in module.children() for found in within(child)]
        matrix = any(weight.dim() > 1 for weight in module.parameters(recurse=False))
        return inner or ([module] if matrix else [])

    return [found for player in players.values() for found in within(player)]


def slopes(players: Mapping[str, nn.Module], draw: Draw, places: Tensor) -> Tensor:
    """How the layers that the latent goes straight into answer to each of its numbers.

    Layers further on are cut off, so for an ordinary network this is the first weight itself;
    what lies before it, such as a norm, is taken as it is around the given places.

    Args:
        players: networks that nobody else draws from meanwhile.
        draw: from (N, D) to samples.
        places: (P, D), where the slopes are taken; they are stacked.

    Returns:
        (D, F) derivatives of all features by each number.

    Raises:
        EarlyError: if no layer takes it.

    Source: the weight that Shen and Zhou 2021, arXiv:2007.06600, section 3 factorise.
    """
    found: list[Tensor] = []
    steps = STEP * torch.eye(places.shape[1], device=places.device)
    direct = _direct(players, draw, torch.cat([places[:1], places[:1] + STEP]))

    def listen(module: nn.Module, _: Any, out: Tensor) -> Tensor:
        if module in direct:
            up, down = out.detach().float().flatten(1).chunk(2)
            found.append((up - down) / (2 * STEP))
            if module is direct[-1]:
                raise _HeardEnough
        return _still(out)

    with torch.no_grad(), _hooks(weighted(players), listen):
        for place in places:
            with suppress(_HeardEnough):
                draw(torch.cat([place + steps, place - steps]))
    return torch.cat(found, 1)


class Features:
    """What the first layer after those that take the latent says of it.

    Features of large grids are averaged down.

    Args:
        players: networks that nobody else draws from meanwhile.
        draw: from (N, D) to samples, all else being equal.
        pair: (2, D) two latents, to find the layer with.

    Raises:
        EarlyError: if no layer takes them.
    """

    def __init__(self, players: Mapping[str, nn.Module], draw: Draw, pair: Tensor) -> None:
        self._draw = draw
        self._layer = _early_layer(players, draw, pair)
        self.size = self(pair).shape[1]

    def __call__(self, x: Tensor) -> Tensor:
        """(N, D) to (N, size) float32; N of a few hundred at most."""
        found: list[Tensor] = []

        def listen(_: nn.Module, __: Any, out: Tensor) -> None:
            found.append(_coarse(out.detach().float()).clone())
            raise _HeardEnough

        with torch.no_grad(), _hooks([self._layer], listen), suppress(_HeardEnough):
            self._draw(x)
        return found[0]


def _direct(players: Mapping[str, nn.Module], draw: Draw, pair: Tensor) -> list[nn.Module]:
    """The layers that the latent goes straight into, in the order they are asked."""
    found: list[nn.Module] = []

    def listen(module: nn.Module, _: Any, out: Tensor) -> Tensor:
        if _differ(out):
            found.append(module)
        return _still(out)

    with torch.no_grad(), _hooks(weighted(players), listen):
        draw(pair)
    if not found:
        raise EarlyError(NO_LAYER)
    return found


def _early_layer(players: Mapping[str, nn.Module], draw: Draw, pair: Tensor) -> nn.Module:
    """The first layer that hears of the latent through another one; else the first of all."""
    direct = _direct(players, draw, pair)
    later: list[nn.Module] = []

    def listen(module: nn.Module, _: Any, out: Tensor) -> None:
        if module not in direct and _differ(out):
            later.append(module)
            raise _HeardEnough

    with torch.no_grad(), _hooks(weighted(players), listen), suppress(_HeardEnough):
        draw(pair)
    return later[0] if later else direct[0]


def _differ(out: Tensor) -> bool:
    """Whether the latents, the only thing that differs between rows, are heard of here."""
    if not out.is_floating_point() or len(out) < 2:
        return False
    apart = (out - out[:1]).abs().max()
    return bool(apart > ROUNDING * out.abs().max())


def _still(out: Tensor) -> Tensor:
    """The first row in place of all, so that what comes after hears of nothing here."""
    return out[:1].expand_as(out).clone()  # what follows may write into it


def _coarse(out: Tensor) -> Tensor:
    """(N, F): features of grids averaged to few places."""
    dims = out.dim() - 2
    if dims in COARSE and out.shape[-1] > COARSE[dims]:
        out = _POOL[dims](out, COARSE[dims])
    return out.flatten(1)


def _hooks(layers: Iterable[nn.Module], listen: Callable[..., Any]) -> ExitStack:
    stack = ExitStack()
    for layer in layers:
        stack.callback(layer.register_forward_hook(listen).remove)
    return stack
