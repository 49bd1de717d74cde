"""How this machine trains best: device, precision, memory format, threads."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from ganstudio.samples import SampleSpec


@dataclass(frozen=True)
class Machine:
    """What was chosen for one training.

    Attributes:
        device: where it runs.
        precision: type of activations under autocast; float32 means no autocast.
        channels_last: whether weights and samples on grids lie with channels last.
        threads: of torch on the CPU.
    """

    device: torch.device
    precision: torch.dtype
    channels_last: bool
    threads: int

    def autocast(self) -> AbstractContextManager[object]:
        """A context in which forward passes run in ``precision``."""
        if self.precision == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.precision)

    def __str__(self) -> str:
        name = (
            torch.cuda.get_device_name(self.device)
            if self.device.type == "cuda"
            else f"{self.threads} CPU thread{'s' if self.threads > 1 else ''}"
            if self.device.type == "cpu"
            else self.device.type
        )
        layout = ", channels last" if self.channels_last else ""
        return f"{name}, {str(self.precision).removeprefix('torch.')}{layout}"


def choose_device(wish: str = "auto") -> torch.device:
    """The device for this wish.

    Args:
        wish: ``auto``, ``cpu``, ``cuda`` (or ``cuda:1``) or ``mps``.

    Raises:
        ValueError: if the machine lacks it.
    """
    if wish == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if _has_mps() else "cpu")
    device = torch.device(wish)
    there = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(_has_mps())}
    if (device.index or 0) >= there.get(device.type, 0):
        raise ValueError(f"this machine has no {wish} device that torch can use; try --device cpu")
    return device


def cores() -> int:
    """Processor cores that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spare_a_core() -> None:
    """Let torch use all cores but one in the thread that calls: the window needs it."""
    torch.set_num_threads(max(1, cores() - 1))


def choose(
    wish: str,
    spec: SampleSpec,
    spare_core: bool = True,
    precision: str = "auto",
    memory_format: str = "auto",
) -> Machine:
    """Choose by what was measured to pay.

    bfloat16 autocast makes convolutions 1.6 to 3 times faster on CPUs that compute it natively
    and on recent GPUs; points are too small to gain. One core is left free for the window:
    with another core busy, torch's spinning threads fall to a quarter of their speed.

    Args:
        wish: the device, as for ``choose_device``.
        spec: the samples.
        spare_core: whether somebody else (the window) needs a core.
        precision: ``auto``, ``float32`` or ``bfloat16``.
        memory_format: ``auto``, ``channels_first`` or ``channels_last``, of samples on grids.

    Raises:
        ValueError: if the machine lacks the device.
    """
    device = choose_device(wish)
    threads = max(1, cores() - spare_core)
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = device.type == "cpu" and _cpu_has_bf16()
    reduced = native and spec.kind != "points" if precision == "auto" else precision == "bfloat16"
    last = spec.kind == "image" or (spec.kind == "voxels" and device.type == "cpu")
    if memory_format != "auto":
        last = memory_format == "channels_last" and spec.kind != "points"
    return Machine(
        device=device,
        precision=torch.bfloat16 if reduced else torch.float32,
        channels_last=last,
        threads=threads,
    )


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


def _cpu_has_bf16() -> bool:
    check = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(check and check())
