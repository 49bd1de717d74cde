"""Whether training in bfloat16 costs quality: the same seeds with it and without it.

    python tests/bench/precision.py --out DIR
    python tests/bench/precision.py --out DIR --only dcgan:200 --seeds 3

Trains each variant with its default recipe for a fixed number of samples, three seeds in either
precision, measures every run as ``ganstudio evaluate`` does (samples are drawn in float32 for both)
and prints the mean and the range over the seeds. What lies in DIR is not done again; the table is
written to ``DIR/precision.md``. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean
from typing import Any

from ganstudio import cli

BUDGETS = "dcgan:200,wgan_gp:200,r3gan:30,gan3d:20"
PRECISIONS = ("float32", "bfloat16")
SHOWN = ("fcd", "precision", "recall", "density", "coverage", "mmd", "cov", "1nna")
ABOUT = """\
# Quality in float32 and in bfloat16

Each cell: mean over {seeds} seeds, in brackets the lowest and the highest. The last column: whether
the ranges of both precisions overlap.

| variant | kimg | metric | float32 | bfloat16 | ranges overlap |
| --- | ---: | --- | --- | --- | --- |
"""


def main() -> None:
    """Train and measure what is missing; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default=BUDGETS, help=f"VARIANT:KIMG,... (default: {BUDGETS})")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    lines = []
    for budget in asked.only.split(","):
        variant, kimg = budget.split(":")
        found = {
            precision: [
                _scores(asked.out, variant, kimg, precision, seed)
                for seed in range(1, asked.seeds + 1)
            ]
            for precision in PRECISIONS
        }
        lines += _lines(variant, kimg, found)
    table = ABOUT.format(seeds=asked.seeds) + "\n".join(lines) + "\n"
    (asked.out / "precision.md").write_text(table, encoding="utf-8")
    print(table)


def _scores(out: Path, variant: str, kimg: str, precision: str, seed: int) -> dict[str, Any]:
    """Every headline score of one run, trained if it is not there."""
    run = out / f"{variant}-{kimg}-{precision}-{seed}"
    kept = run.with_suffix(".json")
    if not kept.is_file():
        knobs = ["--kimg", kimg, "--seed", str(seed), "--set", f"precision={precision}"]
        begun = (run / "recipe.toml").is_file()
        how = ["--resume"] if begun else ["--variant", variant, *knobs, "--timeline-mb", "0"]
        _obey("train", "--run", str(run), "--measure", "0", "--device", "cpu", *how)
        _obey("evaluate", str(run), "--json", str(kept))
    return {
        score["key"]: score
        for score in json.loads(kept.read_text(encoding="utf-8"))["scores"]
        if score["headline"]
    }


def _obey(*words: str) -> None:
    if status := cli.main(words):
        raise SystemExit(status)


def _lines(variant: str, kimg: str, found: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines = []
    for key in SHOWN:
        values = {
            precision: [run[key]["value"] for run in runs]
            for precision, runs in found.items()
            if all(key in run for run in runs)
        }
        if len(values) < len(found):
            continue
        full, half = (values[precision] for precision in PRECISIONS)
        overlap = min(full) <= max(half) and min(half) <= max(full)
        title = found[PRECISIONS[0]][0][key]["title"].split(" (")[0]
        cells = [f"{mean(v):.3g} ({min(v):.3g} … {max(v):.3g})" for v in (full, half)]
        told = "yes" if overlap else "no"
        lines.append(f"| {variant} | {kimg} | {title} | {' | '.join(cells)} | {told} |")
    return lines


if __name__ == "__main__":
    main()
