"""A cloud of samples, made and real, laid out on a plane."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ganstudio.latent.early import EarlyError, Features
from ganstudio.latent.plane import NO_UMAP, Layout, LayoutError, has_umap, laid_out
from ganstudio.samples import Told
from ganstudio.train import reals as kept_reals
from ganstudio.train.sampler import Sampler
from ganstudio.train.subject import subject_of
from ganstudio.train.tasks.base import Desk, Task, TaskError
from ganstudio.train.thumbnails import averaged, thumbnails

Seen = Literal["pixels", "early"]
VALUES_A_CHUNK = 1 << 18  # drawn between two looks at whether it is still wanted
MOST = 4096
THUMBNAIL_PX = 48
ROWS = 256  # of latents read at a time
SLOW = "laying them out by UMAP, which takes half a minute the first time"
LOOK_S = 0.05  # between two looks at whether UMAP is still wanted
_UMAP = threading.Lock()  # one at a time
FEATURE_SIDES = {"points": 1, "image": 16, "voxels": 8}  # averaged to, before being compared


@dataclass(frozen=True, eq=False)
class Cloud:
    """Samples on a plane: those that were made come first, then the real ones.

    Attributes:
        places: (N + M, 2) float32, nearly all within [-1, 1].
        z: (N, z_dim) the latents of those that were made.
        told: what these were told, by kind, (N, ...) each.
        thumbnails: (N + M, S, S, 3) uint8.
        real: (N + M,) bool.
        layout: ``pca`` or ``umap``.
        seen: what was compared: ``pixels`` or ``early`` features.
        reals: (M, *shape) the real ones themselves.
    """

    places: np.ndarray
    z: np.ndarray
    told: Told
    thumbnails: np.ndarray
    real: np.ndarray
    layout: Layout
    seen: Seen
    reals: np.ndarray

    @property
    def count(self) -> int:
        """How many were made."""
        return len(self.z)


class CloudTask(Task):
    """Lay out samples, made and real, so that likes lie together."""

    title = "Map of samples"

    def run(  # type: ignore[override]
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        count: int = 512,
        seed: int = 0,
        layout: Layout = "pca",
        seen: Seen = "pixels",
        told: Told | None = None,
        psi: float = 1.0,
        noise: float = 1.0,
        reals: np.ndarray | None = None,
        real_count: int = 128,
        data_root: Path | None = None,
        thumbnail_px: int = THUMBNAIL_PX,
    ) -> Cloud:
        """Draw them and lay them out.

        Args:
            sampler: the newest model.
            desk: hears of progress, tells of cancelling.
            count: how many are made.
            seed: of their latents.
            layout: ``pca`` or ``umap``.
            seen: ``pixels``, or ``early`` features of the generator, which real samples lack.
            told: what all of them are told, (1, ...) each; None lets classes take turns.
            psi: truncation.
            noise: strength of the noise inputs.
            reals: (M, *shape) real samples; None takes what the run kept, or its data set.
            real_count: at most so many real ones; 0 for none.
            data_root: where data sets are kept.
            thumbnail_px: side of the thumbnails.

        Raises:
            TaskError: if the model takes no noise, or UMAP is asked for and not here.
            CancelledError: if it is no longer wanted.
        """
        model = sampler.model
        if model.z_dim == 0:
            raise TaskError("this model takes no noise, so there is no cloud of latents")
        if not 3 <= count <= MOST:
            raise TaskError(f"3 to {MOST} samples can be laid out, got {count}")
        if layout == "umap" and not has_umap():
            raise TaskError(NO_UMAP)
        z = model.draw(count, seed)
        rows = {kind: np.repeat(value[:1], count, 0) for kind, value in (told or {}).items()}
        try:
            known = sampler.fill(rows, count)
            made = _drawn(sampler, desk, z, known, psi, noise)
            real = _reals(sampler, reals, data_root)[: real_count if seen == "pixels" else 0]
            everything = np.concatenate([made, real])
            desk.tell(0.6, "comparing samples")
            if seen == "early":
                features = _early(sampler, desk, z, told)
            else:
                features = averaged(everything, FEATURE_SIDES[model.spec.kind])
            places = _laid_out(desk, features, layout, seed)
        except (LayoutError, EarlyError, ValueError) as error:
            raise TaskError(str(error)) from error
        desk.tell(0.95, "drawing thumbnails")
        small = thumbnails(everything, model.spec, thumbnail_px)
        flags = np.arange(len(everything)) >= count
        return Cloud(places, z, known, small, flags, layout, seen, real)


def _drawn(
    sampler: Sampler, desk: Desk, z: np.ndarray, told: Told, psi: float, noise: float
) -> np.ndarray:
    size = max(1, VALUES_A_CHUNK // sampler.model.spec.size)
    parts = []
    for start in range(0, len(z), size):
        desk.tell(0.6 * start / len(z), "drawing samples")
        some = {kind: value[start : start + size] for kind, value in told.items()}
        parts.append(sampler.draw(z[start : start + size], some, psi, None, noise))
    return np.concatenate(parts)


def _reals(sampler: Sampler, reals: np.ndarray | None, data_root: Path | None) -> np.ndarray:
    """Real samples at hand; none where there are none."""
    shape = sampler.model.spec.shape
    if reals is None and sampler.examples is not None:
        reals = sampler.examples.x
    if reals is None and sampler.home is not None:
        found = kept_reals.find(sampler.home, sampler.gan, data_root)
        reals = None if found is None else found.x
    if reals is None or reals.shape[1:] != shape:
        return np.zeros((0, *shape), np.float32)
    return np.asarray(reals, dtype=np.float32)


def _laid_out(desk: Desk, features: np.ndarray, layout: Layout, seed: int) -> np.ndarray:
    """UMAP cannot be stopped: it goes on unseen when nobody wants it, and the next one waits."""
    if layout == "pca":
        desk.tell(0.75, "laying them out")
        return laid_out(features, layout, seed)
    desk.tell(0.75, SLOW)
    found: Future[np.ndarray] = Future()

    def work() -> None:
        with _UMAP:
            if found.set_running_or_notify_cancel():
                try:
                    found.set_result(laid_out(features, layout, seed))
                except BaseException as error:
                    found.set_exception(error)

    # a pool would be waited for when the program ends
    threading.Thread(target=work, name="umap", daemon=True).start()
    try:
        while True:
            desk.check()
            with suppress(TimeoutError):
                return found.result(LOOK_S)
    finally:
        found.cancel()


def _early(sampler: Sampler, desk: Desk, z: np.ndarray, told: Told | None) -> np.ndarray:
    """(N, F) what an early layer says; the mapped latent where there is one."""
    subject = subject_of(sampler, told).own()
    x = torch.from_numpy(z).to(subject.device)
    parts = []
    read = None if subject.w_dim else Features(subject.players, subject.sample, x[:2])
    for rows in torch.split(x, ROWS):
        desk.check()
        with torch.no_grad():
            parts.append((subject.mapped(rows) if read is None else read(rows)).cpu())
    return torch.cat(parts).numpy()
