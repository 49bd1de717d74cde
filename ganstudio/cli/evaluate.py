"""`ganstudio evaluate`: how good a run's samples are, beside what real samples score."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.cli.options import (
    UsageError,
    add_machine,
    add_run,
    check_count,
    check_device,
    failed,
)

if TYPE_CHECKING:
    from ganstudio.train.evaluation import Report

WAYS = {"lower": "lower", "higher": "higher", "floor": "as real"}


def add(evaluate: argparse.ArgumentParser) -> None:
    """The grammar of `evaluate`."""
    add_run(evaluate)
    evaluate.add_argument(
        "--n",
        type=int,
        default=0,
        metavar="N",
        help="samples a side (default: 4000 points, 2000 pictures, 500 objects)",
    )
    evaluate.add_argument("--json", type=Path, metavar="FILE", help="write the scores here too")
    add_machine(evaluate)
    evaluate.set_defaults(command=evaluate_run)


def evaluate_run(arguments: argparse.Namespace) -> int:
    """Print a table of every score that can be taken of the run."""
    from ganstudio.recipe import RecipeError
    from ganstudio.resources import default_data_root
    from ganstudio.train.evaluation import evaluate
    from ganstudio.train.run import RunError

    faults: list[str] = []
    check_count(arguments.n, faults)
    check_device(arguments.device, faults)
    if not (arguments.run / "recipe.toml").is_file():
        faults.append(f"{arguments.run} is no run folder: it has no recipe.toml")
    if faults:
        raise UsageError(*faults)
    try:
        sampler, ground, reports = evaluate(
            arguments.run,
            arguments.data_root or default_data_root(),
            count=arguments.n,
            checkpoint=arguments.checkpoint,
            device=arguments.device,
            inception=True,
            tell=lambda text: print(f"{text[0].upper()}{text[1:]} ...", file=sys.stderr),
        )
    except RecipeError as error:
        raise UsageError(*error.faults) from None
    except RunError as error:
        raise UsageError(str(error)) from None
    except (RuntimeError, OSError) as error:
        return failed(str(error))
    model = sampler.model
    print(
        f"{model.variant} on {model.data} at {sampler.nimg / 1000:.1f} kimg: {ground.count:,} "
        f"generated against {ground.count:,} real {model.spec}"
    )
    print(table(reports))
    if ground.extractor is not None:
        print(f"Features: {ground.extractor.title}")
    if arguments.json is not None:
        return _write(arguments.json, sampler.nimg, ground.count, reports)
    return 0


def table(reports: list[Report]) -> str:
    """Scores in columns: what, value, real against real, untrained, which way is better."""
    rows = [("metric", "value", "real", "untrained", "better")]
    rows += [
        (
            report.title,
            number(report.value),
            number(report.floor),
            "" if report.ceiling is None else number(report.ceiling),
            WAYS[report.better],
        )
        for report in reports
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = []
    for title, *numbers, way in rows:
        cells = [f"{text:>{width}}" for text, width in zip(numbers, widths[1:4], strict=True)]
        lines.append("  ".join([f"{title:{widths[0]}}", *cells, way]))
    lines.insert(1, "-" * max(len(line) for line in lines))
    return "\n".join(lines)


def number(value: float) -> str:
    """A score in three or four digits; a dash where it means nothing."""
    if not math.isfinite(value):
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if value else "0"


def _write(path: Path, nimg: int, count: int, reports: list[Report]) -> int:
    from dataclasses import asdict

    from ganstudio.train.evaluation import finite
    from ganstudio.train.run import write_atomically

    content = {"nimg": nimg, "n": count, "scores": [asdict(report) for report in reports]}
    text = json.dumps(finite(content), indent=1, allow_nan=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())
    except OSError as error:
        return failed(f"{path} cannot be written: {error}")
    return 0
