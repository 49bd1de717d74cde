"""One training, synchronous: step, tune, snapshot. No threads, no files."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.data.base import Batches, Samples
from ganstudio.gans.base import GAN, Phase, Side, side_of
from ganstudio.knobs import Config
from ganstudio.nn.drop import quicken_dropout
from ganstudio.nn.ema import Average
from ganstudio.nn.quick import laid_out, lay_out, quicken
from ganstudio.train.augmenter import Augmenter
from ganstudio.train.checkpoints import Checkpoint, flatten_optimizer, restore_optimizer
from ganstudio.train.mishaps import MemoryShortError, NotFiniteError, lacks_memory
from ganstudio.train.portions import Drawn, hands_over, least_portion, portions
from ganstudio.train.speed import Machine

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
        parts: portions that each batch is worked off in; doubled whenever memory runs out.
    """

    def __init__(self, gan: GAN, samples: Samples, seed: int, machine: Machine) -> None:
        self.gan, self.machine = gan, machine
        device = machine.device
        for player in gan.players.values():
            player.to(device).train()
            if device.type == "cpu":
                quicken(player)
                quicken_dropout(player)
            if machine.channels_last:
                lay_out(player)
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
        self._kept: Drawn | None = None  # a batch and its fakes for the update that follows
        self.parts = 1

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

        A round counts as a step; a side alone does not, but its samples count in ``nimg``. Where
        memory runs out, the update in hand is begun again with the batch in twice as many
        portions: no weight has moved then.

        Raises:
            MemoryShortError: if the smallest portion does not fit either.
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
        self._kept = None
        for index, phase in enumerate(updates):
            self._update(phase, self.gan.shares_fakes and hands_over(updates[index:]))
        for moved in SIDES if side is None else (side,):
            self.turns[moved] += 1
        if side is None:
            self.steps += 1

    def read(self) -> dict[str, float]:
        """Means of the named terms since the last reading; this is where the device is waited for.

        Raises:
            NotFiniteError: if one is not finite; names it.
        """
        if not self._sums:
            return {}
        values = torch.stack(list(self._sums.values())).tolist()
        terms = {
            name: value / self._counts[name] for name, value in zip(self._sums, values, strict=True)
        }
        self._sums.clear()
        self._counts.clear()
        wrong = {name: value for name, value in terms.items() if not abs(value) < float("inf")}
        if wrong:
            raise NotFiniteError("terms", wrong, self.nimg)
        return terms

    def _update(self, phase: Phase, shares: bool) -> None:
        """One update of a side.

        Args:
            phase: whose turn it is, and for what.
            shares: whether to keep the fakes so that the next update can learn through them.
        """
        drawn = self._draw(phase)
        while True:
            try:
                terms, moves = self._learn(phase, drawn, shares)
                break
            except (RuntimeError, MemoryError) as error:
                if not lacks_memory(error):
                    raise
                said = str(error)  # the error itself holds on to all that was computed
            drawn, self._kept = drawn._replace(fake=None), None
            self._halve(phase.side, len(drawn.batch.x), said)
        for name, value in terms.items():
            self._add(f"{phase.side}/{name}", value)
        if phase.side == "D" and phase.fakes:
            self.nimg += len(drawn.batch.x)
        self.updates += 1
        if moves:
            self._move(phase, len(drawn.batch.x))

    def _draw(self, phase: Phase) -> Drawn:
        """The batch of one update and its latents, or what was kept of the update before."""
        if self._kept is not None and phase.fakes and phase.side == "G":
            kept, self._kept = self._kept, None
            return kept
        batch = next(self.batches)
        if self.machine.channels_last:
            batch = batch._replace(x=laid_out(batch.x))
        if not phase.fakes:
            return Drawn(batch)
        self._kept = None
        return Drawn(batch, self.gan.latent(len(batch.x), self.random, self.machine.device))

    def _learn(self, phase: Phase, drawn: Drawn, shares: bool) -> tuple[dict[str, Tensor], bool]:
        """Gather the gradients of one update; no weight moves.

        Returns:
            The named terms, and whether the phase's gate lets the side move.
        """
        self._forget(phase.side)
        self.gan.watched.clear()
        sums: dict[str, Tensor] = {}
        moves = True
        parts = portions(drawn, self.parts)
        for index, (part, share) in enumerate(parts):
            terms = self._terms(phase, part, shares and len(parts) == 1)
            for name, value in (terms | self.gan.watched).items():
                value = value.detach() * share
                sums[name] = sums[name] + value if name in sums else value
            self.gan.watched.clear()
            if index == len(parts) - 1 and phase.gate is not None and not phase.gate():
                moves = False
                break
            total: Tensor = torch.stack(list(terms.values())).sum() * share
            total.backward()  # type: ignore[no-untyped-call]
        if shares and len(parts) > 1:
            self._kept = drawn  # the fakes are made again, for their graphs do not fit together
        return sums, moves

    def _terms(self, phase: Phase, part: Drawn, shares: bool) -> dict[str, Tensor]:
        """What the side minimises on one portion, with whatever noise D is to see."""
        fake = part.fake if part.fake is not None else self._fakes(phase, part, shares)
        if shares:
            self._kept = part._replace(fake=fake)
            fake = fake.detach() if isinstance(fake, Tensor) else tuple(f.detach() for f in fake)
        self._move_only(phase.side)
        batch = part.batch
        with self.machine.autocast():
            batch = batch._replace(x=self._noisy(self.augmenter.change(self.gan.reals(batch.x))))
            fake = self._noisy(self.augmenter.change(fake))
            judging = phase.side == "D" and phase.fakes
            with self.augmenter.hearing(batch.x if judging else None):
                terms = phase.terms(batch, fake)
        self.gan.watched |= self.augmenter.follow()
        return terms

    def _move(self, phase: Phase, count: int) -> None:
        """Let the side's weights follow their gradients."""
        optimizer = self.optimizers[phase.side]
        for group in optimizer.param_groups:
            settings = self.gan.settings(phase.side)
            group.update((name, settings[name]) for name in settings.keys() & group.keys())
        optimizer.step()
        if phase.after is not None:
            phase.after()
        if phase.side == "G":
            self.average.update(self.nimg, float(self.gan.config.ema_kimg), count)

    def _halve(self, side: Side, count: int, said: str) -> None:
        """Work batches off in twice as many portions from here on, and let go of what was made."""
        least = least_portion(self.gan.players.values())
        if count // (2 * self.parts) < least:
            few = f"{least} samples" if least > 1 else "one sample"
            raise MemoryShortError(
                f"memory runs out with {few} of a batch at a time: lower width or the size of "
                f"the samples, or close other programs; what was reached is saved ({said[:200]})"
            )
        self.parts *= 2
        self._forget(side)
        if self.machine.device.type == "cuda":
            torch.cuda.empty_cache()

    def _fakes(self, phase: Phase, part: Drawn, shares: bool) -> Any:
        """Fakes for these latents; with a gradient where G is to learn through them."""
        if part.z is None:
            return part.batch.x[:0]
        learns = shares or phase.side == "G"
        if learns:
            self._move_only("G")
        with self.machine.autocast(), torch.set_grad_enabled(learns):
            fakes = self.gan.fakes(part.batch, part.z)
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
            for parameter in self._weights[other]:
                parameter.requires_grad_(other == side)
        self._moving = side

    def _forget(self, side: Side) -> None:
        """Let go of a side's gradients, in a tenth of the time that its optimiser takes for it."""
        for parameter in self._weights[side]:
            parameter.grad = None

    def _fresh_optimizers(self) -> dict[Side, torch.optim.Optimizer]:
        self._weights: dict[Side, list[nn.Parameter]] = {
            side: [p for player in self.players[side].values() for p in player.parameters()]
            for side in SIDES
        }
        return {side: self.gan.optimizer(side, self._weights[side]) for side in SIDES}

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
                "parts": self.parts,
            },
        )

    def restore(self, checkpoint: Checkpoint, reseed: bool = False) -> None:
        """Stand where the checkpoint was taken.

        Portions stay as they are, for memory is what it is now.

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

    def faulty(self) -> dict[str, float]:
        """Weights, averages and statistics that are not finite; waits for the device.

        Returns:
            The share of such values, by the tensor's name.
        """
        networks = {"": nn.ModuleDict(self.gan.players), "average.": self.average.network}
        tensors = {
            f"{lead}{name}": value
            for lead, network in networks.items()
            for name, value in network.state_dict().items()
            if value.is_floating_point() and value.numel()
        }
        largest = torch._foreach_norm(list(tensors.values()), float("inf"))
        finite = torch.stack([norm.float() for norm in largest]).isfinite().tolist()
        return {
            name: float((~value.isfinite()).float().mean())
            for (name, value), whole in zip(tensors.items(), finite, strict=True)
            if not whole
        }

    def finite(self) -> bool:
        """Whether every weight, average and statistic is a number."""
        return not self.faulty()


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    return {
        name: value.detach().to("cpu", copy=True).contiguous()
        for name, value in network.state_dict().items()
    }
