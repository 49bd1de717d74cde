"""What the discriminator of a run sees in labelled objects, for a linear classifier on top."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio import registry
from ganstudio.data.base import Samples, to_unit
from ganstudio.gans.base import GAN
from ganstudio.metrics.base import Probe
from ganstudio.recipe import Recipe
from ganstudio.train.run import RunFolder

MOST = 1200  # objects, half of them to learn from
BATCH = 32
POOLED = 2  # places a side that each layer's outputs are pooled to


def probe(
    run: RunFolder, recipe: Recipe, samples: Samples, checkpoint: str | None = None
) -> Probe | None:
    """Features of a voxel discriminator on labelled objects; None where there are no such.

    The outputs of all convolutions but the last, pooled by their maxima, side by side. None too
    where the discriminator is told what it looks at: then its features hold the answer.

    Raises:
        RunError: if the checkpoint cannot be read.

    Source: Wu et al. 2016, arXiv:1610.07584, section 4.2.
    """
    spec = recipe.spec
    if spec.kind != "voxels" or samples.labels is None:
        return None
    with torch.device("meta"):
        gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, spec)
    network = gan.players.get("D") if gan.condition.kind == "none" else None
    layers = [] if network is None else _convolutions(network)
    if network is None or len(layers) < 2:
        return None
    weights = run.read(checkpoint).weights
    own = {k.removeprefix("D."): v for k, v in weights.items() if k.startswith("D.")}
    network.load_state_dict(own, assign=True)
    network.eval().requires_grad_(False)
    chosen = torch.from_numpy(np.random.default_rng(0).permutation(len(samples.x))[:MOST])
    features = _features(network, layers[:-1], samples.x, chosen)
    labels = samples.labels[chosen].numpy()
    half = len(chosen) // 2
    return Probe(features[:half], labels[:half], features[half:], labels[half:])


def _convolutions(network: nn.Module) -> list[nn.Module]:
    return [module for module in network.modules() if isinstance(module, nn.Conv3d)]


@torch.inference_mode()
def _features(network: nn.Module, layers: list[nn.Module], x: Tensor, rows: Tensor) -> np.ndarray:
    caught: list[Tensor] = []

    def catch(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        caught.append(functional.adaptive_max_pool3d(output.float(), POOLED).flatten(1))

    hooks = [layer.register_forward_hook(catch) for layer in layers]
    parts = []
    try:
        for index in torch.split(rows, BATCH):
            caught.clear()
            network(to_unit(x[index].clone()), None)
            parts.append(torch.cat(caught, dim=1).numpy())
    finally:
        for hook in hooks:
            hook.remove()
    return np.concatenate(parts)
