"""The command line: the same engine without a window; nothing heavy is imported early."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from ganstudio import __version__

if TYPE_CHECKING:
    from ganstudio.recipe import Recipe
    from ganstudio.train.messages import Told
    from ganstudio.train.sampler import Sampler
    from ganstudio.train.session import Outbox, Session

INTERRUPTED = 130
DEVICES = "auto, cpu, cuda, cuda:N or mps"


class UsageError(Exception):
    """Arguments that cannot be obeyed; every reason is one of ``lines``."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def main(argv: Sequence[str] | None = None) -> int:
    """Obey one command.

    Args:
        argv: the arguments without the program's name; the process's own when None.

    Returns:
        The exit status: 0 done, 1 failed on the way, 2 bad arguments with nothing started,
        130 interrupted and saved.
    """
    arguments = parser().parse_args(argv)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except UsageError as fault:
        for line in fault.lines:
            print(f"ganstudio: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="ganstudio",
        description="Train generative adversarial networks and explore them while they train. "
        "Without a command the window opens.",
    )
    top.add_argument("--version", action="version", version=f"GAN Studio {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_train(commands.add_parser("train", help="train a recipe in the terminal"))
    _add_sample(commands.add_parser("sample", help="make a picture or an .npz of samples"))
    _add_export(commands.add_parser("export", help="write a generated object for other programs"))
    listing = commands.add_parser("list", help="list variants, data or recipes")
    listing.add_argument("what", choices=("variants", "data", "recipes"))
    listing.set_defaults(command=list_members)
    check = commands.add_parser("check", help="what this machine has: torch, device, OpenGL, Qt")
    check.add_argument("--data-root", type=Path, metavar="DIR")
    check.set_defaults(command=check_machine)
    return top


def _add_train(train: argparse.ArgumentParser) -> None:
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
    _add_machine(train)
    train.set_defaults(command=train_recipe)


def _add_sample(sample: argparse.ArgumentParser) -> None:
    _add_model(sample)
    sample.add_argument("--n", type=int, default=64, metavar="N", help="how many (default: 64)")
    sample.add_argument("--columns", type=int, default=0, metavar="N", help="of the picture")
    sample.add_argument("--out", type=Path, required=True, metavar="FILE", help=".png or .npz")
    sample.set_defaults(command=write_samples)


def _add_export(export: argparse.ArgumentParser) -> None:
    _add_model(export)
    export.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FILE",
        help=".stl, .obj, .ply, .glb, .npy, .binvox or .vox",
    )
    export.add_argument(
        "--threshold",
        type=float,
        default=0.5,
        metavar="T",
        help="occupancy from which a voxel is solid, 0 to 1 (default: 0.5)",
    )
    export.add_argument(
        "--surface",
        choices=("smooth", "cubes"),
        default="smooth",
        help="of meshes (default: smooth)",
    )
    export.set_defaults(command=export_object)


def _add_model(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of the latents")
    command.add_argument(
        "--class",
        dest="category",
        metavar="NAME",
        help="for models that take classes: this one only",
    )
    command.add_argument(
        "--psi", type=float, default=1.0, metavar="P", help="truncation of the latents; 1 is none"
    )
    command.add_argument("--checkpoint", metavar="NAME", help="default: the newest")
    command.add_argument("--device", default="auto", help=DEVICES)


def _add_machine(command: argparse.ArgumentParser) -> None:
    command.add_argument("--device", default="auto", help=DEVICES)
    command.add_argument("--data-root", type=Path, metavar="DIR", help="where data sets are kept")


# train -------------------------------------------------------------------------------------------


def train_recipe(arguments: argparse.Namespace) -> int:
    """Train with a progress bar; Ctrl-C saves and ends, a second one ends at once."""
    from ganstudio.resources import default_data_root
    from ganstudio.train.session import Outbox, Session

    folder, recipe, minutes = _wishes(arguments)
    outbox = Outbox()

    def build(announce: Any) -> Any:
        from ganstudio.train.engine import Engine

        return Engine.build(
            recipe,
            announce,
            runs_root=Path("runs"),
            folder=folder,
            resume=arguments.resume,
            endless=minutes > 0,
            data_root=arguments.data_root or default_data_root(),
            device=arguments.device,
            spare_core=False,
        )

    session = Session(build, outbox)
    interrupted = _stop_on_interrupt(session)
    session.start()
    try:
        failed = _follow(session, outbox, minutes * 60)
    finally:
        session.close()
    return INTERRUPTED if interrupted() else int(failed)


def _wishes(arguments: argparse.Namespace) -> tuple[Path | None, Recipe, float]:
    """The run folder, the recipe and the minutes to train; every fault at once."""
    from ganstudio.recipe import RecipeError
    from ganstudio.train.speed import choose_device

    faults: list[str] = []
    folder: Path | None = arguments.run
    if arguments.resume:
        folder = _folder_to_resume(arguments, faults)
    elif folder is not None and (folder / "recipe.toml").exists():
        faults.append(f"{folder} already holds a run; add --resume, or name another folder")
    minutes = _minutes(arguments.minutes, faults)
    knobs = _knobs(arguments.knobs, faults)
    try:
        choose_device(arguments.device)
    except (ValueError, RuntimeError) as error:
        faults.append(f"--device {arguments.device}: {str(error).splitlines()[0]} ({DEVICES})")
    recipe: Recipe | None = None
    try:
        recipe = _source(arguments, folder, knobs, faults)
    except RecipeError as error:
        faults += error.faults
    if faults or recipe is None:
        raise UsageError(*faults)
    return folder, recipe, minutes


def _source(
    arguments: argparse.Namespace,
    folder: Path | None,
    knobs: dict[str, Any],
    faults: list[str],
) -> Recipe | None:
    """The recipe of a file, of a run to resume, or of the options."""
    from ganstudio.recipe import Recipe, RecipeError

    wishes = {"kimg": arguments.kimg, "seed": arguments.seed}
    basics: dict[str, Any] = {
        name: _value(text) for name, text in wishes.items() if text is not None
    }
    named = {"variant": arguments.variant, "data": arguments.data}
    named = {name: key for name, key in named.items() if key is not None}
    if arguments.resume:
        if arguments.recipe or named or knobs or arguments.seed is not None:
            raise RecipeError(
                ["a resumed run keeps its recipe: only --kimg or --minutes go with --resume"]
            )
        path = folder / "recipe.toml" if folder is not None else None
        if path is None:
            return None
    elif arguments.recipe is None:
        return Recipe.make(knobs=knobs, **named, **basics)
    else:
        path = _recipe_file(arguments.recipe)
        if named:
            faults.append("give a recipe, or --variant and --data, not both")
    try:
        return Recipe.load(path, knobs, **basics)
    except OSError as error:
        raise RecipeError([f"{path} cannot be read: {error}"]) from None


def _minutes(text: str | None, faults: list[str]) -> float:
    if text is None:
        return 0.0
    value = _value(text)
    if isinstance(value, (int, float)) and 0 < value < float("inf"):
        return float(value)
    faults.append(f"--minutes {text}, but it must be a number above 0")
    return 0.0


def _knobs(texts: list[str], faults: list[str]) -> dict[str, Any]:
    knobs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and name:
            knobs[name.strip()] = _value(value)
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
    folder: Path | None = arguments.run
    if folder is None:
        found = sorted(Path("runs").glob("*/recipe.toml"), key=lambda path: path.stat().st_mtime)
        if found:
            return found[-1].parent
        faults.append("there is no run in runs/ to resume; name one with --run DIR")
    elif not (folder / "recipe.toml").is_file():
        faults.append(f"{folder} is no run folder: it has no recipe.toml")
        return None
    return folder


def _value(text: str) -> int | float | bool | str:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _stop_on_interrupt(session: Session) -> Callable[[], bool]:
    """Make Ctrl-C and SIGTERM save and end; returns whether that happened."""
    from ganstudio.train.messages import Stop

    caught: list[int] = []

    def stop(number: int, _frame: object) -> None:
        if caught:
            os._exit(INTERRUPTED)
        caught.append(number)
        session.post(Stop())
        os.write(2, b"\nSaving; press Ctrl-C again to leave at once.\n")  # print may be under way

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return lambda: bool(caught)


def _follow(session: Session, outbox: Outbox, limit_s: float) -> bool:
    """Show what the session tells until it ends; True if it failed."""
    from tqdm import tqdm

    from ganstudio.train import messages as m

    bar: tqdm[Any] | None = None
    run: Path | None = None
    begun_s: float | None = None
    while True:
        for event in outbox.wait(0.5):
            match event:
                case m.StateChanged("loading", text) if text:
                    print(f"{text[0].upper()}{text[1:]} ...")
                case m.StateChanged("finished" | "failed", _):
                    if bar is not None:
                        bar.close()
                    _close_with(run, event.state == "failed")
                    return event.state == "failed"
                case m.Started():
                    run = event.run
                    for name, text in event.summary.items():
                        print(f"  {name + ':':10} {text}")
                    bar = _bar(event.target_nimg, limit_s)
                case m.Stats() if bar is not None:
                    begun_s = event.seconds if begun_s is None else begun_s
                    spent_s = event.seconds - begun_s
                    done: float = spent_s if limit_s else event.nimg / 1000
                    bar.n = min(done, float(bar.total or 0))
                    terms = " ".join(f"{name} {value:.3f}" for name, value in event.terms.items())
                    bar.set_postfix_str(
                        f"{event.nimg / 1000:.1f} kimg, {event.samples_per_second:.0f}/s, {terms}"
                    )
                    if limit_s and spent_s >= limit_s:
                        session.post(m.Stop())
                case m.Failed():
                    _say(bar, event.reason if run is None else event.traceback)
                    if event.rescued:
                        _say(bar, f"What was learnt is safe in {event.rescued}")
                case m.Noted(text, level) if level != "info":
                    _say(bar, text)
                case m.Refused():
                    _say(bar, event.reason)


def _bar(target_nimg: int, limit_s: float) -> Any:
    from tqdm import tqdm

    total, unit = (limit_s, "s") if limit_s else (target_nimg / 1000, "kimg")
    layout = (
        "{percentage:3.0f}% |{bar}| {n:.1f}/{total:.1f} {unit} [{elapsed}<{remaining}] {postfix}"
    )
    return tqdm(total=total, unit=unit, bar_format=layout, dynamic_ncols=True, mininterval=0.2)


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
        command = "ganstudio" if which("ganstudio") else f"{sys.executable} -m ganstudio"
        print(f"More:    {command} sample {run} --n 64 --out grid.png")


# sample and export ---------------------------------------------------------------------------


def write_samples(arguments: argparse.Namespace) -> int:
    """Write samples as a picture or as arrays."""
    faults = [] if arguments.n >= 1 else [f"--n {arguments.n}, but it must be at least 1"]
    if arguments.columns < 0:
        faults.append(f"--columns {arguments.columns}, but it must be at least 0")
    if arguments.out.suffix.lower() not in (".png", ".npz"):
        faults.append(f"--out {arguments.out}, but it must end in .png or .npz")
    sampler, told = _model(arguments, arguments.n, faults)
    import numpy as np

    from ganstudio.train.picture import save_sheet
    from ganstudio.train.run import write_atomically

    z = sampler.model.draw(arguments.n, arguments.seed)
    # as many at a time as take some 64 MB, so that any number can be asked for
    size = max(1, (1 << 24) // sampler.model.spec.size)
    samples = np.concatenate(
        [
            sampler.draw(
                z[i : i + size],
                {kind: value[i : i + size] for kind, value in told.items()},
                arguments.psi,
            )
            for i in range(0, len(z), size)
        ]
    )
    try:
        if arguments.out.suffix.lower() == ".png":
            save_sheet(arguments.out, samples, sampler.model.spec, arguments.columns)
        else:
            import io

            buffer = io.BytesIO()
            arrays: dict[str, Any] = {"samples": samples}
            arrays |= {"labels" if kind == "classes" else kind: v for kind, v in told.items()}
            np.savez_compressed(buffer, **arrays)
            arguments.out.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(arguments.out, buffer.getvalue())
    except OSError as error:
        return _failed(f"{arguments.out} cannot be written: {error}")
    print(f"{len(samples)} {sampler.model.spec} at {sampler.nimg / 1000:.1f} kimg: {arguments.out}")
    return 0


def export_object(arguments: argparse.Namespace) -> int:
    """Write one generated object as a mesh or as voxels."""
    from ganstudio.solids import formats

    faults = []
    if not 0 <= arguments.threshold <= 1:
        faults.append(f"--threshold {arguments.threshold}, but it must be 0 to 1")
    if arguments.to.suffix.lower() not in formats.SUFFIXES:
        faults.append(f"--to {arguments.to}, but it must end in {', '.join(formats.SUFFIXES)}")
    sampler, told = _model(arguments, 1, faults, kind="voxels")
    z = sampler.model.draw(1, arguments.seed)
    occupancy = (sampler.draw(z, told, arguments.psi)[0, 0] + 1) / 2
    try:
        arguments.to.parent.mkdir(parents=True, exist_ok=True)
        formats.save(arguments.to, occupancy, arguments.threshold, surface=arguments.surface)
    except (ValueError, OSError) as error:
        return _failed(str(error))
    print(f"Seed {arguments.seed} of {sampler.model.data}: {arguments.to}")
    return 0


def _model(
    arguments: argparse.Namespace, count: int, faults: list[str], kind: str = ""
) -> tuple[Sampler, Told]:
    """The model of a run and what it is told for each sample, or every fault at once."""
    import numpy as np

    from ganstudio.recipe import RecipeError
    from ganstudio.train.sampler import Sampler

    try:
        sampler = Sampler.load(arguments.run, arguments.device, arguments.checkpoint)
    except RecipeError as error:
        raise UsageError(*faults, *error.faults) from None
    except OSError as error:
        raise UsageError(*faults, f"{arguments.run} is no run folder: {error}") from None
    except (ValueError, RuntimeError) as error:
        raise UsageError(*faults, str(error)) from None
    model, names = sampler.model, sampler.model.classes
    if kind and model.spec.kind != kind:
        faults.append(f"{arguments.run} makes {model.spec}; only voxels can be exported")
    known: Told = {}
    if arguments.category is not None:
        if arguments.category in names:
            known["classes"] = np.full(count, names.index(arguments.category))
        else:
            listed = ", ".join(names) or "none, it takes no classes"
            faults.append(f"--class {arguments.category}, but the model knows: {listed}")
    if arguments.seed < 0:
        faults.append(f"--seed {arguments.seed}, but it must be at least 0")
    try:
        told = sampler.fill(known, max(count, 1))
    except ValueError as error:
        faults.append(str(error))
    if faults:
        raise UsageError(*faults)
    return sampler, told


def _failed(reason: str) -> int:
    print(f"ganstudio: {reason}", file=sys.stderr)
    return 1


# list and check ------------------------------------------------------------------------------


def list_members(arguments: argparse.Namespace) -> int:
    """Print what there is to choose."""
    if arguments.what == "recipes":
        rows = _shipped_recipes()
    else:
        from ganstudio import registry

        members = registry.discover({"variants": "gans", "data": "data"}[arguments.what])
        rows = [
            (
                key,
                getattr(member, "family", "") or str(member.spec(member.Config())),
                (member.__doc__ or "").split("\n")[0],
            )
            for key, member in members.items()
        ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
    for key, family, summary in rows:
        print(f"{key:{widths[0]}}  {family:{widths[1]}}  {summary}")
    return 0


def _shipped_recipes() -> list[tuple[str, str, str]]:
    import tomllib

    from ganstudio.resources import resource

    rows = []
    for path in sorted(resource("recipes").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
        summary = text.split("\n")[0].removeprefix("#").strip()
        rows.append((path.stem, f"{content['variant']} on {content['data']}", summary))
    return rows


def check_machine(arguments: argparse.Namespace) -> int:
    """Print what this machine has."""
    from ganstudio.train.check import print_report

    return print_report(arguments.data_root)
