"""One training, synchronous: step, tune, snapshot. No threads, no files."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.data.base import Batches, Samples
from ganstudio.gans.base import GAN, Phase, Side, side_of
from ganstudio.knobs import Config
from ganstudio.nn.batch import Batch
from ganstudio.nn.ema import Average
from ganstudio.nn.thin import quicken
from ganstudio.train.augmenter import Augmenter
from ganstudio.train.checkpoints import Checkpoint, flatten_optimizer, restore_optimizer
from ganstudio.train.speed import Machine

Drawn = tuple[Batch, Any]  # a batch, and the fakes made for it
SIDES: tuple[Side, Side] = ("D", "G")


class Trainer:
    """Runs a variant's phases and knows no variant.

    All randomness of training comes from generators of its own and from torch's default one,
    which it seeds; their states are part of every checkpoint. So 200 steps equal 100, a save, a
    new process and 100 more, to the bit on the CPU.

    Args:
        gan: the variant; build it with ``Trainer.build`` so that its weights follow the seed.
        samples: the loaded data set.
        seed: of order, latents and noise.
        machine: where and how precisely.

    Attributes:
        nimg: real samples that D told from fakes; those of a lone penalty do not count.
        steps: full rounds done.
        updates: turns of either side.
    """

    def __init__(self, gan: GAN, samples: Samples, seed: int, machine: Machine) -> None:
        self.gan, self.machine = gan, machine
        device = machine.device
        for player in gan.players.values():
            player.to(device).train()
            if device.type == "cpu":
                quicken(player)
            if machine.channels_last:
                player.to(memory_format=torch.channels_last)
        self.players: dict[Side, dict[str, nn.Module]] = {
            side: {n: p for n, p in gan.players.items() if side_of(n) == side} for side in SIDES
        }
        self.average = Average(nn.ModuleDict(self.players["G"]))
        self.optimizers = self._fresh_optimizers()
        paired = gan.spec.condition.kind != "domain"
        self.batches = Batches(samples, gan.config.batch, seed, device, paired=paired)
        self._seed = seed
        self.random = gan.random = torch.Generator(device).manual_seed(seed + 1)
        self.augmenter = Augmenter(gan, self.random)
        self.nimg = self.steps = self.updates = 0
        self.turns: dict[Side, int] = dict.fromkeys(SIDES, 0)
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._moving: Side | None = None

    @classmethod
    def build(
        cls,
        variant: type[GAN],
        config: Config,
        spec: Any,
        samples: Samples,
        seed: int,
        machine: Machine,
    ) -> Trainer:
        """A trainer with fresh weights that depend on the seed alone."""
        torch.manual_seed(seed)
        return cls(variant(config, spec), samples, seed, machine)

    # Stepping ---------------------------------------------------------------------------------

    def step(self, side: Side | None = None) -> None:
        """One full round of phases, or with ``side`` one turn of that side alone.

        A round counts as a step; a side alone does not, but its samples count in ``nimg``.
        """
        self.gan.nimg = self.nimg
        if self.gan.schedule(self.nimg):
            self.optimizers, self._moving = self._fresh_optimizers(), None
        turn = [
            phase
            for phase in self.gan.phases()
            if side in (None, phase.side) and not self.turns[phase.side] % phase.every
        ]
        updates = [p for p in turn for _ in range(p.batches if side is None else 1)]
        kept: Drawn | None = None
        for index, phase in enumerate(updates):
            shares = self.gan.shares_fakes and _hands_over(updates[index:])
            kept = self._update(phase, kept, shares)
        for moved in SIDES if side is None else (side,):
            self.turns[moved] += 1
        if side is None:
            self.steps += 1

    def read(self) -> dict[str, float]:
        """Means of the named terms since the last reading; this is where the device is waited for.

        Raises:
            FloatingPointError: if one is not finite; names it.
        """
        if not self._sums:
            return {}
        values = torch.stack(list(self._sums.values())).tolist()
        terms = {
            name: value / self._counts[name] for name, value in zip(self._sums, values, strict=True)
        }
        self._sums.clear()
        self._counts.clear()
        wrong = [name for name, value in terms.items() if not abs(value) < float("inf")]
        if wrong:
            raise FloatingPointError(
                f"{', '.join(wrong)} became not finite near {self.nimg / 1000:.1f} kimg; lower "
                "the learning rates or raise the penalty, and resume from the last checkpoint"
            )
        return terms

    def _update(self, phase: Phase, kept: Drawn | None, shares: bool) -> Drawn | None:
        """One update of a side.

        Args:
            phase: whose turn it is, and for what.
            kept: a batch and its fakes, through which G can still learn, from an update before.
            shares: whether to make such for an update that follows.

        Returns:
            What is kept for later updates.
        """
        batch, fake, kept = self._draw(phase, kept, shares)
        self._move_only(phase.side)
        with self.machine.autocast():
            real = self.gan.reals(batch.x)
            batch = batch._replace(x=self._noisy(self.augmenter.change(real)))
            fake = self._noisy(self.augmenter.change(fake))
            judging = phase.side == "D" and phase.fakes
            with self.augmenter.hearing(batch.x if judging else None):
                terms = phase.terms(batch, fake)
        self.gan.watched |= self.augmenter.follow()
        for name, value in (terms | self.gan.watched).items():
            self._add(f"{phase.side}/{name}", value)
        self.gan.watched.clear()
        if judging:
            self.nimg += len(batch.x)
        self.updates += 1
        if phase.gate is not None and not phase.gate():
            return kept
        optimizer = self.optimizers[phase.side]
        for group in optimizer.param_groups:
            settings = self.gan.settings(phase.side)
            group.update((name, settings[name]) for name in settings.keys() & group.keys())
        optimizer.zero_grad(set_to_none=True)
        total: Tensor = torch.stack(list(terms.values())).sum()
        total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if phase.after is not None:
            phase.after()
        if phase.side == "G":
            self.average.update(self.nimg, float(self.gan.config.ema_kimg), len(batch.x))
        return kept

    def _draw(
        self, phase: Phase, kept: Drawn | None, shares: bool
    ) -> tuple[Batch, Any, Drawn | None]:
        """The batch and the fakes of one update, and what is kept for later ones."""
        if kept is not None and phase.fakes and phase.side == "G":
            return *kept, None
        batch = next(self.batches)
        if self.machine.channels_last:
            batch = batch._replace(x=batch.x.contiguous(memory_format=torch.channels_last))
        if not phase.fakes:
            return batch, batch.x[:0], kept
        learns = shares or phase.side == "G"
        if learns:
            self._move_only("G")
        with self.machine.autocast(), torch.set_grad_enabled(learns):
            fake = self._fakes(batch)
        if not shares:
            return batch, fake, None
        cut = fake.detach() if isinstance(fake, Tensor) else tuple(f.detach() for f in fake)
        return batch, cut, (batch, fake)

    def _fakes(self, batch: Batch) -> Any:
        z = self.gan.latent(len(batch.x), self.random, self.machine.device)
        fakes = self.gan.fakes(batch, z)
        return fakes.float() if isinstance(fakes, Tensor) else tuple(f.float() for f in fakes)

    def _noisy(self, x: Any) -> Any:
        if not isinstance(x, Tensor):
            return tuple(self._noisy(part) for part in x)
        config = self.gan.config
        faded = self.nimg / (config.noise_kimg * 1000) if config.noise_kimg > 0 else 0.0
        sigma = float(config.instance_noise) * max(0.0, 1 - faded)
        if sigma == 0:
            return x
        noise = torch.empty_like(x).normal_(generator=self.random)
        return x + sigma * noise

    def _add(self, name: str, value: Tensor) -> None:
        value = value.detach().to(self.machine.device, torch.float32)
        self._sums[name] = self._sums[name] + value if name in self._sums else value
        self._counts[name] = self._counts.get(name, 0) + 1

    def _move_only(self, side: Side) -> None:
        """Freeze the other side: gradients into it would be wasted work."""
        if self._moving == side:
            return
        for other in SIDES:
            for parameter in self._parameters(other):
                parameter.requires_grad_(other == side)
        self._moving = side

    def _fresh_optimizers(self) -> dict[Side, torch.optim.Optimizer]:
        return {side: self.gan.optimizer(side, self._parameters(side)) for side in SIDES}

    def _parameters(self, side: Side) -> list[nn.Parameter]:
        return [p for player in self.players[side].values() for p in player.parameters()]

    # Keeping ----------------------------------------------------------------------------------

    def averaged(self) -> dict[str, nn.Module]:
        """A copy of the generator's side with averaged weights, in evaluation mode."""
        copied = copy.deepcopy(self.average.network)
        return {str(name): player for name, player in copied.items()}

    def averaged_tensors(self) -> dict[str, Tensor]:
        """Averaged weights and buffers of the generator's side by name, copied to the CPU."""
        return _tensors(self.average.network)

    def snapshot(self) -> Checkpoint:
        """Everything needed to go on, copied to the CPU."""
        optimizer: dict[str, Tensor] = {
            "random.own": self.random.get_state(),
            "random.torch": torch.get_rng_state(),
            "augment.strength": self.augmenter.strength.state.cpu(),
        }
        if self.machine.device.type == "cuda":
            optimizer["random.cuda"] = torch.cuda.get_rng_state(self.machine.device)
        groups = {}
        for side in SIDES:
            tensors, groups[side] = flatten_optimizer(self.optimizers[side], side)
            optimizer |= tensors
        return Checkpoint(
            generator=self.averaged_tensors(),
            weights=_tensors(nn.ModuleDict(self.gan.players)),
            optimizer=optimizer,
            state={
                "nimg": self.nimg,
                "steps": self.steps,
                "updates": self.updates,
                "turns": self.turns,
                "device": self.machine.device.type,
                "batches": self.batches.state(),
                "groups": groups,
                "average": self.average.state(),
            },
        )

    def restore(self, checkpoint: Checkpoint, reseed: bool = False) -> None:
        """Stand where the checkpoint was taken.

        Args:
            checkpoint: of networks like these.
            reseed: draw what comes from this trainer's own seed; else to the bit as it would
                have come there.

        Raises:
            RuntimeError: if it belongs to other networks.
        """
        state, tensors = checkpoint.state, checkpoint.optimizer
        self.average.network.load_state_dict(checkpoint.generator)
        nn.ModuleDict(self.gan.players).load_state_dict(checkpoint.weights)
        for side in SIDES:
            restore_optimizer(self.optimizers[side], side, tensors, state["groups"][side])
        if "augment.strength" in tensors:  # checkpoints of the first version have none
            self.augmenter.strength.state.copy_(tensors["augment.strength"])
        if state["device"] == self.machine.device.type and not reseed:
            self.random.set_state(tensors["random.own"])
        else:  # another kind of generator, whose states mean nothing to this one
            self.random.manual_seed(self._seed + 1 + int(state["nimg"]))
        if reseed:
            torch.manual_seed(self._seed + int(state["nimg"]))
        else:
            torch.set_rng_state(tensors["random.torch"])
            if "random.cuda" in tensors and self.machine.device.type == "cuda":
                torch.cuda.set_rng_state(tensors["random.cuda"], self.machine.device)
        self.batches.restore(state["batches"])
        self.average.restore(state["average"])
        self.nimg, self.steps = int(state["nimg"]), int(state["steps"])
        self.gan.nimg = self.nimg
        self.updates = int(state["updates"])
        self.turns = {side: int(state["turns"][side]) for side in SIDES}
        self._sums.clear()
        self._counts.clear()

    def finite(self) -> bool:
        """Whether every weight is a number."""
        weights = [p for player in self.gan.players.values() for p in player.parameters()]
        return bool(torch.stack([torch.isfinite(p).all() for p in weights]).all())


def _hands_over(updates: list[Phase]) -> bool:
    """Whether the first of these makes fakes that the next one to need fakes can learn through."""
    first, *later = updates
    following = next((phase for phase in later if phase.fakes), None)
    if first.side != "D" or not first.fakes or following is None:
        return False
    moved = any(phase.side == "G" for phase in later[: later.index(following)])
    return following.side == "G" and not moved


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    return {
        name: value.detach().to("cpu", copy=True).contiguous()
        for name, value in network.state_dict().items()
    }
