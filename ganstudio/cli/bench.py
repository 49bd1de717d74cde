"""`ganstudio bench`: how good every variant gets, and how fast it trains, as tables."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.cli.options import (
    DEVICES,
    UsageError,
    add_machine,
    check_count,
    check_device,
    failed,
    positive,
)

if TYPE_CHECKING:
    from ganstudio.train.race import Result


def add(bench: argparse.ArgumentParser) -> None:
    """The grammar of `bench`."""
    kinds = bench.add_subparsers(title="benchmarks", required=True, metavar="WHAT")
    quality = kinds.add_parser("quality", help="train every variant and measure its samples")
    quality.add_argument(
        "--minutes", default="4", metavar="M", help="of training each (default: 4)"
    )
    quality.add_argument(
        "--only",
        metavar="KEYS",
        help="these variants, with commas between, each on its default data or as VARIANT:DATA, "
        "such as hinge:furniture (default: all)",
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
    _add_growth(kinds)


def _add_growth(kinds: Any) -> None:
    growth = kinds.add_parser("growth", help="time and memory as batch, sides and data set grow")
    growth.add_argument(
        "--seconds", default="5", metavar="S", help="at least, for each point (default: 5)"
    )
    growth.add_argument(
        "--out",
        type=Path,
        default=Path("resources") / "evidence",
        metavar="DIR",
        help="for growth.md, .json and .png (default: resources/evidence)",
    )
    growth.add_argument("--point", help=argparse.SUPPRESS)  # one of them, in a process of its own
    growth.set_defaults(command=bench_growth)


def _add_speed(kinds: Any) -> None:
    speed = kinds.add_parser("speed", help="race against the plain ways of well-known programs")
    speed.add_argument("--only", metavar="KEYS", help="these races, with commas between")
    speed.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="in each, both sides run (default: 5)"
    )
    speed.add_argument(
        "--seconds",
        default="3",
        metavar="S",
        help="of the reference in a round of training steps (default: 3)",
    )
    speed.add_argument(
        "--starts",
        type=int,
        default=3,
        metavar="N",
        help="of a race of training steps, each with new processes (default: 3)",
    )
    speed.add_argument(
        "--most",
        type=int,
        default=0,
        metavar="N",
        help="samples of an epoch or a drawing (default: all)",
    )
    speed.add_argument(
        "--data-root", type=Path, metavar="DIR", help="where data sets are kept, MNIST for one"
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
    """Run the races one by one; the table is printed at the end, and each result as it comes.

    One that fails is told, and the others are held all the same.
    """
    from ganstudio import registry
    from ganstudio.resources import default_data_root
    from ganstudio.train.race import table

    faults: list[str] = []
    seconds = positive(arguments.seconds, "--seconds", faults)
    check_device(arguments.device, faults)
    if arguments.rounds < 1:
        faults.append(f"--rounds {arguments.rounds}, but it must be at least 1")
    if arguments.starts < 1:
        faults.append(f"--starts {arguments.starts}, but it must be at least 1")
    if arguments.most < 0:
        faults.append(f"--most {arguments.most}, but it must be at least 0")
    there = [*registry.keys("train.pairs"), *registry.keys("train.contests")]
    wanted = there if arguments.only is None else arguments.only.split(",")
    unknown = [key for key in wanted if key not in there]
    if unknown:
        faults.append(f"--only {','.join(unknown)}: there are {', '.join(there)}")
    if faults:
        raise UsageError(*faults)
    results: list[Result] = []
    broken = 0
    result: Result | None
    for key in wanted:
        try:
            if key in registry.keys("train.pairs"):
                result = _race(key, arguments, seconds)
            else:
                result = _contest(key, arguments, arguments.data_root or default_data_root())
        except Exception as error:  # what was measured so far is worth minutes
            broken = failed(f"{key} failed: {type(error).__name__}: {error}")
            continue
        if result is not None:
            results.append(result)
            print(f"  {result.ratio:.2f} times as fast", flush=True)
    if not results:
        return failed("nothing could be measured")
    print(f"\n{table(results)}\n{results[0].machine}, torch {version('torch')}")
    if arguments.json is not None:
        try:
            arguments.json.write_text(json.dumps([asdict(row) for row in results], indent=1))
        except OSError as error:
            return failed(f"{arguments.json} cannot be written: {error}")
    return broken


def _race(key: str, arguments: argparse.Namespace, seconds: float) -> Result:
    """One training step against another."""
    from ganstudio import registry
    from ganstudio.train.race import race

    pair = registry.find("train.pairs", key)()
    print(f"{pair.title} …", flush=True)
    return race(
        pair,
        arguments.device,
        rounds=arguments.rounds,
        seconds=seconds,
        starts=arguments.starts,
        precision=arguments.precision,
    )


def _contest(key: str, arguments: argparse.Namespace, data_root: Path) -> Result | None:
    """A whole errand against the same one; None where it cannot be held here."""
    from tempfile import TemporaryDirectory

    from ganstudio import registry
    from ganstudio.samples import SampleSpec
    from ganstudio.train.contests.base import Contest
    from ganstudio.train.race import compete
    from ganstudio.train.speed import choose

    kind: type[Contest] = registry.find("train.contests", key)
    pictures = SampleSpec("image", (1, 32, 32))
    machine = choose(arguments.device, pictures, False, arguments.precision)
    print(f"{kind.title} …", flush=True)
    with TemporaryDirectory() as scratch:
        contest = kind(machine, data_root, Path(scratch), arguments.most)
        if lacking := contest.lacking():
            print(f"  left out: {lacking}")
            return None
        return compete(contest, arguments.rounds)


def bench_growth(arguments: argparse.Namespace) -> int:
    """Measure every point in a process of its own, and write table, numbers and picture."""
    from ganstudio.train import growth
    from ganstudio.train.growth_plot import draw

    faults: list[str] = []
    seconds = positive(arguments.seconds, "--seconds", faults)
    axis, _, size = (arguments.point or "batch:1").partition(":")
    if axis not in [one.key for one in growth.AXES] or not size.isdecimal() or int(size) < 1:
        faults.append(f"--point {arguments.point}, but it must be such as batch:64")
    if faults:
        raise UsageError(*faults)
    if arguments.point is not None:
        print(growth.as_json([growth.measure(axis, int(size), seconds)]).replace("\n", ""))
        return 0
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)  # before minutes of measuring
        points = growth.measure_all(seconds, lambda text: print(text, flush=True))
        print(f"\n{growth.table(points)}", flush=True)
        (arguments.out / "growth.json").write_text(growth.as_json(points))
        (arguments.out / "growth.md").write_text(growth.table(points))
        draw(points, arguments.out / "growth.png")
    except RuntimeError as error:
        return failed(f"it could not be measured: {error}")
    except OSError as error:
        return failed(f"{arguments.out} cannot be written: {error}")
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
    pairs = [pair.partition(":") for pair in wanted]
    unknown = [key for key, _, _ in pairs if key not in there]
    if unknown:
        faults.append(f"--only {','.join(unknown)}: no such variant; see 'list variants'")
    unknown = [data for _, colon, data in pairs if colon and data not in registry.keys("data")]
    if unknown:
        faults.append(f"--only :{','.join(unknown)}: no such data set; see 'list data'")
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
