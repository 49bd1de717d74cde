"""`ganstudio bench quality`: every variant trained for a while and measured, as a table."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganstudio.cli.options import (
    UsageError,
    add_machine,
    check_count,
    check_device,
    failed,
    positive,
)


def add(bench: argparse.ArgumentParser) -> None:
    """The grammar of `bench`."""
    kinds = bench.add_subparsers(title="benchmarks", required=True, metavar="WHAT")
    quality = kinds.add_parser("quality", help="train every variant and measure its samples")
    quality.add_argument(
        "--minutes", default="4", metavar="M", help="of training each (default: 4)"
    )
    quality.add_argument(
        "--only", metavar="KEYS", help="these variants, with commas between (default: all)"
    )
    quality.add_argument(
        "--out",
        type=Path,
        default=Path("resources") / "evidence",
        metavar="DIR",
        help="for the table, the numbers and the pictures (default: resources/evidence)",
    )
    quality.add_argument(
        "--runs",
        type=Path,
        default=Path("runs") / "quality",
        metavar="DIR",
        help="for the trainings themselves (default: runs/quality)",
    )
    quality.add_argument("--n", type=int, default=0, metavar="N", help="samples a side")
    add_machine(quality)
    quality.set_defaults(command=bench_quality)


def bench_quality(arguments: argparse.Namespace) -> int:
    """Train and measure what is not done yet; what is done is written after each variant."""
    from ganstudio import registry
    from ganstudio.resources import default_data_root
    from ganstudio.train.quality import Bench

    faults: list[str] = []
    minutes = positive(arguments.minutes, "--minutes", faults)
    check_count(arguments.n, faults)
    check_device(arguments.device, faults)
    there = registry.keys("gans")
    wanted = there if arguments.only is None else arguments.only.split(",")
    unknown = [key for key in wanted if key not in there]
    if unknown:
        faults.append(f"--only {','.join(unknown)}: no such variant; see 'list variants'")
    if faults:
        raise UsageError(*faults)
    bench = Bench(
        arguments.out,
        arguments.runs,
        arguments.data_root or default_data_root(),
        minutes=minutes,
        count=arguments.n,
        device=arguments.device,
        tell=lambda text: print(text, flush=True),
    )
    try:
        broken = bench.run(wanted)
    except OSError as error:
        return failed(f"{arguments.out} cannot be written: {error}")
    print(f"Table: {bench.table_path}")
    return 1 if broken else 0
