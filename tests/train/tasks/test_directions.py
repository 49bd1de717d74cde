"""Every variant that takes noise has directions; every other one says why not."""

import numpy as np
import pytest
import torch

from ganstudio import registry
from ganstudio.gans.base import GAN
from ganstudio.knobs import knobs_of
from ganstudio.latent.bank import Bank
from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Examples, Model
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import CancelledError, Desk, TaskError
from ganstudio.train.tasks.directions import Directions

CLASSES = ConditionSpec("classes", ("one", "two", "three"))
OFFERS = (
    ConditionSpec("attributes", ("tall", "wide"), (2,)),
    ConditionSpec("image", shape=(1, 16, 16)),
    ConditionSpec("domain", shape=(1, 16, 16)),
    ConditionSpec("text", ("", "?", "red", "blue"), (6,)),
    ConditionSpec("sound", shape=(1, 32, 24)),
)
VARIANTS = registry.discover("gans")


def sampler(key: str, **knobs: object) -> Sampler:
    """A variant with fresh weights, small, for pictures where it takes them."""
    variant: type[GAN] = VARIANTS[key]
    kind = "image" if "image" in variant.takes else variant.takes[0]
    shape = {"image": (1, 16, 16), "voxels": (1, 16, 16, 16), "points": (2,)}[kind]
    spec = SampleSpec(kind, shape, CLASSES, OFFERS if kind == "image" else ())
    low = knobs_of(variant.Config)["width"].low
    torch.manual_seed(0)
    wished = {"width": int(max(low or 0, 4)), **knobs}
    gan = variant(variant.Config(**wished), spec.telling(variant.told))
    players = {name: net for name, net in gan.players.items() if not name.startswith("D")}
    for player in players.values():
        player.eval().requires_grad_(False)
    w_dim = gan.config.w_dim if "w" in gan.spaces else 0
    model = Model(
        key, "none", gan.spec, gan.config.z_dim, gan.prior, gan.inputs, w_dim, gan.layers, gan.noisy
    )
    told = {taken.kind: _some(taken) for taken in gan.inputs if taken.kind != "classes"}
    examples = Examples(np.zeros((2, *spec.shape), np.float32), told)
    return Sampler(gan, players, model, 0, "live", examples)


def _some(taken: ConditionSpec) -> np.ndarray:
    kind = np.int64 if taken.kind == "text" else np.float32
    return np.random.default_rng(0).integers(0, 2, (2, *taken.shape)).astype(kind)


@pytest.mark.parametrize("method", ["pca", "sefa", "random", "groups"])
@pytest.mark.parametrize("key", VARIANTS)
def test_every_variant_with_noise_has_directions(key: str, method: str) -> None:
    made = sampler(key)
    model = made.model
    z = model.draw(4, 0)
    stands = [Stand(row) for row in z]
    asked = {"method": method, "count": 3, "groups": (stands[:2], stands[2:])}
    if model.z_dim == 0:
        with pytest.raises(TaskError, match="no noise"):
            Directions().run(made, Desk(), **asked)
        return
    bank = Directions().run(made, Desk(), **asked)
    assert isinstance(bank, Bank)
    assert bank.space == ("w" if model.w_dim else "z")
    count = min(1 if method == "groups" else 3, model.z_dim)
    assert bank.ways.shape == (count, model.w_dim or model.z_dim)
    assert bank.ways.dtype == bank.scales.dtype == np.float32
    moved = bank.moved(stands[0], [3.0] * count)
    there = made.draw(moved.z[None], shift=moved.shifts)
    assert np.isfinite(there).all()
    assert np.abs(there - made.draw(z[:1])).max() > 0
    assert not any(hooks for net in made.players.values() for hooks in _hooked(net))


def _hooked(net: torch.nn.Module) -> list[object]:
    return [module._forward_hooks for module in net.modules() if module._forward_hooks]


@pytest.mark.parametrize(("key", "knobs"), [("cgan", {}), ("stylegan2", {"conditional": True})])
def test_classes_differ(key: str, knobs: dict) -> None:
    bank = Directions().run(sampler(key, **knobs), Desk(), method="classes")
    assert bank.names == CLASSES.names
    assert bank.space == ("w" if key == "stylegan2" else "classes")


def test_it_tells_how_far_it_is_and_hears_when_to_stop() -> None:
    made, told = sampler("dcgan"), []
    Directions().run(made, Desk(lambda *news: told.append(news)), count=2)
    shares = [share for share, _, _ in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 1
    with pytest.raises(CancelledError):
        Directions().run(made, Desk(wanted=lambda: False))
