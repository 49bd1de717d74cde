"""One step of a training without numbers, to see how much memory it would take at most."""

from __future__ import annotations

import logging
import weakref
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ganstudio import registry
from ganstudio.gans.base import GAN, Phase, side_of
from ganstudio.nn.batch import Batch
from ganstudio.recipe import Recipe
from ganstudio.train.portions import hands_over
from ganstudio.train.speed import Machine

log = logging.getLogger(__name__)

GROWN_NIMG = 10**12  # a variant that grows has done so by then


class Tally(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes that tensors hold which are made inside, as they come and go.

    Attributes:
        bytes: held now.
        peak_bytes: the most that ever were.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.bytes = self.peak_bytes = 0
        self._held: dict[int, int] = {}

    def leave_out(self, tensors: list[Tensor]) -> None:
        """These were there before; views of them are not counted either."""
        for tensor in tensors:
            self._count(tensor.untyped_storage(), 0)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        for one in tree_leaves(made):
            if isinstance(one, Tensor):
                storage = one.untyped_storage()
                self._count(storage, storage.nbytes())
        return made

    def _count(self, storage: torch.UntypedStorage, size: int) -> None:
        key = storage._cdata
        if key in self._held:
            return
        self._held[key] = size
        self.bytes += size
        self.peak_bytes = max(self.peak_bytes, self.bytes)
        weakref.finalize(storage, self._let_go, key).atexit = False

    def _let_go(self, key: int) -> None:
        self.bytes -= self._held.pop(key, 0)


def rehearse(recipe: Recipe, machine: Machine) -> int | None:
    """Bytes that one round of updates holds at most, besides weights and what is kept of them.

    The whole round is computed on tensors that have shapes and no content, so it costs neither
    memory nor much time. None where a variant looks at numbers that are not there.
    """
    from torch._subclasses import FakeTensorMode  # 0.5 s

    try:
        with FakeTensorMode(allow_non_fake_inputs=True):
            gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, recipe.spec)
            gan.random = torch.Generator()
            gan.nimg = GROWN_NIMG
            gan.schedule(GROWN_NIMG)
            for player in gan.players.values():
                player.train()
            return _round(gan, _batch(gan, gan.config.batch), machine)
    except Exception:  # of a plug-in, perhaps: a forecast is never worth a training
        log.warning("the memory of a batch cannot be told", exc_info=True)
        return None


def _batch(gan: GAN, count: int) -> Batch:
    told = gan.condition
    x = torch.zeros((count, *gan.spec.shape))
    if told.kind == "none":
        return Batch(x)
    whole = told.kind in ("classes", "text")
    return Batch(x, torch.zeros((count, *told.shape), dtype=torch.long if whole else torch.float32))


def _round(gan: GAN, batch: Batch, machine: Machine) -> int:
    """The trainer's round, with the same fakes kept and the same networks frozen."""
    held = [value for player in gan.players.values() for value in player.state_dict().values()]
    tally = Tally()
    tally.leave_out(held)
    updates = [phase for phase in gan.phases() for _ in range(min(phase.batches, 2))]
    kept: Any = None
    autocast = machine.autocast() if machine.device.type == "cpu" else nullcontext()
    with tally, autocast:
        for index, phase in enumerate(updates):
            shares = gan.shares_fakes and hands_over(updates[index:])
            kept = _update(gan, phase, batch, kept, shares)
    return tally.peak_bytes


def _update(gan: GAN, phase: Phase, batch: Batch, kept: Any, shares: bool) -> Any:
    for player in (p for n, p in gan.players.items() if side_of(n) == phase.side):
        player.zero_grad(set_to_none=True)
    fake: Any = batch.x[:0]
    if phase.fakes and kept is not None and phase.side == "G":
        fake, kept = kept, None
    elif phase.fakes:
        kept, learns = None, shares or phase.side == "G"
        _move_only(gan, "G" if learns else phase.side)
        with torch.set_grad_enabled(learns):
            z = gan.latent(len(batch.x), gan.random, torch.device("cpu"))  # type: ignore[arg-type]
            fakes = gan.fakes(batch, z)
        fake = fakes.float() if isinstance(fakes, Tensor) else tuple(f.float() for f in fakes)
        if shares:
            kept = fake
            fake = fake.detach() if isinstance(fake, Tensor) else tuple(f.detach() for f in fake)
    _move_only(gan, phase.side)
    terms = phase.terms(batch, fake)
    torch.stack([term.float() for term in terms.values()]).sum().backward()  # type: ignore[no-untyped-call]
    gan.watched.clear()
    return kept


def _move_only(gan: GAN, side: str) -> None:
    for name, player in gan.players.items():
        player.requires_grad_(side_of(name) == side)
