"""`ganstudio train`: the same engine without a window."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from ganstudio.cli.interrupts import stop_on_interrupt
from ganstudio.cli.options import (
    UsageError,
    add_machine,
    check_device,
    plain_value,
    positive,
)
from ganstudio.cli.progress import Loading

if TYPE_CHECKING:
    from ganstudio.data.base import Dataset
    from ganstudio.recipe import Recipe
    from ganstudio.train import messages as m
    from ganstudio.train.branch import Parent
    from ganstudio.train.session import Outbox, Session

SCORES_SHOWN = 6
DETAILS_SHOWN = 20  # lines under a note
ASK_AGAIN_S = 5.0  # where the disk refused the last save


def add(train: argparse.ArgumentParser) -> None:
    """The grammar of `train`."""
    train.add_argument("recipe", nargs="?", metavar="RECIPE", help="a .toml file or a shipped name")
    train.add_argument("--variant", metavar="V", help="instead of a recipe: see 'list variants'")
    train.add_argument("--data", metavar="D", help="instead of a recipe: see 'list data'")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KNOB=VALUE",
        dest="knobs",
        help="turn a knob; may be given again; data.KNOB for the data set's",
    )
    length = train.add_mutually_exclusive_group()
    length.add_argument("--kimg", metavar="N", help="train on N thousand real samples")
    length.add_argument("--minutes", metavar="M", help="train for M minutes")
    train.add_argument("--seed", metavar="N", help="makes the run repeatable")
    train.add_argument("--run", type=Path, metavar="DIR", help="the run folder (default: runs/...)")
    train.add_argument(
        "--resume",
        action="store_true",
        help="go on with --run DIR, or with the newest run in runs/",
    )
    train.add_argument(
        "--from",
        type=Path,
        metavar="RUN",
        dest="parent",
        help="branch off another run, which stays as it is: its recipe, but for --set, --seed "
        "and --kimg",
    )
    train.add_argument(
        "--at", metavar="KIMG", help="with --from: where to branch off (default: its newest state)"
    )
    train.add_argument(
        "--timeline-mb",
        metavar="MB",
        help="room for snapshots that one can travel back to (default: 512; 0 keeps none)",
    )
    train.add_argument(
        "--measure",
        metavar="KIMG",
        help="measure the samples every KIMG beside the training, at most once a minute "
        "(default: 25; 0 never)",
    )
    add_machine(train)
    train.set_defaults(command=train_recipe)


def train_recipe(arguments: argparse.Namespace) -> int:
    """Train with a progress bar; Ctrl-C saves and ends, the second one ends at once."""
    from ganstudio.resources import default_data_root
    from ganstudio.train import messages as m
    from ganstudio.train.judge import Judge
    from ganstudio.train.session import Outbox, Session

    folder, recipe, minutes = _wishes(arguments)
    parent = _parent(arguments)
    _warn_of_memory(recipe, arguments.device)
    outbox, judge = Outbox(), Judge(recipe.basics.measure_kimg)

    def build(announce: Any) -> Any:
        from ganstudio.train.engine import Engine

        return Engine.build(
            recipe,
            announce,
            judge=judge,
            runs_root=Path("runs"),
            folder=folder,
            resume=arguments.resume,
            parent=parent,
            endless=minutes > 0,
            data_root=arguments.data_root or default_data_root(),
            device=arguments.device,
            spare_core=False,
        )

    session = Session(build, outbox, patient=True)
    interrupted = stop_on_interrupt(session)
    session.start()
    try:
        failed = _follow(session, outbox, minutes * 60)
    finally:
        if not session.close():  # it may wait for room, and nobody listens any more
            session.post(m.Stop(save=False))
    return interrupted() or int(failed)


def _wishes(arguments: argparse.Namespace) -> tuple[Path | None, Recipe, float]:
    """The run folder, the recipe and the minutes to train; every fault at once."""
    from ganstudio import names
    from ganstudio.recipe import RecipeError

    faults: list[str] = []
    folder: Path | None = arguments.run
    if arguments.resume:
        folder = _folder_to_resume(arguments, faults)
    elif folder is not None and (folder / "recipe.toml").exists():
        faults.append(f"{folder} already holds a run; add --resume, or name another folder")
    elif folder is not None and (why := names.fault(folder.absolute().name)):
        faults.append(f"--run {folder}: {why}")
    if arguments.at is not None and arguments.parent is None:
        faults.append("--at says where a branch begins: name its run with --from RUN")
    at = positive(arguments.at, "--at", faults, or_zero=True)
    arguments.at = None if arguments.at is None else at
    positive(arguments.timeline_mb, "--timeline-mb", faults, or_zero=True)
    minutes = positive(arguments.minutes, "--minutes", faults)
    knobs = _knobs(arguments.knobs, faults)
    positive(arguments.measure, "--measure", faults, or_zero=True)
    check_device(arguments.device, faults)
    recipe: Recipe | None = None
    try:
        recipe = _source(arguments, folder, knobs, faults)
        faults += _lacking(recipe, arguments.data_root)
    except RecipeError as error:
        faults += error.faults
    if faults or recipe is None:
        raise UsageError(*faults)
    return folder, recipe, minutes


def _lacking(recipe: Recipe | None, data_root: Path | None) -> list[str]:
    """Why the data set cannot be loaded."""
    from ganstudio import registry
    from ganstudio.resources import default_data_root

    if recipe is None:
        return []
    kind: type[Dataset] = registry.find("data", recipe.data)
    return kind.missing(recipe.dataset, data_root or default_data_root())


def _source(
    arguments: argparse.Namespace,
    folder: Path | None,
    knobs: dict[str, Any],
    faults: list[str],
) -> Recipe | None:
    """The recipe of a file, of a run to resume, or of the options."""
    from ganstudio.recipe import Recipe, RecipeError

    wishes = {
        "kimg": arguments.kimg,
        "seed": arguments.seed,
        "timeline_mb": arguments.timeline_mb,
        "measure_kimg": arguments.measure,
    }
    basics: dict[str, Any] = {
        name: plain_value(text) for name, text in wishes.items() if text is not None
    }
    named = {"variant": arguments.variant, "data": arguments.data}
    named = {name: key for name, key in named.items() if key is not None}
    if arguments.parent is not None:
        if arguments.resume or arguments.recipe or named:
            raise RecipeError(
                ["a branch has its parent's recipe: only --set, --seed and --kimg go with --from"]
            )
        return _recipe_of_branch(arguments, knobs, basics)
    if arguments.resume:
        if arguments.recipe or named or knobs or arguments.seed is not None:
            raise RecipeError(
                ["a resumed run keeps its recipe: only --kimg or --minutes go with --resume"]
            )
        if folder is None:
            return None
        path = folder
    elif arguments.recipe is None:
        return Recipe.make(knobs=knobs, **named, **basics)
    else:
        path = _recipe_file(arguments.recipe)
        if named:
            faults.append("give a recipe, or --variant and --data, not both")
    try:
        if arguments.resume:
            return Recipe.of_run(path, **basics)
        return Recipe.load(path, knobs, **basics)
    except OSError as error:
        raise RecipeError([f"{path} cannot be read: {error}"]) from None


def _parent(arguments: argparse.Namespace) -> Parent | None:
    """Where to branch off; None for a run that begins from nothing, or goes on itself."""
    from ganstudio.train.branch import Parent

    if arguments.parent is None:
        return None
    kimg = float("inf") if arguments.at is None else arguments.at
    return Parent(arguments.parent, round(min(kimg * 1000, 1e15)))


def _recipe_of_branch(
    arguments: argparse.Namespace, knobs: dict[str, Any], basics: dict[str, Any]
) -> Recipe:
    """The parent's as it was at that moment, with some of it said otherwise."""
    from ganstudio.recipe import RecipeError
    from ganstudio.train.branch import recipe_at
    from ganstudio.train.files import RunError

    parent = _parent(arguments)
    assert parent is not None
    try:
        return recipe_at(parent.run, parent.nimg).edited(knobs, **basics)
    except RunError as error:
        raise RecipeError([str(error)]) from None
    except FileNotFoundError:
        raise RecipeError([f"{parent.run} is no run folder: it has no recipe.toml"]) from None
    except OSError as error:
        raise RecipeError([f"{parent.run} cannot be read: {error}"]) from None


def _knobs(texts: list[str], faults: list[str]) -> dict[str, Any]:
    knobs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and name:
            knobs[name.strip()] = plain_value(value)
        else:
            faults.append(f"--set {text}, but it must be KNOB=VALUE")
    return knobs


def _recipe_file(name: str) -> Path:
    from ganstudio.recipe import RecipeError
    from ganstudio.resources import resource

    if Path(name).is_file():
        return Path(name)
    try:
        return resource("recipes", f"{name}.toml")
    except FileNotFoundError:
        raise RecipeError(
            [f"{name} is neither a file nor a shipped recipe; see 'ganstudio list recipes'"]
        ) from None


def _folder_to_resume(arguments: argparse.Namespace, faults: list[str]) -> Path | None:
    from ganstudio.train.lock import holder, refusal

    folder: Path | None = arguments.run
    if folder is None:
        found = sorted(Path("runs").glob("*/recipe.toml"), key=lambda path: path.stat().st_mtime)
        if not found:
            faults.append("there is no run in runs/ to resume; name one with --run DIR")
            return None
        folder = found[-1].parent
    elif not (folder / "recipe.toml").is_file():
        faults.append(f"{folder} is no run folder: it has no recipe.toml")
        return None
    if holder(folder) is not None:
        faults.append(refusal(folder))
    return folder


def _warn_of_memory(recipe: Recipe, device: str) -> None:
    """Say before the start if memory will be short."""
    from ganstudio.train.memory import forecast

    if warning := forecast(recipe, device).warning:
        print(warning, file=sys.stderr)


class _Patience:
    """Asks again for the last save while the disk refuses it; an interrupt gives it up.

    Args:
        session: a patient one.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._ask_at = session, 0.0
        self._left = False  # an interrupt came, and the session was told
        self.waiting = self.interrupted = False

    def refused(self) -> bool:
        """The disk would not take it; True if that is news."""
        news, self.waiting = not self.waiting, True
        self._ask_at = time.monotonic() + ASK_AGAIN_S
        if news:
            for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, self._interrupt)
        return news

    def ask(self) -> None:
        """Ask again if it is time to, or have the session end without."""
        from ganstudio.train import messages as m

        if not self.waiting or self._left:
            return
        if self.interrupted:
            self._left = True
            self._session.post(m.Stop(save=False))
        elif time.monotonic() >= self._ask_at:
            self._ask_at = float("inf")  # until this one is refused too
            self._session.post(m.Stop())

    def _interrupt(self, number: int, _frame: object) -> None:
        if self.interrupted:
            os._exit(128 + number)
        self.interrupted = True


def _follow(session: Session, outbox: Outbox, limit_s: float) -> bool:
    """Show what the session tells until it ends; True if it failed."""
    from tqdm import tqdm

    from ganstudio.train import messages as m

    bar: tqdm[Any] | None = None
    target_nimg = 0
    loading = Loading()
    run: Path | None = None
    begun_s: float | None = None
    diverged = False
    patience = _Patience(session)
    troubles: set[str] = set()  # topics that were told
    while True:
        patience.ask()
        for event in outbox.wait(0.5):
            match event:
                case m.StateChanged("loading", text) if text:
                    loading.show(f"{text[0].upper()}{text[1:]}")
                case m.StateChanged("finished" | "failed", _):
                    loading.end()
                    if bar is not None:
                        bar.close()
                    _close_with(run, event.state == "failed")
                    return event.state == "failed" or diverged or patience.interrupted
                case m.Started():
                    loading.end()
                    run = event.run
                    for name, text in event.summary.items():
                        print(f"  {name + ':':10} {text}")
                    target_nimg = event.target_nimg
                    bar = _bar(target_nimg, limit_s)
                case m.Stats() if bar is not None:
                    begun_s = event.seconds if begun_s is None else begun_s
                    spent_s = event.seconds - begun_s
                    done: float = spent_s if limit_s else event.nimg / 1000
                    bar.n = min(done, float(bar.total or 0))
                    terms = " ".join(f"{name} {value:.3f}" for name, value in event.terms.items())
                    left_s = max(limit_s - spent_s, 0) if limit_s else _left_s(target_nimg, event)
                    bar.set_postfix_str(
                        f"[{bar.format_interval(spent_s)}, {bar.format_interval(left_s)} left] "
                        f"{event.nimg / 1000:.1f} kimg, {event.samples_per_second:.0f}/s, {terms}"
                    )
                    if limit_s and spent_s >= limit_s and not patience.waiting:
                        session.post(m.Stop())
                case m.Measured():
                    _say(bar, _in_words(event))
                case m.Diverged():
                    diverged = True
                    _say(bar, _what_to_do(event, run))
                    session.post(m.Stop())  # nobody is here who could choose
                case m.Failed():
                    known = run is None or event.cause or _for_people(session.error)
                    _say(bar, event.reason if known else event.traceback)
                    if event.cause == "device" and run is not None:
                        _say(bar, f"{_command()} train --resume --run {run} --device cpu")
                    if event.rescued:
                        _say(bar, f"What was learnt is safe in {event.rescued}")
                case m.Noted(topic="saving", level="error") if patience.waiting:
                    pass  # each time it is asked for
                case m.Noted(text, level) if level != "info" or event.topic in troubles:
                    if level == "info":
                        troubles.discard(event.topic)
                    elif event.topic:
                        troubles.add(event.topic)
                    _say(bar, "\n  ".join([text, *event.detail.splitlines()[:DETAILS_SHOWN]]))
                case m.Refused(m.Stop()):
                    if patience.refused():
                        how = "Waiting for room; Ctrl-C leaves without saving"
                        _say(bar, f"{event.reason}\n{how}")
                case m.Refused():
                    _say(bar, event.reason)


def _for_people(error: BaseException | None) -> bool:
    """Whether a failure says all in its own words: this program's, and those of the disk."""
    return isinstance(error, OSError) or type(error).__module__.startswith("ganstudio")


def _bar(target_nimg: int, limit_s: float) -> Any:
    from tqdm import tqdm

    total, unit = (limit_s, "s") if limit_s else (target_nimg / 1000, "kimg")
    layout = "{percentage:3.0f}% |{bar}| {n:.1f}/{total:.1f} {unit} {postfix}"
    return tqdm(total=total, unit=unit, bar_format=layout, dynamic_ncols=True, mininterval=0.2)


def _left_s(target_nimg: int, event: m.Stats) -> float:
    """Seconds until the end at this speed, by the time that training took: no clock on a wall."""
    speed = event.samples_per_second
    return max(target_nimg - event.nimg, 0) / speed if speed > 0 else 0.0


def _what_to_do(event: m.Diverged, run: Path | None) -> str:
    """Where it stands, what was found, and the command that goes on with other knobs."""
    lines = [f"{event}"]
    if event.evidence is not None:
        lines.append(f"What was found: {event.evidence}")
    if event.remedies and run is not None:
        knobs = " ".join(f"--set {one.knob}={one.value}" for one in event.remedies)
        lines.append(f"Worth trying: {_command()} train --from {run} {knobs}")
    return "\n".join(lines)


def _command() -> str:
    return "ganstudio" if which("ganstudio") else f"{sys.executable} -m ganstudio"


def _in_words(event: m.Measured) -> str:
    """The scores that matter most, in one line."""
    scores = [
        f"{name} {value:.3g} (real {event.floors.get(name, float('nan')):.3g})"
        for name, value in list(event.values.items())[:SCORES_SHOWN]
    ]
    return f"At {event.nimg / 1000:.1f} kimg: {', '.join(scores)}; took {event.seconds:.1f} s"


def _say(bar: Any, text: str) -> None:
    if bar is not None:
        bar.clear()
    print(text, file=sys.stderr)


def _close_with(run: Path | None, failed: bool) -> None:
    if run is None:
        return
    pictures = sorted((run / "samples").glob("*.png"))
    if pictures:
        print(f"Samples: {pictures[-1]}")
    print(f"Run:     {run}")
    if not failed:
        print(f"More:    {_command()} sample {run} --n 64 --out grid.png")
