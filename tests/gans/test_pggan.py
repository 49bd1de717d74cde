"""It grows by the schedule, without a jump, and comes back to where it was."""

import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.pggan import PGGAN, PGGANConfig
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)


def trainer(seed: int = 0, **knobs: object) -> Trainer:
    small = {"batch": 4, "width": 2, "z_dim": 4, "stage_kimg": 0.1, "fade_kimg": 0.02}
    x = torch.randint(0, 256, (16, 1, 16, 16), generator=torch.Generator().manual_seed(0))
    samples = Samples(x.to(torch.uint8), torch.zeros(16, dtype=torch.int64))
    config = PGGANConfig(**{**small, **knobs})
    return Trainer.build(PGGAN, config, SampleSpec("image", (1, 16, 16)), samples, seed, CPU)


def test_it_says_where_it_stands_and_grows_once_a_stage() -> None:
    gan = trainer().gan
    seen = [(gan.schedule(nimg), gan.status) for nimg in (0, 99, 100, 108, 120, 220, 10_000)]
    assert seen == [
        (False, "4 x 4"),
        (False, "4 x 4"),
        (True, "8 x 8, fading in 0 %"),
        (False, "8 x 8, fading in 40 %"),
        (False, "8 x 8"),
        (True, "16 x 16, fading in 0 %"),
        (False, "16 x 16"),
    ]


def test_the_optimisers_forget_at_a_new_stage() -> None:
    made = trainer()
    made.step()
    kept = made.optimizers["G"]
    made.step()
    assert made.optimizers["G"] is kept
    made.nimg = 100
    made.step()
    assert made.optimizers["G"] is not kept
    terms = made.read()
    assert terms["D/stage"] == pytest.approx(1 / 3)
    assert terms["D/alpha"] == pytest.approx(2 / 3)


def test_a_checkpoint_within_a_fade_goes_on_to_the_bit() -> None:
    def started(seed: int, steps: int) -> Trainer:
        made = trainer(seed)
        made.nimg = 96
        for _ in range(steps):
            made.step()
        return made

    straight, halfway = started(0, 5), started(0, 3)
    resumed = trainer(seed=9)
    resumed.batches.seed = 0
    resumed.restore(halfway.snapshot())
    assert resumed.gan.status == halfway.gan.status == "8 x 8, fading in 20 %"
    assert resumed.averaged()["G"].now == (1, 0.2)
    kept = resumed.optimizers["D"]
    for _ in range(2):
        resumed.step()
    assert resumed.optimizers["D"] is kept
    ours, theirs = straight.snapshot(), resumed.snapshot()
    for a, b in ((ours.weights, theirs.weights), (ours.generator, theirs.generator)):
        assert all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("loss", ["wasserstein", "non-saturating"])
def test_both_losses_have_their_terms(loss: str) -> None:
    made = trainer(loss=loss)
    made.step()
    names = {"D/real", "D/fake", "D/penalty", "D/stage", "D/alpha", "G/fooled"}
    extra = {"D/drift", "D/wasserstein"} if loss == "wasserstein" else set()
    assert set(made.read()) == names | extra


def test_the_penalty_is_taken_at_the_side_of_the_stage() -> None:
    made = trainer()
    seen: list[tuple[int, ...]] = []
    score = made.gan.D.score

    def note(x: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        seen.append(tuple(x.shape))
        return score(x, c)

    made.gan.D.score = note
    made.step("D")
    assert set(seen) == {(4, 1, 4, 4)}
    assert len(seen) == 3


def test_samples_are_of_full_size_at_every_stage() -> None:
    made = trainer()
    for nimg in (0, 105, 5000):
        made.nimg = nimg
        made.step()
        with torch.no_grad():
            x = made.gan.sample(made.averaged(), torch.randn(2, 4), {})
        assert x.shape == (2, 1, 16, 16)
