"""The folder in which what belongs to the model in view is kept."""

from __future__ import annotations

from pathlib import Path

from ganstudio.resources import resource
from ganstudio.ui.studio import Studio

RECIPE = "recipe.toml"
BESIDE = ".explored"  # in the runs folder, for models whose own folder is not to be written to


def run_place(studio: Studio) -> Path | None:
    """Where favourites and directions of the model in view belong; None where there is no run.

    A model that came with the program cannot be written to: what is found in it is kept beside
    the runs.
    """
    if studio.model is None:
        return None
    if studio.model_source == "live":
        return studio.run_folder
    source = Path(studio.model_source)
    holders = [folder for folder in (source, *source.parents) if (folder / RECIPE).exists()]
    folder = holders[0] if holders else source
    if folder.is_relative_to(resource("models")):
        return studio.runs_root / BESIDE / folder.name
    return folder if folder.is_dir() else None


def is_gone(place: Path) -> bool:
    """Whether the run was thrown away; what lies beside the runs is made when it is needed."""
    return place.parent.name != BESIDE and not place.is_dir()
