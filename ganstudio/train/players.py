"""Networks that only look or draw: their weights from a file, their inputs from arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from ganstudio.nn.quick import lay_out, quicken
from ganstudio.reading import shown
from ganstudio.train.files import RunError


def take_weights(
    players: Mapping[str, nn.Module], tensors: Mapping[str, Tensor], device: torch.device
) -> None:
    """Give networks these weights, of 16 bits too; they will not be trained.

    Args:
        players: by name, built on any device, ``meta`` too.
        tensors: weights and buffers, each led by the name of its player.
        device: where the networks are wanted.

    Raises:
        RunError: if they are those of other networks.
    """
    for name, net in players.items():
        own = {
            key.removeprefix(f"{name}."): value.float() if value.is_floating_point() else value
            for key, value in tensors.items()
            if key.startswith(f"{name}.")
        }
        try:
            net.load_state_dict(own, assign=True)
        except RuntimeError as error:
            raise RunError(
                f"the weights are not those of the networks that the recipe asks for: "
                f"{shown(str(error))}"
            ) from error
        net.to(device).eval().requires_grad_(False)
        if device.type == "cpu":
            quicken(net)
            lay_out(net)


def tensor(value: np.ndarray, device: torch.device) -> Tensor:
    """An input of a network: whole numbers stay whole, all else is float32."""
    whole = np.issubdtype(value.dtype, np.integer)
    own = np.ascontiguousarray(value, np.int64 if whole else np.float32)
    return torch.from_numpy(own).to(device)
