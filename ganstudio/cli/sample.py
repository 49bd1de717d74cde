"""`ganstudio sample` and `ganstudio export`: what a trained generator makes, as files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.cli.options import DEVICES, UsageError, add_run, failed

if TYPE_CHECKING:
    from ganstudio.train.messages import Told
    from ganstudio.train.sampler import Sampler

MOST_VALUES = 1 << 24  # drawn at a time, 64 MB, so that any number can be asked for


def add(sample: argparse.ArgumentParser) -> None:
    """The grammar of `sample`."""
    _add_model(sample)
    sample.add_argument("--n", type=int, default=64, metavar="N", help="how many (default: 64)")
    sample.add_argument("--columns", type=int, default=0, metavar="N", help="of the picture")
    sample.add_argument("--out", type=Path, required=True, metavar="FILE", help=".png or .npz")
    sample.set_defaults(command=write_samples)


def add_export(export: argparse.ArgumentParser) -> None:
    """The grammar of `export`."""
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
    add_run(command)
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of the latents")
    command.add_argument(
        "--class",
        dest="category",
        metavar="NAME",
        help="for models that take classes: this one only",
    )
    command.add_argument("--attributes", metavar="A,B", help="for models that take them: these")
    command.add_argument("--text", metavar="TEXT", help="for models that take a caption")
    command.add_argument(
        "--source", type=Path, metavar="PICTURE", help="for models that take a picture"
    )
    command.add_argument("--sound", type=Path, metavar="WAV", help="for models that take a sound")
    command.add_argument(
        "--psi", type=float, default=1.0, metavar="P", help="truncation of the latents; 1 is none"
    )
    command.add_argument("--device", default="auto", help=DEVICES)


def write_samples(arguments: argparse.Namespace) -> int:
    """Write samples as a picture or as arrays."""
    faults = [] if arguments.n >= 1 else [f"--n {arguments.n}, but it must be at least 1"]
    if arguments.columns < 0:
        faults.append(f"--columns {arguments.columns}, but it must be at least 0")
    if arguments.out.suffix.lower() not in (".png", ".npz"):
        faults.append(f"--out {arguments.out}, but it must end in .png or .npz")
    sampler, known = _model(arguments, arguments.n, faults)
    import numpy as np

    from ganstudio.train.picture import save_sheet
    from ganstudio.train.run import write_atomically

    z = sampler.model.draw(arguments.n, arguments.seed)
    size = max(1, MOST_VALUES // sampler.model.spec.size)
    picture = arguments.out.suffix.lower() == ".png"
    parts, inputs = [], []
    for start in range(0, len(z), size):
        some = z[start : start + size]
        given = {kind: value[start : start + size] for kind, value in known.items()}
        told = sampler.fill(given, len(some), start)
        parts.append(sampler.draw(some, told, arguments.psi))
        if not picture:
            inputs.append(told)
    samples = np.concatenate(parts)
    try:
        if picture:
            save_sheet(arguments.out, samples, sampler.model.spec, arguments.columns)
        else:
            import io

            buffer = io.BytesIO()
            arrays: dict[str, Any] = {"samples": samples}
            for kind in inputs[0]:
                name = "labels" if kind == "classes" else kind
                arrays[name] = np.concatenate([told[kind] for told in inputs])
            np.savez_compressed(buffer, **arrays)
            arguments.out.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(arguments.out, buffer.getvalue())
    except OSError as error:
        return failed(f"{arguments.out} cannot be written: {error}")
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
    sampler, known = _model(arguments, 1, faults, kind="voxels")
    z = sampler.model.draw(1, arguments.seed)
    occupancy = (sampler.draw(z, known, arguments.psi)[0, 0] + 1) / 2
    try:
        arguments.to.parent.mkdir(parents=True, exist_ok=True)
        formats.save(arguments.to, occupancy, arguments.threshold, surface=arguments.surface)
    except (ValueError, OSError) as error:
        return failed(str(error))
    print(f"Seed {arguments.seed} of {sampler.model.data}: {arguments.to}")
    return 0


def _model(
    arguments: argparse.Namespace, count: int, faults: list[str], kind: str = ""
) -> tuple[Sampler, Told]:
    """The model of a run and what was said that each sample be told, or every fault at once."""
    from ganstudio.cli.telling import wished
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
    if kind and sampler.model.spec.kind != kind:
        faults.append(f"{arguments.run} makes {sampler.model.spec}; only voxels can be exported")
    known = wished(arguments, sampler.model, max(count, 1), faults)
    if arguments.seed < 0:
        faults.append(f"--seed {arguments.seed}, but it must be at least 0")
    try:
        sampler.fill({kind: value[:1] for kind, value in known.items()}, 1)
    except ValueError as error:
        faults.append(str(error))
    if faults:
        raise UsageError(*faults)
    return sampler, known
