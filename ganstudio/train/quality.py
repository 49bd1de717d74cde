"""The bench of quality: every variant trained for the same time on its own data, and measured."""

from __future__ import annotations

import gc
import hashlib
import json
import math
import platform
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ganstudio
from ganstudio.recipe import Recipe, RecipeError, default_data
from ganstudio.train import messages as m
from ganstudio.train.contact import save_contact, translates
from ganstudio.train.evaluation import Ground, evaluate, finite
from ganstudio.train.examples import load_samples
from ganstudio.train.run import RunError, RunFolder, write_atomically
from ganstudio.train.speed import choose

Tell = Callable[[str], object]
Pair = tuple[str, str]  # variant and data set, by key
REPORT_S = 0.5
ENDLESS_KIMG = 1e6
KINDS = {"points": "Points", "image": "Pictures", "voxels": "Voxels"}
ARROWS = {"lower": "↓", "higher": "↑", "floor": "≈"}
ABOUT = """\
Every variant, trained with its default knobs on its default data, some on more, then measured.
Each cell: the score, in brackets (that of real samples against other real ones … that of the
untrained generator). ↓ lower is better, ↑ higher is better, ≈ as the real ones is best. Scores are
comparable within one data set only.
"""


class Bench:
    """Trains and measures one variant after the other; what is done is never done again.

    The numbers go to ``quality.json``, the table to ``quality.md``, the pictures to
    ``quality/VARIANT.png``, or ``quality/VARIANT-DATA.png`` for other data than the variant's
    default, all written anew after each training. One that was interrupted goes on; one whose
    recipe or length has changed since starts anew.

    Args:
        out: for table, numbers and pictures.
        runs: for the run folders.
        data_root: where data sets are kept.
        minutes: of training each.
        count: samples a side when measuring; as usual for the kind when 0.
        device: where to train and draw.
        tell: hears what is being done.
        cache: where extractors are kept; the user's cache when None.
    """

    def __init__(
        self,
        out: Path,
        runs: Path,
        data_root: Path,
        *,
        minutes: float,
        count: int = 0,
        device: str = "auto",
        tell: Tell = lambda text: None,
        cache: Path | None = None,
    ) -> None:
        self.out, self.runs, self.data_root = out, runs, data_root
        self.minutes, self.count, self.device = minutes, count, device
        self._tell, self._cache = tell, cache
        self._entries: dict[Pair, dict[str, Any]] = self._read()
        self._ground: tuple[str, Ground] | None = None

    @property
    def table_path(self) -> Path:
        """The table."""
        return self.out / "quality.md"

    def run(self, wanted: Iterable[str]) -> list[str]:
        """Do all of these that are not done; returns those that failed.

        Args:
            wanted: variants, each on its default data, or ``variant:data``.

        Raises:
            OSError: if the results cannot be written.
        """
        broken = []
        for variant, data in _by_data(map(_pair, wanted)):
            name = _name(variant, data)
            try:
                recipe = Recipe.make(variant, data, kimg=ENDLESS_KIMG)
            except (RecipeError, TypeError, ImportError) as error:
                self._fail(variant, data, str(error))
                broken.append(name)
                continue
            if self._done(recipe):
                self._tell(f"{name}: done before")
                continue
            try:
                entry = self._do(recipe)
            except Exception as error:  # one faulty variant must not keep the others from theirs
                traceback.print_exc()
                self._fail(variant, data, f"{type(error).__name__}: {error}")
                broken.append(name)
            else:
                self._entries[variant, data] = entry
                self._write()
                self._tell(f"{name}: {_in_short(entry)}")
            gc.collect()
        return broken

    def _do(self, recipe: Recipe) -> dict[str, Any]:
        name = _name(recipe.variant, recipe.data)
        folder = self.runs / f"{name}-{_digest(recipe)}"
        trained_s = self._train(recipe, folder)
        self._tell(f"{name}: measuring")
        began = time.monotonic()
        sampler, ground, reports = evaluate(
            folder,
            self.data_root,
            count=self.count,
            device=self.device,
            cache=self._cache,
            ground=self._laid_out(recipe),
        )
        picture = self.out / "quality" / f"{name}.png"
        save_contact(picture, sampler, ground)
        return {
            "variant": recipe.variant,
            "data": recipe.data,
            "kind": recipe.spec.kind,
            "translates": translates(sampler),
            "recipe": _digest(recipe),
            "minutes": self.minutes,
            "trained_s": round(trained_s, 1),
            "measured_s": round(time.monotonic() - began, 1),
            "kimg": round(sampler.nimg / 1000, 2),
            "n": ground.count,
            "features": "" if ground.extractor is None else ground.extractor.title,
            "device": str(choose(self.device, recipe.spec, False, recipe.precision)),
            "version": f"{ganstudio.__version__}, Python {platform.python_version()}",
            "picture": f"quality/{picture.name}",
            "scores": [asdict(report) for report in reports],
        }

    def _train(self, recipe: Recipe, folder: Path) -> float:
        """Train until the time is over, going on where it was interrupted; seconds trained."""
        from ganstudio.train.engine import Engine

        resumed, spent_s = False, [0.0]
        if (folder / "recipe.toml").is_file():
            try:
                spent_s[0] = float(RunFolder.open(folder).read().state["seconds"])
                resumed = True
            except RunError:
                folder = folder.with_name(f"{folder.name}-{int(time.time())}")
        limit_s = self.minutes * 60
        if spent_s[0] >= limit_s:
            return spent_s[0]
        self._tell(f"{recipe.variant} on {recipe.data}: training for {self.minutes:g} minutes")

        def hear(event: m.Event) -> None:
            if isinstance(event, m.Stats):
                spent_s[0] = event.seconds
            elif isinstance(event, m.Noted) and event.level != "info":
                self._tell(event.text)

        engine = Engine.build(
            recipe,
            hear,
            folder=folder,
            resume=resumed,
            endless=True,
            data_root=self.data_root,
            device=self.device,
            spare_core=False,
        )
        try:
            reported = time.monotonic()
            while spent_s[0] < limit_s:
                engine.step(None)
                if time.monotonic() - reported >= REPORT_S:
                    engine.report()
                    reported = time.monotonic()
                engine.autosave()
        finally:
            try:
                engine.save(wait=True)
            finally:
                engine.close()
        return spent_s[0]

    def _laid_out(self, recipe: Recipe) -> Ground:
        """Real samples; those of the variant before where the data is the same."""
        spec, dataset = recipe.spec, recipe.dataset.model_dump()
        key = json.dumps(
            [recipe.data, dataset, spec.condition.kind, recipe.held_out], sort_keys=True
        )
        if self._ground is None or self._ground[0] != key:
            self._ground = None  # before the next is laid out: both may not fit into memory
            samples = load_samples(recipe, self.data_root)
            self._ground = key, Ground(recipe, samples, self.count, cache=self._cache)
        return self._ground[1]

    def _done(self, recipe: Recipe) -> bool:
        entry = self._entries.get((recipe.variant, recipe.data), {})
        same = entry.get("recipe") == _digest(recipe) and entry.get("minutes") == self.minutes
        return same and "scores" in entry and (self.out / str(entry.get("picture"))).is_file()

    def _fail(self, variant: str, data: str, reason: str) -> None:
        self._tell(f"{_name(variant, data)}: failed: {reason}")
        self._entries[variant, data] = {"variant": variant, "data": data, "failed": reason}
        self._write()

    def _read(self) -> dict[Pair, dict[str, Any]]:
        path = self.out / "quality.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return {_pair_of(entry): entry for entry in content}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as error:
            raise OSError(f"{path} is damaged, move it away: {error}") from error

    def _write(self) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        entries = [finite(self._entries[pair]) for pair in sorted(self._entries)]
        text = json.dumps(entries, indent=1, ensure_ascii=False, allow_nan=False)
        write_atomically(self.out / "quality.json", text.encode())
        write_atomically(self.table_path, markdown(entries).encode())


def markdown(entries: list[dict[str, Any]]) -> str:
    """The results as Markdown: a table for each kind of sample, and one line for each failure."""
    parts = ["# What every variant reaches\n", ABOUT]
    for kind, title in KINDS.items():
        rows = [e for e in entries if e.get("kind") == kind]
        for translated in (False, True):
            chosen = [e for e in rows if bool(e.get("translates")) == translated]
            if chosen:
                word = "Translations" if translated else title
                parts.append(f"## {word}\n\n{_table(chosen)}\n")
    failures = [f"- {_name(*_pair_of(e))}: {e['failed']}" for e in entries if "failed" in e]
    if failures:
        parts.append("## Failed\n\n" + "\n".join(failures) + "\n")
    for word, key in (("Features", "features"), ("Trained on", "device")):
        named = sorted({e[key] for e in entries if e.get(key)})
        if named:
            parts.append(f"{word}: " + "; ".join(named) + ".\n")
    return "\n".join(parts)


def _table(entries: list[dict[str, Any]]) -> str:
    columns: dict[str, str] = {}
    for entry in entries:
        for score in entry["scores"]:
            if score["headline"]:
                short = score["title"].split(" (")[0]
                columns.setdefault(score["key"], f"{short} {ARROWS[score['better']]}")
    head = ["variant", "data", "kimg", "min", "n", *columns.values()]
    lines = [head, ["---"] * len(head)]
    for entry in sorted(entries, key=lambda e: (e["data"], e["variant"])):
        scores = {score["key"]: score for score in entry["scores"]}
        link = f"[{entry['variant']}]({entry['picture']})"
        minutes = f"{entry['trained_s'] / 60:.1f}"
        cells = [link, entry["data"], _short(entry["kimg"]), minutes, str(entry["n"])]
        cells += [_cell(scores[key]) if key in scores else "" for key in columns]
        lines.append(cells)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(score: dict[str, Any]) -> str:
    value, floor, ceiling = (_short(score[key]) for key in ("value", "floor", "ceiling"))
    if ceiling:
        return f"**{value}** ({floor or '–'} … {ceiling})"
    return f"**{value}** ({floor})" if floor else f"**{value}**"


def _short(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return ""
    return (
        f"{value:.0f}"
        if abs(value) >= 100
        else f"{value:.2g}"
        if abs(value) < 1
        else f"{value:.3g}"
    )


def _in_short(entry: dict[str, Any]) -> str:
    scores = [s for s in entry["scores"] if s["headline"]]
    return f"{entry['kimg']:.1f} kimg, " + ", ".join(
        f"{s['key']} {_short(s['value'])} (real {_short(s['floor']) or '-'})" for s in scores
    )


def _by_data(pairs: Iterable[Pair]) -> list[Pair]:
    """Those of one data set together, so that real samples are laid out once."""
    return sorted(dict.fromkeys(pairs), key=lambda pair: pair[1])


def _pair(text: str) -> Pair:
    """``variant`` or ``variant:data``."""
    variant, _, data = text.partition(":")
    return variant, data or _usual(variant)


def _pair_of(entry: dict[str, Any]) -> Pair:
    """Failures did not always say on which data."""
    return entry["variant"], entry.get("data") or _usual(entry["variant"])


def _usual(variant: str) -> str:
    try:
        return default_data(variant)
    except (ImportError, SyntaxError, TypeError, AttributeError):
        return ""  # a faulty plug-in; its recipe says why


def _name(variant: str, data: str) -> str:
    """Of a row, a run and a picture: the data only where they are not the variant's default."""
    return variant if data == _usual(variant) else f"{variant}-{data}"


def _digest(recipe: Recipe) -> str:
    content = json.dumps(recipe.to_dict(), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:8]
