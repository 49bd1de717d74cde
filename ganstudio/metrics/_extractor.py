"""A small network that learnt the training set, whose features the metrics look at."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from platformdirs import user_cache_path
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.data.base import Samples, to_unit
from ganstudio.samples import SampleSpec

Pause = Callable[[], None]

RECIPE: dict[str, float] = {
    "version": 1, "steps": 400, "batch": 64, "width": 24, "features": 128, "rate": 2e-3,
    "noise": 0.6, "augmented": 0.5, "tested": 0.1, "most_tested": 1000,
}  # fmt: skip
VOXEL_RECIPE = RECIPE | {"steps": 150, "batch": 32, "width": 16, "most_tested": 300}
LARGEST_SIDE = {"image": 64, "voxels": 32}
COARSEST = 4  # the grid is halved until its side is at most this
STEM_SIDE = {2: 48, 3: 24}  # from here on the first layer halves too
MOST_VALUES = 64  # an attribute with more is no class
DIGEST_BYTES = 8 << 20
CHUNK_VALUES = 1 << 19  # seen at a time


def nothing() -> None:
    """For those whom nobody waits for."""


@dataclass(frozen=True)
class Tasks:
    """What the network is taught: for each head, the classes of all samples.

    Attributes:
        targets: (N,) int64 by head; the head ``class`` gives the probabilities.
        classes: how many, by head.
        taught: in words; ``rotations`` if there is nothing but the samples.
    """

    targets: dict[str, Tensor]
    classes: dict[str, int]
    taught: str


class Extractor:
    """Features and class probabilities of samples, from a classifier trained on the same set.

    Trained by one fixed, seeded recipe: on the classes and on every attribute that has few
    values, or, where nothing is known of the samples, on telling by how many quarters of a turn
    they were turned. Half of the samples it learns from are blurred or made noisy: without that
    a little noise counts for more than a lost class.

    Args:
        network: in evaluation mode.
        accuracy: mean over its heads, on samples held out.
        title: names data, task and accuracy.
        side: pixels or voxels a side that it sees.
        targets: what it was taught of each sample of the set, (N,) int64 by head.

    Source: Gidaris et al. 2018, arXiv:1803.07728, for the rotations.
    """

    inception = False

    def __init__(
        self,
        network: _Network,
        accuracy: float,
        title: str,
        side: int,
        targets: dict[str, Tensor],
    ) -> None:
        self.network, self.accuracy, self.title = network, accuracy, title
        self.side, self.targets = side, targets

    @torch.inference_mode()
    def see(self, x: np.ndarray, pause: Pause = nothing) -> tuple[np.ndarray, np.ndarray | None]:
        """Features (N, F) and class probabilities (N, K) of samples in [-1, 1].

        Args:
            x: (N, *shape).
            pause: called now and then, for others to go on.
        """
        seen, sure = [], []
        size = max(1, CHUNK_VALUES // max(1, x[0].size))
        for start in range(0, len(x), size):
            part = torch.from_numpy(np.ascontiguousarray(x[start : start + size], np.float32))
            h = self.network.see(shrunk(part, self.side))
            seen.append(h.numpy())
            if "class" in self.targets:
                sure.append(self.network.heads["class"](h).softmax(1).numpy())
            pause()
        return np.concatenate(seen), np.concatenate(sure) if sure else None

    @torch.inference_mode()
    def read(self, features: np.ndarray) -> dict[str, np.ndarray]:
        """What each head takes samples for, (N,) int64 by head, from their features (N, F)."""
        h, heads = torch.from_numpy(features), self.network.heads
        return {name: heads[name](h).argmax(1).numpy() for name in self.targets}


class _Network(nn.Module):
    """Convolutions down to a coarse grid, one layer of features, a head for each task."""

    def __init__(
        self,
        channels: int,
        side: int,
        classes: dict[str, int],
        recipe: dict[str, float],
        dims: int,
    ) -> None:
        super().__init__()
        convolution = nn.Conv2d if dims == 2 else nn.Conv3d
        width, stride = int(recipe["width"]), 2 if side >= STEM_SIDE[dims] else 1
        layers: list[nn.Module] = []
        grid = -(-side // stride)
        inputs = channels
        while True:
            layers += [
                convolution(inputs, width, 3, stride, 1),
                nn.GroupNorm(4, width),
                nn.LeakyReLU(0.1, inplace=True),
            ]
            if grid <= COARSEST:
                break
            inputs, width, stride, grid = width, min(2 * width, 128), 2, -(-grid // 2)
        self.stages = nn.Sequential(*layers, nn.Flatten())
        count = int(recipe["features"])
        self.neck = nn.Linear(width * grid**dims, count)
        self.heads = nn.ModuleDict({name: nn.Linear(count, k) for name, k in classes.items()})

    def see(self, x: Tensor) -> Tensor:
        """Features (N, F)."""
        return functional.relu(self.neck(self.stages(x)))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Logits by head."""
        h = self.see(x)
        return {name: head(h) for name, head in self.heads.items()}


def learn(
    samples: Samples,
    spec: SampleSpec,
    data: str,
    pause: Pause = nothing,
    cache: Path | None = None,
    steps: int | None = None,
) -> Extractor:
    """The extractor of a set: from the cache, or trained now and kept there.

    Nothing here touches torch's own random state: a training beside it goes on to the bit.

    Args:
        samples: the loaded set, images or voxels.
        spec: what they are.
        data: key of the set, for the title.
        pause: called between steps, for others to go on; may raise to give up.
        cache: where extractors are kept; a folder of the user's cache when None.
        steps: of training instead of the recipe's.

    Raises:
        ValueError: if these are points.
    """
    if spec.kind == "points":
        raise ValueError("points need no extractor: their density is known or easily seen")
    tasks = _tasks(samples, spec)
    side = min(spec.side, LARGEST_SIDE[spec.kind])
    recipe = dict(RECIPE if spec.kind == "image" else VOXEL_RECIPE)
    if steps is not None:
        recipe["steps"] = steps
    digest = _digest(samples, tasks, side, recipe)
    with torch.device("meta"):  # weights are drawn from a generator of our own
        network = _Network(
            spec.channels, side, tasks.classes, recipe, 2 if spec.kind == "image" else 3
        )
    folder = user_cache_path("ganstudio") / "extractors" if cache is None else cache
    path = folder / f"{digest}.safetensors"
    accuracy = _load(path, network)
    if accuracy is None:
        accuracy = _train(network, samples, tasks, side, recipe, pause)
        _keep(path, network, accuracy)
    network.eval().requires_grad_(False)
    word = "rotations of" if tasks.taught == "rotations" else "classifier of"
    title = f"{word} {data} {digest[:4]}, accuracy {accuracy:.3f}"
    return Extractor(network, accuracy, title, side, tasks.targets)


def _tasks(samples: Samples, spec: SampleSpec) -> Tasks:
    targets: dict[str, Tensor] = {}
    classes = spec.offer("classes")
    if samples.labels is not None and classes is not None and classes.classes > 1:
        targets["class"] = samples.labels
    for name, value in (samples.attributes or {}).items():
        whole = value.dtype == torch.int64 and value.ndim == 1 and len(value) == len(samples.x)
        if whole and value.min() >= 0 and 1 <= value.max() < MOST_VALUES:
            targets.setdefault(f"attribute {name}".replace(".", " "), value)
    counts = {name: int(value.max()) + 1 for name, value in targets.items()}
    if "class" in targets and classes is not None:
        counts["class"] = classes.classes
    if targets:
        return Tasks(targets, counts, "labels")
    return Tasks({}, {"turns": 4}, "rotations")


def _train(
    network: _Network,
    samples: Samples,
    tasks: Tasks,
    side: int,
    recipe: dict[str, float],
    pause: Pause,
) -> float:
    """Train from scratch; returns the accuracy on samples held out."""
    random = torch.Generator().manual_seed(0)
    _initialise(network, random)
    count = len(samples.x)
    order = torch.randperm(count, generator=random)
    held = order[: min(int(recipe["tested"] * count), int(recipe["most_tested"]))]
    learnt = order[len(held) :]
    steps, rate = int(recipe["steps"]), recipe["rate"]
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    with torch.enable_grad():
        for step in range(steps):
            chosen = torch.randint(len(learnt), (int(recipe["batch"]),), generator=random)
            x, targets = _lesson(samples, tasks, learnt[chosen], side, random)
            logits = network(_disturbed(x, recipe, random))
            losses = [functional.cross_entropy(logits[name], y) for name, y in targets.items()]
            for group in optimizer.param_groups:  # up for a tenth, then down as a cosine
                share = step / steps
                group["lr"] = rate * min(10 * share + 0.1, (1 + math.cos(math.pi * share)) / 2)
            optimizer.zero_grad(set_to_none=True)
            torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            pause()
    return _accuracy(network, samples, tasks, held, side, random, pause)


@torch.no_grad()
def _accuracy(
    network: _Network,
    samples: Samples,
    tasks: Tasks,
    held: Tensor,
    side: int,
    random: torch.Generator,
    pause: Pause,
) -> float:
    right: list[Tensor] = []
    for index in torch.split(held, 64):
        x, targets = _lesson(samples, tasks, index, side, random)
        logits = network(x)
        right += [(logits[name].argmax(1) == y).float().mean() for name, y in targets.items()]
        pause()
    return float(torch.stack(right).mean()) if right else 0.0


def _lesson(
    samples: Samples, tasks: Tasks, index: Tensor, side: int, random: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """Samples and what is to be said of them."""
    x = shrunk(to_unit(samples.x[index]), side)
    if tasks.taught != "rotations":
        return x, {name: value[index] for name, value in tasks.targets.items()}
    turns = torch.randint(4, (len(x),), generator=random)
    turned = [torch.rot90(one, int(k), (1, 2)) for one, k in zip(x, turns, strict=True)]
    return torch.stack(turned), {"turns": turns}


def _disturbed(x: Tensor, recipe: dict[str, float], random: torch.Generator) -> Tensor:
    """Half of the samples blurred over three pixels, half of them made noisy."""
    shape = (len(x), *[1] * (x.dim() - 1))
    pool = functional.avg_pool2d if x.dim() == 4 else functional.avg_pool3d
    blurred = pool(x, 3, 1, 1, count_include_pad=False)
    x = torch.where(torch.rand(shape, generator=random) < recipe["augmented"], blurred, x)
    noisy = torch.rand(shape, generator=random) < recipe["augmented"]
    sigma = recipe["noise"] * torch.rand(shape, generator=random) * noisy
    return x + sigma * torch.randn(x.shape, generator=random)


def shrunk(x: Tensor, side: int) -> Tensor:
    """Equal sides, no longer than the network wants."""
    if all(n == side for n in x.shape[2:]):
        return x
    pool = functional.adaptive_avg_pool2d if x.dim() == 4 else functional.adaptive_avg_pool3d
    return pool(x, side)


def _initialise(network: nn.Module, random: torch.Generator) -> None:
    """He et al.'s normal weights, from our own generator."""
    network.to_empty(device="cpu")
    for module in network.modules():
        weight, bias = (getattr(module, name, None) for name in ("weight", "bias"))
        if isinstance(module, nn.GroupNorm):
            nn.init.ones_(module.weight)
        elif isinstance(weight, Tensor):
            fan = weight[0].numel()
            nn.init.normal_(weight, 0.0, (2 / fan) ** 0.5, generator=random)
        if isinstance(bias, Tensor):
            nn.init.zeros_(bias)


def _digest(samples: Samples, tasks: Tasks, side: int, recipe: dict[str, float]) -> str:
    """A name that changes with the data, with what is taught, and with how."""
    about = {"recipe": recipe, "side": side, "shape": list(samples.x.shape), "tasks": tasks.classes}
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    every = max(1, -(-samples.x.numel() // DIGEST_BYTES))
    rows = samples.x[:: min(every, len(samples.x))]
    digest.update(np.ascontiguousarray(rows.numpy()).tobytes())
    for name in sorted(tasks.targets):
        digest.update(np.ascontiguousarray(tasks.targets[name].numpy()).tobytes())
    return digest.hexdigest()[:16]


def _load(path: Path, network: nn.Module) -> float | None:
    """Put kept weights in place; the accuracy kept with them, or None if there are none."""
    try:
        with safe_open(path, framework="pt") as file:
            accuracy = float(file.metadata()["accuracy"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        network.load_state_dict(tensors, assign=True)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError):
        return None  # there is none, or it is damaged and will be written anew
    return accuracy


def _keep(path: Path, network: nn.Module, accuracy: float) -> None:
    """Write it, whole or not at all; a disk that refuses costs the next one a training."""
    building = path.with_name(f".{path.name}.{os.getpid()}")
    tensors = {name: value.detach().contiguous() for name, value in network.state_dict().items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, building, {"accuracy": repr(accuracy)})
        building.replace(path)
    except (OSError, SafetensorError):
        building.unlink(missing_ok=True)
