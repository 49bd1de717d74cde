"""What machines do to a training: memory that runs out, devices that go, numbers that overflow."""

from __future__ import annotations

from typing import ClassVar, Literal

Cause = Literal["", "memory", "device"]

# What torch, its back ends and the system's allocators say; none of them has a type for it on
# the CPU, and a lost device is told by whichever library touched it first.
_NO_MEMORY = (
    "DefaultCPUAllocator",
    "out of memory",
    "ALLOC_FAILED",
    "could not create a memory object",
    "bad_alloc",
)
_NO_DEVICE = (
    "CUDA error",
    "HIP error",
    "CUDNN_STATUS",
    "CUBLAS_STATUS",
    "CUDA driver",
    "device-side assert",
    "NVML_",
)


class MishapError(RuntimeError):
    """Training cannot go on as it is; the message says why, and what can be done.

    Attributes:
        cause: what can be offered depends on it.
    """

    cause: ClassVar[Cause] = ""


class MemoryShortError(MishapError):
    """Not even the smallest part of a batch fits into memory."""

    cause = "memory"


class DeviceLostError(MishapError):
    """The device does not answer any more; nothing on it can be read."""

    cause = "device"


class NotFiniteError(MishapError, FloatingPointError):
    """A term or a tensor holds what is no finite number.

    Args:
        what: ``terms`` or ``tensors``.
        values: the names, and for a term its value, for a tensor the share of it that is wrong.
        nimg: real samples seen by then.
    """

    def __init__(
        self, what: Literal["terms", "tensors"], values: dict[str, float], nimg: int
    ) -> None:
        self.what, self.values, self.nimg = what, values, nimg
        super().__init__(
            f"{self.place} became not finite near {nimg / 1000:.1f} kimg; the checkpoints on the "
            "disk are good: resume with lower learning rates or a stronger penalty"
        )

    @property
    def place(self) -> str:
        """The names, the first few."""
        names = [*self.values]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return f"{', '.join(names[:3])}{more}"


def lacks_memory(error: BaseException) -> bool:
    """Whether memory ran out, of the host or of the device."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _NO_MEMORY)


def lost_device(error: BaseException) -> bool:
    """Whether a device does not answer any more."""
    if not isinstance(error, RuntimeError) or lacks_memory(error):
        return False
    named = type(error).__name__ == "AcceleratorError"
    return named or any(word in str(error) for word in _NO_DEVICE)
