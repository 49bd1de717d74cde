"""Every pair: its plain step trains both networks; the variant beside it plays the same game."""

import copy
from itertools import cycle

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.nn.batch import Batch
from ganstudio.train.pairs.base import Pair
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = torch.device("cpu")
LARGE = "gan3d_64"  # seconds a step: its parts are those of gan3d_32


def made(key: str) -> Pair:
    pair: Pair = registry.find("train.pairs", key)()
    return pair


def batch(pair: Pair, count: int = 2) -> tuple[torch.Tensor, torch.Tensor | None]:
    random = torch.Generator().manual_seed(0)
    x = torch.rand((count, *pair.shape), generator=random) * 2 - 1
    return x, torch.arange(count) % pair.classes if pair.classes else None


@pytest.mark.parametrize("key", [key for key in registry.keys("train.pairs") if key != LARGE])
def test_the_plain_step_moves_both_networks(key: str) -> None:
    torch.manual_seed(0)
    pair = made(key)
    players = pair.networks()
    before = {name: copy.deepcopy(net.state_dict()) for name, net in players.items()}
    losses = pair.reference(players["G"], players["D"], CPU)(*batch(pair))
    assert all(abs(loss) < 1e3 for loss in losses)
    for name, net in players.items():
        weights = dict(net.named_parameters())
        assert any(not torch.equal(weights[key], before[name][key]) for key in weights), name


@pytest.mark.parametrize("key", [key for key in registry.keys("train.pairs") if key != LARGE])
def test_the_variant_minimises_what_the_plain_step_does(key: str) -> None:
    torch.manual_seed(0)
    pair = made(key)
    players = pair.networks()
    for net in players.values():
        for part in net.modules():  # dropout draws anew in each pass
            if isinstance(part, torch.nn.Dropout | torch.nn.Dropout2d):
                part.p = 0.0
    gan = pair.contender({name: copy.deepcopy(net) for name, net in players.items()})
    gan.random = torch.Generator().manual_seed(0)
    x, c = batch(pair, 16 if pair.kind == "image" else 2)
    plain = pair.reference(players["G"], players["D"], CPU)(x, c)
    fake = gan.fakes(Batch(x, c), gan.latent(len(x), gan.random, CPU))
    d = sum(term.item() for term in gan.d_terms(Batch(x, c), fake.detach()).values())
    assert d == pytest.approx(plain[0], rel=0.3, abs=0.3)


@pytest.mark.parametrize("key", ["gan", "cgan", "dcgan_32"])
def test_both_sides_lose_alike_from_step_to_step(key: str) -> None:
    torch.manual_seed(0)
    pair = made(key)
    players = pair.networks()
    for net in players.values():
        for part in net.modules():
            if isinstance(part, torch.nn.Dropout | torch.nn.Dropout2d):
                part.p = 0.0
    gan = pair.contender(copy.deepcopy(players))
    latent, (x, c) = gan.latent, batch(pair, 4)
    samples = Samples(torch.zeros(8 * pair.batch, *pair.shape, dtype=torch.uint8), None)
    trainer = Trainer(gan, samples, 0, Machine(CPU, torch.float32, True, 1))
    trainer.batches = cycle([Batch(x, c)])
    gan.latent = lambda count, random, device: latent(count, None, device)  # as the reference draws
    step = pair.reference(players["G"], players["D"], CPU)
    torch.manual_seed(1)
    wanted = [step(x, c) for _ in range(3)]
    torch.manual_seed(1)
    for d, g in wanted:
        trainer.step()
        told = {name: v for name, v in trainer.read().items() if name not in pair.watched}
        own = [sum(v for name, v in told.items() if name[0] == side) for side in "DG"]
        assert own == pytest.approx([d, g], rel=1e-4)


def test_sizes_are_the_published_ones() -> None:
    millions = {
        "gan": (1.51, 0.53),
        "cgan": (1.76, 1.06),
        "wgan_gp": (1.51, 0.53),
        "dcgan_32": (1.05, 0.10),
        "dcgan_64": (3.58, 2.77),
        "gan3d_32": (6.03, 2.77),
        "gan3d_64": (6.03, 2.77),
        "r3gan": (0.53, 0.52),
    }
    assert set(millions) == set(registry.keys("train.pairs"))
    for key, wanted in millions.items():
        with torch.device("meta"):
            players = made(key).networks()
        sizes = [sum(p.numel() for p in players[name].parameters()) / 1e6 for name in ("G", "D")]
        assert sizes == pytest.approx(wanted, abs=0.02), key
