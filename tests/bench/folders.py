"""How soon a folder of pictures is ready, how fast one trains from it, and how memory grows.

    python tests/bench/folders.py
    python tests/bench/folders.py --only million --keep /tmp/bench-folders

``decode`` reads 10,000 PNG files of 64 pixels a side for the first time, with one thread and
with several, and opens them again. ``photos`` reads photographs of 12 megapixels, with and
without decoding them smaller. ``steps`` trains dcgan from memory and from the mapped file in
turn, five rounds each. ``million`` opens a folder of a million names (hard links to a thousand
files) whose decoded form is made up, not decoded, and draws a thousand batches, watching the
memory of this process; before that it decodes 20,000 of them. The figures belong to this machine
and this moment; nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ganstudio import pictures
from ganstudio.data._folder import FolderConfig, Listing, decoding, read_square, store
from ganstudio.data.base import Batches, Samples
from ganstudio.gans.dcgan import DCGAN
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import choose
from ganstudio.train.trainer import Trainer

ROUNDS, BATCH = 5, 64
PARTS = ("decode", "photos", "steps", "million")


def scene(seed: int, width: int, height: int) -> Image.Image:
    """Something between a flat colour and noise, as hard to decode as a photograph."""
    rng = np.random.default_rng(seed)
    rough = Image.fromarray(rng.integers(0, 255, (12, 12, 3), np.uint8))
    smooth = np.asarray(rough.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    grain = rng.normal(0, 4, (height, width, 1)).astype(np.int16)
    return Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8))


def make(folder: Path, count: int, size: tuple[int, int], ending: str) -> Path:
    """Write pictures, a thousand to a sub-folder, unless they are there."""
    for index in range(count):
        path = folder / f"part{index // 1000:04}" / f"{index:07}.{ending}"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            scene(index, *size).save(path, quality=90)
    return folder


def link(folder: Path, source: Path, times: int) -> Path:
    """The same files under many names."""
    files = sorted(source.rglob("*.png"))[:1000]
    for part in range(times):
        inside = folder / f"part{part:04}"
        if not inside.exists():
            inside.mkdir(parents=True)
            for file in files:
                os.link(file, inside / file.name)
    return folder


def _silent(_text: str) -> None:
    """Nobody watches."""


def opened(folder: Path, size: int) -> tuple[Samples, float, float]:
    """Load a folder, as one set without classes, in so many seconds, and so many of processors."""
    config = FolderConfig(size=size)

    def read(path: Path, told: list[str]) -> dict[str, np.ndarray]:
        return {"x": read_square(path, config, told)}

    began, spent = time.perf_counter(), time.process_time()
    samples = decoding.decode(Listing(folder), read, "pictures", {"size": size}, _silent).samples()
    return samples, time.perf_counter() - began, time.process_time() - spent


def decode(folder: Path, count: int) -> None:
    """First pass and second opening."""
    source = make(folder / "png", count, (64, 64), "png")
    for threads in (1, 2, 4):
        os.environ["GANSTUDIO_CACHE"] = str(folder / f"cache-{time.time_ns()}")
        decoding.THREADS = threads
        _, first, spent = opened(source, 64)
        again = [opened(source, 64)[1:] for _ in range(ROUNDS)]
        second, less = (statistics.median(one) for one in zip(*again, strict=True))
        print(f"{count:,} PNG of 64 px, {threads} threads: first {first:.2f} s ({spent:.2f} of "
              f"processors), again {second:.3f} s ({less:.3f})")  # fmt: skip


def photos(folder: Path) -> None:
    """What reading photographs smaller gives."""
    source = make(folder / "jpeg", 40, (4000, 3000), "jpg")
    files = sorted(source.rglob("*.jpg"))
    for size in (64, 256):
        costs = {}
        for name, enough in (("full", 1 << 16), ("1024", 1024), ("twice", 2 * size)):
            began = time.perf_counter()
            for file in files:
                pictures.to_square(pictures.open_picture(file, True, enough), size)
            costs[name] = (time.perf_counter() - began) / len(files) * 1e3
        print(f"12 megapixels to {size} px, ms each: "
              + ", ".join(f"{name} {ms:.0f}" for name, ms in costs.items()))  # fmt: skip


def steps(folder: Path, count: int, each: int) -> None:
    """Training from memory against training from the file."""
    os.environ["GANSTUDIO_CACHE"] = str(folder / "cache")
    samples = opened(make(folder / "png", count, (64, 64), "png"), 64)[0]
    spec = SampleSpec("image", (3, 64, 64))
    config = DCGAN.Config(batch=BATCH)
    machine = choose("cpu", spec, True, "auto")
    made = [Trainer.build(DCGAN, config, spec, samples, 0, machine) for _ in range(2)]
    made[1].batches = Batches(samples, BATCH, 0, torch.device("cpu"), resident_bytes=0)
    rates: list[list[float]] = [[], []]
    alone: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for which, trainer in enumerate(made):
            began = time.perf_counter()
            for _ in range(each):
                trainer.step()
            trainer.read()
            rates[which].append(each / (time.perf_counter() - began))
            began = time.perf_counter()
            for _ in range(4 * each):
                next(trainer.batches)
            alone[which].append(4 * each / (time.perf_counter() - began))
    for name, found in (("steps of dcgan 64", rates), ("batches alone", alone)):
        resident, streamed = (statistics.median(one) for one in found)
        ratios = sorted(b / a for a, b in zip(*found, strict=True))
        print(f"{name}: {resident:.2f} /s from memory, {streamed:.2f} /s from the file, "
              f"ratio {streamed / resident:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")  # fmt: skip


class Watch:
    """The highest memory of this process, own and of mapped files, seen every 20 ms."""

    def __init__(self) -> None:
        self.own = self.mapped = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.02):
            own, mapped = memory()
            self.own, self.mapped = max(self.own, own), max(self.mapped, mapped)


def memory() -> tuple[int, int]:
    """Own memory and pages of files, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
    return int(found["RssAnon"]) << 10, int(found["RssFile"]) << 10


def million(folder: Path) -> None:
    """Opening and drawing from a million pictures."""
    os.environ["GANSTUDIO_CACHE"] = str(folder / "cache")
    source = make(folder / "small", 1000, (32, 32), "png")
    few, many = link(folder / "few", source, 20), link(folder / "million", source, 1000)
    opened(source, 32)  # all that is imported when it is needed
    before = memory()
    with Watch() as watch:
        count = len(opened(few, 32)[0].x)
    _grown(f"{count:,} pictures decoded", watch, before)
    with Watch() as watch:
        make_up(many)
    _grown("a million names listed, and their pictures made up", watch, before)
    with Watch() as watch:
        samples, seconds, _ = opened(many, 32)
    _grown(f"{len(samples.x):,} pictures opened in {seconds:.1f} s", watch, before)
    batches = Batches(samples, BATCH, 0, torch.device("cpu"), resident_bytes=0)
    with Watch() as watch:
        began = time.perf_counter()
        for _ in range(1000):
            next(batches)
        seconds = time.perf_counter() - began
    _grown(f"1,000 batches of {BATCH} drawn in {seconds:.1f} s", watch, before)


def make_up(folder: Path) -> None:
    """Keep random rows as what the files of a folder would be decoded to."""
    listing = Listing(folder)
    rows = np.random.default_rng(0).integers(0, 255, (997, 3, 32, 32), np.uint8)
    key = store.key_of("pictures", listing.digest, {"size": 32})
    writer = store.Writer(key, listing.count)
    for index in range(listing.count):
        writer.add({"x": rows[index % 997]})
    writer.finish(())


def _grown(what: str, watch: Watch, before: tuple[int, int]) -> None:
    own, mapped = ((now - then) / 1e6 for now, then in zip((watch.own, watch.mapped), before,
                                                           strict=True))  # fmt: skip
    print(f"{what}: own memory at most {own:+.0f} MB, pages of files {mapped:+.0f} MB")


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=40, help="of a round")
    parser.add_argument("--keep", type=Path, help="a folder for the pictures, kept for next time")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as own:
        folder = asked.keep or Path(own)
        for part in asked.only:
            if part == "decode":
                decode(folder, asked.count)
            elif part == "photos":
                photos(folder)
            elif part == "steps":
                steps(folder, asked.count, asked.steps)
            else:
                million(folder)


if __name__ == "__main__":
    main()
