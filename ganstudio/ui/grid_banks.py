"""Directions that a grid can be laid out along."""

from __future__ import annotations

import numpy as np

from ganstudio.latent import bank
from ganstudio.latent.bank import Bank, BankError
from ganstudio.train.messages import Model
from ganstudio.ui.run_place import run_place
from ganstudio.ui.studio import Studio
from ganstudio.ui.walking import directions

RANDOM = 8


def kept_banks(studio: Studio, model: Model) -> list[Bank]:
    """The banks kept with the run in view that fit the model."""
    folder = run_place(studio)
    if folder is None or not folder.is_dir():
        return []
    found = []
    for path in bank.kept(folder).values():
        try:
            read = bank.load(path)
        except BankError:
            continue  # the Latent panel tells of it
        dims = {"z": model.z_dim, "w": model.w_dim, "classes": len(model.classes)}[read.space]
        if dims == read.dims and len(read):
            found.append(read)
    return found


def random_bank(model: Model) -> Bank:
    """The same random directions each time."""
    ways = directions(model.z_dim, RANDOM, 0)
    scale = 1.0 if model.prior == "normal" else 3**-0.5
    names = tuple(f"Random {index + 1}" for index in range(len(ways)))
    return Bank("z", names, ways, np.full(len(ways), scale, np.float32), "random")
