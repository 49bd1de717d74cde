"""A race of two small networks: both sides do the same work, and the table tells it."""

from typing import Any, ClassVar

import pytest
import torch
from torch import nn

from ganstudio.train.pairs._plain import Plain, shared_fakes
from ganstudio.train.pairs.base import Pair, Step
from ganstudio.train.race import Race, table


class Small(Pair):
    title, source, variant = "small", "nobody's", "dcgan"
    knobs: ClassVar[dict[str, Any]] = {"g_lr": 2e-4, "d_lr": 2e-4}
    shape = (1, 4, 4)
    batch, z_dim = 4, 3
    steps = 0

    def networks(self) -> dict[str, nn.Module]:
        make = Plain(nn.Linear(3, 16), nn.Tanh(), shape=self.shape)
        return {"G": make, "D": Plain(nn.Flatten(), nn.Linear(16, 1))}

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        plain = shared_fakes(G, D, self.z_dim, device)

        def step(x: torch.Tensor, c: torch.Tensor | None) -> tuple[float, float]:
            self.steps += 1
            return plain(x, c)

        return step


def test_both_sides_do_as_many_updates_and_their_losses_agree() -> None:
    pair = Small()
    race = Race(pair, "cpu", rounds=2, seconds=0.02, precision="float32")
    result = race.run()
    assert race.trainer.steps == pair.steps
    assert result.low <= result.ratio <= result.high
    d, g, own_d, own_g = result.losses
    assert abs(own_d - d) < 0.4
    assert abs(own_g - g) < 0.4
    assert result.rounds == 2


def test_losses_are_compared_over_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    race = Race(Small(), "cpu", rounds=5, seconds=0.01, precision="float32")
    counts = {"plain": [0], "own": [0]}

    def step() -> tuple[float, float]:
        counts["plain"][0] += 1
        return float(counts["plain"][0]), 0.0

    def own(side: Any = None) -> None:
        counts["own"][0] += 1
        race.trainer._add("D/real", torch.tensor(float(counts["own"][0])))

    monkeypatch.setattr(race, "_step", step)
    monkeypatch.setattr(race.trainer, "step", own)
    d, _, own_d, _ = race.run().losses
    assert counts["plain"] == counts["own"]
    assert own_d == pytest.approx(d)


def test_the_table_has_a_row_for_each_race() -> None:
    result = Race(Small(), "cpu", rounds=1, seconds=0.01).run()
    lines = table([result, result]).splitlines()
    assert len(lines) == 4
    assert f"**{result.ratio:.2f}**" in lines[2]
    assert {line.count("|") for line in lines} == {7}
