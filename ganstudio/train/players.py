"""Networks that only look or draw: their weights from a file, their inputs from arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from ganstudio.nn.thin import quicken


def take_weights(
    players: Mapping[str, nn.Module], tensors: Mapping[str, Tensor], device: torch.device
) -> None:
    """Give networks these weights, of 16 bits too; they will not be trained.

    Args:
        players: by name, built on any device, ``meta`` too.
        tensors: weights and buffers, each led by the name of its player.
        device: where the networks are wanted.
    """
    for name, net in players.items():
        own = {
            key.removeprefix(f"{name}."): value.float() if value.is_floating_point() else value
            for key, value in tensors.items()
            if key.startswith(f"{name}.")
        }
        net.load_state_dict(own, assign=True)
        net.to(device).eval().requires_grad_(False)
        if device.type == "cpu":
            quicken(net)


def device_of(players: Mapping[str, nn.Module]) -> torch.device:
    """Where these networks are."""
    return next(next(iter(players.values())).parameters()).device


def tensor(value: np.ndarray, device: torch.device) -> Tensor:
    """An input of a network: whole numbers stay whole, all else is float32."""
    whole = np.issubdtype(value.dtype, np.integer)
    own = np.ascontiguousarray(value, np.int64 if whole else np.float32)
    return torch.from_numpy(own).to(device)
