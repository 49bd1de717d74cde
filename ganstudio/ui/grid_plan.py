"""What a grid of latents shows: a place for each tile, and the names of rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ganstudio.latent.arithmetic import grid, mixed
from ganstudio.latent.bank import Bank
from ganstudio.latent.blend import Way
from ganstudio.latent.stand import Stand
from ganstudio.train.messages import Model

LEAST_PSI, MOST_PSI = 0.0, 1.2
MOST_CLASSES = 24  # side by side


@dataclass(frozen=True)
class Plan:
    """Places in rows.

    Attributes:
        stands: row by row from the top.
        columns: tiles in a row.
        rows: names of the rows; empty for none.
        headers: names of the columns; empty for none.
        note: what is left out; empty for nothing.
    """

    stands: list[Stand]
    columns: int
    rows: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    note: str = ""


def span(corners: Sequence[Stand], side: int, way: Way, model: Model) -> Plan:
    """What lies between three or four places at the corners.

    Raises:
        ValueError: if they do not go together.
    """
    frames = grid(corners, side, side, way, model.prior, len(model.classes))
    return Plan([frames.stand(index) for index in range(len(frames))], side)


def by_class(rows: Sequence[Stand], model: Model) -> Plan:
    """The same latent in each row, another class in each column; 24 classes at most.

    Raises:
        ValueError: if the model is told no classes.
    """
    if not model.classes:
        raise ValueError("this model is told no classes")
    known = len(model.classes)
    names = model.classes[:MOST_CLASSES]
    stands = [
        replace(row, told=row.told | {"classes": np.array([index])})
        for row in rows
        for index in range(len(names))
    ]
    note = f"{len(names)} of {known:,} classes" if known > len(names) else ""
    return Plan(stands, len(names), (), names, note)


def by_truncation(rows: Sequence[Stand], side: int) -> Plan:
    """The same latent in each row, truncated less and less from left to right."""
    steps = [round(float(psi), 2) for psi in np.linspace(LEAST_PSI, MOST_PSI, side)]
    stands = [replace(row, psi=psi) for row in rows for psi in steps]
    return Plan(stands, side, (), tuple(f"{psi:g}" for psi in steps))


def by_directions(
    centre: Stand, across: tuple[Bank, int], down: tuple[Bank, int], side: int, reach: float
) -> Plan:
    """Steps along two directions from a place in the middle.

    Args:
        centre: where both are 0.
        across: a direction of a bank, from left to right.
        down: another one, from the bottom to the top.
        side: tiles in a row.
        reach: how far both go to either side, in standard deviations.

    Raises:
        ValueError: if the place is of another model than the banks.
    """
    steps = np.linspace(-reach, reach, side)
    stands = []
    for up in steps[::-1]:
        row = _moved(centre, *down, float(up))
        stands += [_moved(row, *across, float(right)) for right in steps]
    return Plan(stands, side, tuple(_signed(up) for up in steps[::-1]), _names(steps))


def by_style(
    rows: Sequence[Stand],
    columns: Sequence[Stand],
    mapped: np.ndarray,
    chosen: Sequence[int],
    layers: int,
) -> Plan:
    """Each row's place with the style of each column at some layers.

    The first row and the first column show whom the styles are from.

    Args:
        rows: of the places.
        columns: whose styles are taken.
        mapped: (rows + columns, w_dim) what their z are mapped to, before truncation.
        chosen: layers that take the style, from 0, the coarsest.
        layers: how many there are.
    """
    own, theirs = mapped[: len(rows)], mapped[len(rows) :]
    stands = [rows[0], *columns]  # there is no empty tile: the corner repeats the first row
    for place, w in zip(rows, own, strict=True):
        stands.append(place)
        stands += [
            mixed(place, w, other, style, chosen, layers)
            for other, style in zip(columns, theirs, strict=True)
        ]
    numbers = tuple(str(index + 1) for index in range(len(columns)))
    names = tuple(str(index + 1) for index in range(len(rows)))
    return Plan(stands, len(columns) + 1, ("Style", *names), ("Own", *numbers))


def _moved(stand: Stand, bank: Bank, index: int, amount: float) -> Stand:
    amounts = np.zeros(len(bank), np.float32)
    amounts[index] = amount
    return bank.moved(stand, amounts)


def _names(steps: np.ndarray) -> tuple[str, ...]:
    return tuple(_signed(step) for step in steps)


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−").replace("+0.0", "0")
