"""What this machine has for training and for the window, and whether that is enough."""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import psutil

from ganstudio import __version__
from ganstudio.resources import default_data_root, default_runs_root

PROBE_TIMEOUT_S = 60.0
GIB = 1 << 30
CPU_INFO = Path("/proc/cpuinfo")
NEEDED = frozenset({"Python", "torch", "torchvision", "Runs folder"})


class Row(NamedTuple):
    """One line of the report: what was looked at, what was found, and whether it will do."""

    name: str
    finding: str
    fine: bool


def report(data_root: Path | None = None) -> list[Row]:
    """Look at everything that training and the window need; takes a few seconds.

    The window's OpenGL is tried in a process of its own, which neither knows torch nor can
    bring this one down.

    Args:
        data_root: where data sets are kept; the default folder when None.
    """
    torch, torch_row = _import("torch")
    rows = [_python(), Row("GAN Studio", f"{__version__}, {Path(__file__).parents[1]}", True)]
    rows.append(torch_row if torch is None else Row("torch", _build(torch), True))
    if torch is not None:
        rows.append(_torchvision())
        rows.append(Row("Graphics card", _accelerator(torch), True))
    rows += [_processor(torch), _memory(), _qt(), _opengl()]
    return [*rows, _data(data_root or default_data_root()), _runs(default_runs_root())]


def trainable(rows: list[Row]) -> bool:
    """Whether training is possible; a missing window is no hindrance."""
    return all(row.fine for row in rows if row.name in NEEDED)


def print_report(data_root: Path | None = None) -> int:
    """Print the report as a table.

    Returns:
        The exit status: 0 if training is possible, else 1.
    """
    rows = report(data_root)
    width = max(len(row.name) for row in rows)
    for row in rows:
        indented = row.finding.replace("\n", "\n" + " " * (width + 9))
        print(f"{'ok' if row.fine else 'fault':5}  {row.name:{width}}  {indented}")
    possible = trainable(rows)
    print("\nTraining is possible." if possible else "\nTraining is not possible as things are.")
    return 0 if possible else 1


def _python() -> Row:
    return Row(
        "Python", f"{platform.python_version()}, {sys.executable}", sys.version_info >= (3, 11)
    )


def _import(name: str) -> tuple[ModuleType | None, Row]:
    try:
        return importlib.import_module(name), Row(name, "", True)
    except (ImportError, OSError, RuntimeError) as error:  # a foreign build raises all of these
        fault = str(error).strip() or type(error).__name__
        return None, Row(name, f"cannot be loaded: {fault.splitlines()[0]}", False)


def _build(torch: Any) -> str:
    cuda, hip = torch.version.cuda, torch.version.hip
    kind = f"for CUDA {cuda}" if cuda else f"for ROCm {hip}" if hip else "for the processor only"
    return f"{torch.__version__}, {kind}"


def _torchvision() -> Row:
    """Its operators load only beside the torch that it was built for."""
    module, row = _import("torchvision.ops")
    if module is None:
        advice = "install torch and torchvision together, from one place"
        return Row("torchvision", f"{row.finding}\n{advice}", False)
    return Row("torchvision", f"{metadata.version('torchvision')}, fits torch", True)


def _accelerator(torch: Any) -> str:
    if torch.cuda.is_available():
        cards = (torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count()))
        return "\n".join(f"{card.name}, {card.total_memory / GIB:.0f} GiB" for card in cards)
    if torch.backends.mps.is_available():
        return "Apple GPU, through Metal"
    return "none that torch can use; training runs on the processor"


def _processor(torch: Any) -> Row:
    cores = os.cpu_count() or 1
    parts = [_processor_name(), f"{cores} core{'s' if cores > 1 else ''}"]
    if torch is not None:
        parts.append(torch.backends.cpu.get_cpu_capability())
    parts.append("bfloat16 in hardware" if _has_bf16() else "no bfloat16 in hardware")
    return Row("Processor", ", ".join(parts), True)


def _processor_name() -> str:
    for line in _cpu_lines():
        if line.lower().startswith("model name"):
            return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return found.stdout.strip() or platform.machine()
    return platform.processor() or platform.machine()


def _has_bf16() -> bool:
    flags = {"avx512_bf16", "amx_bf16", "bf16"}
    listings = (line for line in _cpu_lines() if line.lower().startswith(("flags", "features")))
    return any(flags & set(line.split()) for line in listings)


def _cpu_lines() -> list[str]:
    return CPU_INFO.read_text(errors="replace").splitlines() if CPU_INFO.exists() else []


def _memory() -> Row:
    memory = psutil.virtual_memory()
    finding = f"{memory.available / GIB:.1f} GiB free of {memory.total / GIB:.1f}"
    return Row("Memory", finding, memory.available > GIB)


def _qt() -> Row:
    for package in ("PySide6-Essentials", "PySide6"):
        try:
            return Row("Qt", f"PySide6 {metadata.version(package)}", True)
        except metadata.PackageNotFoundError:
            continue
    return Row("Qt", "not installed: no window; pip install PySide6-Essentials brings it", False)


def _opengl() -> Row:
    if getattr(sys, "frozen", False):
        return Row("OpenGL", "not looked at: a bundle has no Python to try it with", True)
    command = [sys.executable, "-m", "ganstudio.ui.gl.probe"]
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return Row("OpenGL", f"no answer within {PROBE_TIMEOUT_S:.0f} s", False)
    return _read_probe(ended.stdout, ended.stderr)


def _read_probe(output: str, errors: str) -> Row:
    """The probe's one line of JSON; without it, what Qt complained of before it gave up."""
    lines = output.strip().splitlines()
    try:
        answer = json.loads(lines[-1])
    except (IndexError, ValueError):
        complaints = [line for line in errors.splitlines() if line.strip()]
        return Row("OpenGL", complaints[0] if complaints else "the probe said nothing", False)
    if "error" in answer:
        return Row("OpenGL", str(answer["error"]), False)
    fine = tuple(answer["number"]) >= (3, 3)
    finding = f"{answer['version']}, {answer['renderer']}"
    return Row("OpenGL", finding if fine else f"{finding}; 3.3 is needed", fine)


def _data(root: Path) -> Row:
    if not root.is_dir():
        return Row("Data folder", f"{root}, made when the first set is downloaded", True)
    sets = [
        f"{folder.name} ({_size_mb(folder):.0f} MB)"
        for folder in sorted(root.iterdir())
        if folder.is_dir()
    ]
    return Row("Data folder", f"{root}, holds {', '.join(sets) or 'nothing yet'}", True)


def _size_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _runs(root: Path) -> Row:
    """Try to write in the folder, or in the nearest one above it that exists."""
    nearest = next(folder for folder in (root, *root.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        return Row("Runs folder", f"{root} cannot be written: {error.strerror or error}", False)
    free = psutil.disk_usage(str(nearest)).free / GIB
    return Row("Runs folder", f"{root}, writable, {free:.0f} GiB free", True)
