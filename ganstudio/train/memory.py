"""How much memory a training will take, and how much there is."""

from __future__ import annotations

import logging
import math
import sys
from pathlib import Path

import psutil
import torch

from ganstudio import registry
from ganstudio.data.base import DataError, Dataset
from ganstudio.gans.base import GAN, Side, side_of
from ganstudio.recipe import Recipe
from ganstudio.train.messages import Forecast
from ganstudio.train.mishaps import MemoryShortError
from ganstudio.train.rehearsal import rehearse
from ganstudio.train.speed import Machine, choose

log = logging.getLogger(__name__)

CGROUP = Path("/sys/fs/cgroup")
FLOAT_BYTES = 4
ADAM, RMSPROP = 2, 1  # numbers an optimiser keeps for each weight
OVERHEAD = 1.1  # blocks that allocators round up and keep
LIBRARIES_BYTES = 40 << 20  # of the CPU's kernels, and of threads that write and draw


def forecast(recipe: Recipe, device: str = "auto") -> Forecast:
    """What a training of this recipe will take: one step of it is rehearsed without numbers.

    Takes a second or two, and next to no memory.

    Raises:
        ValueError: if the machine lacks the device.
    """
    spec = recipe.spec
    machine = choose(device, spec, precision=recipe.precision, memory_format=recipe.memory_format)
    fixed = _fixed_bytes(recipe, machine)
    fixed += LIBRARIES_BYTES if machine.device.type == "cpu" else 0
    batch = rehearse(recipe, machine)
    return Forecast(
        free_bytes=free_bytes(machine.device),
        data_bytes=data_bytes(recipe),
        fixed_bytes=fixed,
        batch_bytes=None if batch is None else round(OVERHEAD * batch),
        device=machine.device.type == "cuda",
    )


def insist_room(recipe: Recipe, machine: Machine) -> None:
    """See that what cannot be split has room, before any of it is allocated.

    Raises:
        DataError: if the samples alone do not fit into memory.
        MemoryShortError: if the networks do not, however small a part of a batch is.
    """
    data, host = data_bytes(recipe), free_bytes(torch.device("cpu"))
    if data > host:
        raise DataError(
            f"{recipe.data} takes {_mb(data)} of memory, but {_mb(host)} are free: lower count or "
            "the size of the samples, or close other programs"
        )
    fixed = _fixed_bytes(recipe, machine)
    free = free_bytes(machine.device) - (data if machine.device.type == "cpu" else 0)
    if fixed > free:
        raise MemoryShortError(
            f"the networks take {_mb(fixed)} with their optimisers and averages, but {_mb(free)} "
            "are free: lower width or the size of the samples, or close other programs"
        )


def data_bytes(recipe: Recipe) -> int:
    """Memory of the loaded samples; 0 for a set whose number of samples no knob says.

    Folders of own files are among those: a large one stays on the disk while it is trained on,
    and so does a set that is ``mapped``.
    """
    kind: type[Dataset] = registry.find("data", recipe.data)
    count = getattr(recipe.dataset, "count", None)
    if kind.mapped or not isinstance(count, int):
        return 0
    size = math.prod(recipe.spec.shape)
    return count * size * (FLOAT_BYTES if recipe.spec.kind == "points" else 1)


def free_bytes(device: torch.device) -> int:
    """Memory that this process can still have on a device, limits of its own and of its
    container counted in.
    """
    if device.type == "cuda":
        spare = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + spare  # what torch holds unused
    return max(0, min([psutil.virtual_memory().available, *_own_limits(), *_group_limits()]))


def _own_limits() -> list[int]:
    """What ``ulimit`` leaves."""
    if sys.platform == "win32":
        return []
    import resource

    used = psutil.Process().memory_info()
    limits = [(resource.RLIMIT_AS, used.vms)]
    if hasattr(used, "data"):
        limits.append((resource.RLIMIT_DATA, used.data))
    found = [(resource.getrlimit(kind)[0], taken) for kind, taken in limits]
    return [limit - taken for limit, taken in found if limit != resource.RLIM_INFINITY]


def _group_limits() -> list[int]:
    """What a container leaves; what it holds of files can be let go."""
    try:
        limit = int((CGROUP / "memory.max").read_text())
        used = int((CGROUP / "memory.current").read_text())
        held = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
        return [limit - used + int(held.get("inactive_file", 0))]
    except (OSError, ValueError):  # none, or without a limit
        return []


def _fixed_bytes(recipe: Recipe, machine: Machine) -> int:
    """Weights, the gradients of both sides, what optimisers keep, the average, and copies.

    Copies are those that explorer and judge draw from; on the CPU also the one that is being
    saved, twice: as tensors, and as the bytes of a file. 0 where a variant cannot be built
    without numbers.
    """
    variant: type[GAN] = registry.find("gans", recipe.variant)
    try:
        with torch.device("meta"):  # no weights are drawn
            gan = variant(recipe.gan, recipe.spec)
    except Exception as error:  # of a plug-in: it may do well all the same
        log.warning("what %s takes is not known: %s", recipe.variant, error)
        return 0
    sides: dict[Side, int] = {"G": 0, "D": 0}
    kept = 0
    for name, player in gan.players.items():
        count = sum(weight.numel() for weight in player.parameters())
        sides[side_of(name)] += count
        kept += count * _memories(gan, side_of(name))
    weights = sum(sides.values())
    state = weights + kept + sides["G"]
    copies = 2 * sides["G"] + (2 * state if machine.device.type != "cuda" else 0)
    return FLOAT_BYTES * (state + weights + copies)


def _memories(gan: GAN, side: Side) -> int:
    """Numbers that the optimiser of a side keeps for each weight."""
    probe = gan.optimizer(side, [torch.nn.Parameter(torch.zeros(1))])
    return RMSPROP if isinstance(probe, torch.optim.RMSprop) else ADAM


def _mb(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
