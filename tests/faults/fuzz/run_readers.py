"""The readers of what lies in a run folder: each gets bytes in the place of one of its files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import tomli_w
import torch

from ganstudio import registry
from ganstudio.recipe import Recipe, RecipeError
from ganstudio.train import examples, history, reals
from ganstudio.train.branch import recipe_at
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.files import RunError
from ganstudio.train.run import RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.timeline import Timeline, read_snapshot
from ganstudio.train.tree import runs_under, summary
from ganstudio.ui.history import History

NIMG = 2000
REFUSALS = (RunError, RecipeError)
Attempt = Callable[[Path, bytes], object]


@cache
def home(scratch: Path) -> Path:
    """A small run, complete, made once in each scratch folder."""
    torch.manual_seed(0)
    recipe = Recipe.make("gan", "points", {"width": 16}, kimg=2.0)
    gan = registry.find("gans", "gan")(recipe.gan, recipe.spec)
    run = RunFolder.create(scratch, recipe, scratch / "run")
    tensors = {
        f"{name}.{key}": value.clone()
        for name, player in gan.players.items()
        for key, value in player.state_dict().items()
    }
    generator = {key: value for key, value in tensors.items() if key.startswith("G.")}
    state = {"nimg": NIMG, "steps": 40, "updates": 80, "turns": {"D": 0, "G": 0}, "device": "cpu"}
    state |= {"batches": {"epoch": 0, "position": 0}, "groups": {"D": [], "G": []}}
    state |= {"average": {"seen": NIMG}, "seconds": 3.0, "recipe": recipe.to_dict()}
    run.write(Checkpoint(generator, tensors, {}, state))
    Timeline(run.path).write(NIMG // 2, generator)
    line = {"nimg": 1000, "step": 20, "seconds": 1.0, "terms": {"D/real": 0.5, "G/fooled": 0.7}}
    run.append_history(line)
    run.append_history({"nimg": 1500, "event": "measured", "values": {"kid": 0.2}, "floors": {}})
    told = examples.Examples(np.zeros((4, 2), np.float32), {}, None)
    examples.write(run.path, recipe.spec, told)
    reals.write(run.path, reals.Reals(np.zeros((4, 2), np.float32)))
    run.note("begun")
    return run.path


def in_run(name: str, read: Callable[[Path], object]) -> Attempt:
    """A reader of run folders as one of the bytes of one file in it."""

    def attempt(scratch: Path, content: bytes) -> object:
        folder = home(scratch)
        path = folder / name
        before = path.read_bytes() if path.exists() else None
        path.write_bytes(content)
        try:
            return read(folder)
        finally:
            path.unlink()
            if before is not None:
                path.write_bytes(before)

    return attempt


def in_checkpoint(name: str, read: Callable[[Path], object]) -> Attempt:
    """The same for a file of a checkpoint, whose manifest vouches for it, as a forger's would."""

    def attempt(scratch: Path, content: bytes) -> object:
        folder = home(scratch)
        checkpoint = next((folder / "checkpoints").iterdir())
        path, listed = checkpoint / name, checkpoint / "manifest.json"
        before, manifest = path.read_bytes(), listed.read_bytes()
        if name != "manifest.json":
            forged = json.loads(manifest)
            digest = hashlib.sha256(content).hexdigest()
            forged["files"][name] = {"bytes": len(content), "sha256": digest}
            listed.write_text(json.dumps(forged))
        path.write_bytes(content)
        try:
            return read(folder)
        finally:
            path.write_bytes(before)
            listed.write_bytes(manifest)

    return attempt


def _weights(folder: Path) -> object:
    sampler = Sampler.load(folder, "cpu")
    return sampler.draw(np.zeros((1, sampler.model.z_dim), np.float32))


def _lines(folder: Path) -> object:
    History.load(folder / "history.jsonl", 64)
    history.copy(folder / "history.jsonl", folder / "other.jsonl", 1200)
    return RunFolder(folder).history(), runs_under(folder.parent), summary(folder)


def _snapshot(scratch: Path, content: bytes) -> object:
    digest = hashlib.sha256(content).hexdigest()[:16]
    path = scratch / f"000001.000k.{digest}.safetensors"
    path.write_bytes(content)
    try:
        return read_snapshot(path)
    finally:
        path.unlink()


def _examples(folder: Path) -> object:
    recipe = Recipe.of_run(folder)
    return examples.read(folder, recipe.spec, ())


def _reals(folder: Path) -> object:
    recipe = Recipe.of_run(folder)
    return reals.read(folder, registry.find("gans", "gan")(recipe.gan, recipe.spec))


def _parent(folder: Path) -> object:
    return runs_under(folder.parent), summary(folder)


def _recipe_seeds() -> list[bytes]:
    return [Recipe.make(variant).to_toml().encode() for variant in ("gan", "dcgan", "gan3d")]


def _seed(name: str) -> Callable[[], list[bytes]]:
    """What the small run has there."""

    def seeds() -> list[bytes]:
        import tempfile

        scratch = Path(tempfile.mkdtemp())
        try:
            return [path.read_bytes() for path in sorted(home(scratch).glob(name))]
        finally:
            shutil.rmtree(scratch)

    return seeds


Row = tuple[Attempt, tuple[type[Exception], ...], Callable[[], list[bytes]]]
ROWS: dict[str, Row] = {
    "recipe": (in_run("recipe.toml", _weights), REFUSALS, _recipe_seeds),
    "spec": (in_run("spec.json", _weights), REFUSALS, _seed("spec.json")),
    "history": (in_run("history.jsonl", _lines), REFUSALS, _seed("history.jsonl")),
    "parent": (
        in_run("parent.toml", _parent),
        REFUSALS,
        lambda: [tomli_w.dumps({"run": "../other", "nimg": 1000}).encode()],
    ),
    "examples": (in_run("examples.safetensors", _examples), REFUSALS, _seed("ex*.safetensors")),
    "reals": (in_run("reals.safetensors", _reals), (), _seed("reals.safetensors")),
    "snapshot": (_snapshot, REFUSALS, _seed("timeline/*")),
    "manifest": (
        in_checkpoint("manifest.json", lambda folder: RunFolder(folder).read(_name(folder))),
        REFUSALS,
        _seed("checkpoints/*/manifest.json"),
    ),
    "state": (
        in_checkpoint(
            "state.json",
            lambda folder: (recipe_at(folder, NIMG), RunFolder(folder).read(_name(folder))),
        ),
        REFUSALS,
        _seed("checkpoints/*/state.json"),
    ),
    "weights": (
        in_checkpoint("generator.safetensors", _weights),
        REFUSALS,
        _seed("checkpoints/*/generator.safetensors"),
    ),
    "format": (in_run("format.toml", RunFolder), REFUSALS, _seed("format.toml")),
}


def _name(folder: Path) -> str:
    return os.listdir(folder / "checkpoints")[0]
