"""A race of two small networks: both sides do the same work, and the table tells it."""

from typing import Any, ClassVar

import pytest
from torch import nn

from ganstudio.train.pairs._plain import Plain, shared_fakes
from ganstudio.train.pairs.base import Pair
from ganstudio.train.race import Held, hold, table, told
from ganstudio.train.sides import Contender, Reference, Turn


class Small(Pair):
    title, source, variant = "small", "nobody's", "dcgan"
    knobs: ClassVar[dict[str, Any]] = {"g_lr": 2e-4, "d_lr": 2e-4}
    shape = (1, 4, 4)
    batch, z_dim = 4, 3

    def networks(self) -> dict[str, nn.Module]:
        make = Plain(nn.Linear(3, 16), nn.Tanh(), shape=self.shape)
        return {"G": make, "D": Plain(nn.Flatten(), nn.Linear(16, 1))}

    def reference(self, G: nn.Module, D: nn.Module, device: Any) -> Any:
        return shared_fakes(G, D, self.z_dim, device)


class Counting:
    """A side whose every turn takes as long as it was told to."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.steps = seconds, 0

    def turn(self, rounds: int) -> Turn:
        self.steps += rounds
        return Turn(rounds * self.seconds, (float(self.steps), 2.0 * self.steps))


def test_all_sides_do_as_many_steps_in_turns_as_long_as_asked() -> None:
    sides = [Counting(0.5), Counting(0.4), Counting(0.1)]
    held = hold(sides, rounds=5, seconds=2.0)
    assert held.steps == 4
    assert [len(turns) for turns in held.turns] == [3] * 5
    assert len({side.steps for side in sides}) == 1


def test_the_row_tells_both_ratios_and_losses_of_the_same_steps() -> None:
    sides = [Counting(0.5), Counting(0.4), Counting(0.1)]
    row = told(Small(), [hold(sides, 5, 2.0), hold(sides, 5, 2.0)], "a clock")
    assert row.ratio == pytest.approx(5)
    assert row.alone == pytest.approx(4)
    assert (row.low, row.high) == pytest.approx((5, 5))
    assert row.reference == pytest.approx(Small.batch / 0.5)
    assert row.rounds == 10
    assert row.losses is not None
    assert row.losses[:2] == pytest.approx(row.losses[2:])


def test_losses_are_those_of_the_later_turns() -> None:
    turns = [[Turn(1.0, (step, 0.0))] * 3 for step in (100.0, 100.0, 1.0, 2.0, 3.0)]
    row = told(Small(), [Held(1, turns)], "")
    assert row.losses is not None
    assert row.losses[0] == pytest.approx(2)


def test_both_ways_of_training_lose_alike() -> None:
    pair = Small()
    sides = (
        Reference(pair, "cpu"),
        Reference(pair, "cpu", reads=False),
        Contender(pair, "cpu", "float32"),
    )
    row = told(pair, [hold(sides, 2, 0.02)], sides[2].machine)
    assert row.low <= row.ratio <= row.high
    assert row.losses is not None
    d, g, own_d, own_g = row.losses
    assert abs(own_d - d) < 0.4
    assert abs(own_g - g) < 0.4


def test_the_table_has_a_row_for_each_race() -> None:
    row = told(Small(), [hold([Counting(0.2)] * 3, 1, 0.2)], "")
    lines = table([row, row]).splitlines()
    assert len(lines) == 4
    assert f"**{row.ratio:.2f}**" in lines[2]
    assert {line.count("|") for line in lines} == {8}
