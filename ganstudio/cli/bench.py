"""`ganstudio bench`: how good every variant gets, and how fast it trains, as tables."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ganstudio.cli.options import (
    DEVICES,
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
    _add_speed(kinds)


def _add_speed(kinds: Any) -> None:
    speed = kinds.add_parser("speed", help="race against the plain steps of well-known programs")
    speed.add_argument("--only", metavar="KEYS", help="these pairs, with commas between")
    speed.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="in each, both sides run (default: 5)"
    )
    speed.add_argument(
        "--seconds", default="3", metavar="S", help="of the reference in a round (default: 3)"
    )
    speed.add_argument(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default="auto",
        help="of this program's side (default: auto)",
    )
    speed.add_argument("--device", default="auto", metavar="DEVICE", help=DEVICES)
    speed.add_argument("--json", type=Path, metavar="FILE", help="write the results here too")
    speed.set_defaults(command=bench_speed)


def bench_speed(arguments: argparse.Namespace) -> int:
    """Run the races one by one; the table is printed at the end, and each result as it comes."""
    from ganstudio import registry
    from ganstudio.train.race import Race, Result, table

    faults: list[str] = []
    seconds = positive(arguments.seconds, "--seconds", faults)
    check_device(arguments.device, faults)
    if arguments.rounds < 1:
        faults.append(f"--rounds {arguments.rounds}, but it must be at least 1")
    there = registry.keys("train.pairs")
    wanted = there if arguments.only is None else arguments.only.split(",")
    unknown = [key for key in wanted if key not in there]
    if unknown:
        faults.append(f"--only {','.join(unknown)}: there are {', '.join(there)}")
    if faults:
        raise UsageError(*faults)
    results: list[Result] = []
    for key in wanted:
        pair = registry.find("train.pairs", key)()
        print(f"{pair.title} …", flush=True)
        race = Race(
            pair,
            arguments.device,
            rounds=arguments.rounds,
            seconds=seconds,
            precision=arguments.precision,
        )
        results.append(race.run())
        print(f"  {results[-1].ratio:.2f} times as fast", flush=True)
    print(f"\n{table(results)}\n{results[0].machine}, torch {version('torch')}")
    if arguments.json is not None:
        try:
            arguments.json.write_text(json.dumps([asdict(row) for row in results], indent=1))
        except OSError as error:
            return failed(f"{arguments.json} cannot be written: {error}")
    return 0


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
