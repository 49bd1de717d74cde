"""The sides of a race: what each is given to train on, and that each may have its own process."""

import os

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import to_unit
from ganstudio.train.pairs.base import Pair
from ganstudio.train.sides import Contender, Reference, apart, made_up


def pair(key: str) -> Pair:
    found: Pair = registry.find("train.pairs", key)()
    return found


@pytest.mark.parametrize("key", registry.keys("train.pairs"))
def test_a_sample_is_made_ready_to_the_same_numbers_as_here(key: str) -> None:
    one = pair(key)
    x = made_up(one, 0).x[0]
    assert torch.allclose(one.read(x), to_unit(x), atol=1e-6)


@pytest.mark.parametrize("reads", [True, False])
def test_the_reference_trains_on_whole_batches_of_the_set(reads: bool) -> None:
    cgan = pair("cgan")
    side = Reference(cgan, "cpu", reads=reads)
    samples = made_up(cgan, 0)
    rows = zip(samples.x, samples.labels, strict=True)
    known = {row.numpy().tobytes(): int(c) for row, c in rows}
    for _ in range(2):
        x, c = next(side._batches)
        assert x.shape == (cgan.batch, *cgan.shape)
        back = ((x + 1) * 127.5).round().to(torch.uint8)
        assert [known[row.numpy().tobytes()] for row in back] == c.tolist()


def test_a_round_is_as_many_updates_on_both_sides() -> None:
    wgan, steps = pair("wgan_gp"), []
    wgan.reference = lambda G, D, device: lambda x, c: steps.append(len(x)) or (0.0, 0.0)  # type: ignore[method-assign]
    Reference(wgan, "cpu").turn(2)
    own = Contender(wgan, "cpu", "float32")
    own.turn(2)
    assert steps == [wgan.batch] * 2 * wgan.rounds
    assert own.trainer.steps == 2
    assert own.trainer.nimg == sum(steps)


def test_both_sides_begin_with_the_same_weights() -> None:
    gan = pair("gan")
    seen = []
    wanted = gan.reference

    def keep(G: torch.nn.Module, D: torch.nn.Module, device: torch.device) -> object:
        seen.append(G)
        return wanted(G, D, device)

    gan.reference = keep  # type: ignore[method-assign, assignment]
    Reference(gan, "cpu", 3)
    own = Contender(gan, "cpu", "float32", 3).trainer.gan.players["G"]
    for theirs, ours in zip(seen[0].parameters(), own.parameters(), strict=True):
        assert torch.equal(theirs, ours)


def test_a_side_apart_trains_elsewhere_and_its_faults_are_raised_here() -> None:
    with apart(Contender, pair("gan"), "cpu", "float32") as side:
        assert side._pool.submit(os.getpid).result() != os.getpid()
        assert "float32" in side.machine
        turn = side.turn(2)
        assert turn.seconds > 0
        assert all(abs(loss) < 100 for loss in turn.losses)
        with pytest.raises(TypeError):
            side.turn("two")  # type: ignore[arg-type]
