"""`ganstudio export`: one generated object for printers and other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganstudio.cli.options import failed
from ganstudio.cli.places import check_alone, read_place
from ganstudio.cli.sample import add_model, load_model


def add(export: argparse.ArgumentParser) -> None:
    """The grammar of `export`."""
    add_model(export)
    export.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FILE",
        help=".stl, .obj, .ply, .glb, .3mf, .npy, .binvox or .vox",
    )
    export.add_argument(
        "--latent",
        type=Path,
        metavar="FILE",
        help="the object at the place in latent space that this file holds",
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
    export.add_argument(
        "--size-mm",
        type=float,
        metavar="MM",
        help="longest side of the object (default: 1 mm a voxel)",
    )
    export.add_argument("--largest", action="store_true", help="leave out all but the largest part")
    export.add_argument("--fill", action="store_true", help="fill hollows that nothing leads into")
    export.set_defaults(command=export_object)


def export_object(arguments: argparse.Namespace) -> int:
    """Write one generated object as a mesh or as voxels, and say what is in the file."""
    from ganstudio.solids import export, formats

    faults, place = _faults(arguments, formats.SUFFIXES), None
    if arguments.latent is not None:
        check_alone(arguments, faults)
        place = read_place(arguments.latent, faults)
    sampler, known = load_model(arguments, 1, faults, kind="voxels", place=place)
    z = sampler.model.draw(1, arguments.seed) if place is None else place.z[None]
    bent = (arguments.psi,) if place is None else (place.psi, place.shifts, place.noise)
    wishes = export.Wishes(
        arguments.surface,
        arguments.size_mm,
        arguments.threshold,
        arguments.largest,
        arguments.fill,
    )
    try:
        occupancy = (sampler.draw(z, known, *bent)[0, 0] + 1) / 2
        arguments.to.parent.mkdir(parents=True, exist_ok=True)
        report = export.write(arguments.to, occupancy, wishes)
    except (ValueError, OSError) as error:
        return failed(str(error))
    named = f"Seed {arguments.seed}" if place is None else arguments.latent.name
    print(f"{named} of {sampler.model.data}: {arguments.to}\n{report.text}")
    return 0


def _faults(arguments: argparse.Namespace, suffixes: tuple[str, ...]) -> list[str]:
    """What is wrong before anything is loaded."""
    from ganstudio.solids.export import LARGEST_MM, SMALLEST_MM

    faults = []
    if not 0 <= arguments.threshold <= 1:
        faults.append(f"--threshold {arguments.threshold}, but it must be 0 to 1")
    if arguments.to.suffix.lower() not in suffixes:
        faults.append(f"--to {arguments.to}, but it must end in {', '.join(suffixes)}")
    size = arguments.size_mm
    if size is not None and not SMALLEST_MM <= size <= LARGEST_MM:
        faults.append(f"--size-mm {size:g}, but it must be {SMALLEST_MM:g} to {LARGEST_MM:g}")
    return faults
