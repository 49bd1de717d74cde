import os

import pytest
import torch

from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine, choose, choose_device

IMAGE = SampleSpec("image", (1, 16, 16))


def test_a_core_is_spared_for_the_window() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert choose("cpu", IMAGE).threads == max(1, cores - 1)
    assert choose("cpu", IMAGE, spare_core=False).threads == cores


def test_points_keep_full_precision() -> None:
    assert choose("cpu", SampleSpec("points", (2,))).precision == torch.float32


@pytest.mark.parametrize("wish", ["meta", "cpu:7", "cuda:99"])
def test_a_device_that_cannot_train_is_refused(wish: str) -> None:
    with pytest.raises(ValueError, match=wish):
        choose_device(wish)


def test_grids_have_their_channels_last_and_points_not() -> None:
    assert choose("cpu", IMAGE).channels_last
    assert choose("cpu", SampleSpec("voxels", (1, 16, 16, 16))).channels_last
    assert not choose("cpu", SampleSpec("points", (2,))).channels_last


def test_the_memory_format_can_be_forced() -> None:
    assert not choose("cpu", IMAGE, memory_format="channels_first").channels_last
    assert choose("cpu", IMAGE, memory_format="channels_last").channels_last
    assert not choose(
        "cpu", SampleSpec("points", (2,)), memory_format="channels_last"
    ).channels_last


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_a_missing_device_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="--device cpu"):
        choose_device("cuda")
    assert choose_device("auto").type in ("cpu", "mps")


def test_autocast_is_as_chosen_and_told_in_words() -> None:
    half = Machine(torch.device("cpu"), torch.bfloat16, False, 2)
    with half.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16
    full = Machine(torch.device("cpu"), torch.float32, False, 1)
    with full.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
    assert str(half) == "2 CPU threads, bfloat16"
    assert str(full) == "1 CPU thread, float32"
    assert str(Machine(torch.device("cpu"), torch.float32, True, 1)).endswith(", channels last")
