"""A studio whose explorer only notes what it is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train import messages as m
from ganstudio.ui.studio import Studio

SPECS = {
    "image": SampleSpec("image", (1, 8, 8)),
    "voxels": SampleSpec("voxels", (1, 8, 8, 8)),
    "points": SampleSpec("points", (2,)),
}


@dataclass(frozen=True)
class Asked:
    tag: str
    z: np.ndarray
    told: m.Told
    psi: float
    shift: np.ndarray | None
    ticket: int
    noise: float = 1.0

    @property
    def classes(self):
        return self.told.get("classes")


class QuietStudio(Studio):
    """Panels cannot tell it from the real one, but no thread is ever started."""

    def __init__(self, folder):
        super().__init__(folder, folder, "cpu")
        self._timer.stop()
        self._follower.release()
        self.asked: list[Asked] = []

    def ask(self, tag, z, told=None, psi=1.0, shift=None, noise=1.0):
        self.asked.append(Asked(tag, z, told or {}, psi, shift, len(self.asked) + 1, noise))
        return len(self.asked)

    def of(self, tag):
        return [asked for asked in self.asked if asked.tag == tag]

    def offer(
        self,
        kind="image",
        z_dim=32,
        classes=(),
        nimg=12_000,
        prior="normal",
        inputs=(),
        examples=None,
        **other,
    ):
        """Have a model of this kind ready, as the explorer would."""
        spec = SPECS[kind]
        if classes:
            inputs = (ConditionSpec("classes", tuple(classes)), *inputs)
            spec = SampleSpec(spec.kind, spec.shape, inputs[0])
        model = m.Model("dcgan", "digits", spec, z_dim, prior, tuple(inputs))
        for name, value in other.items():
            object.__setattr__(model, name, value)
        self._on_model(m.ModelReady("live", nimg, model, examples))
        return model

    def answer(self, asked, samples=None, nimg=12_000, beside=None):
        """Send back samples for a request; their first value is the latent's first."""
        if samples is None:
            shape = self.model.spec.shape
            first = asked.z[:, 0].reshape(-1, *[1] * len(shape))
            samples = np.tanh(np.broadcast_to(first, (len(asked.z), *shape))).astype(np.float32)
        self._on_rendered(m.Rendered(asked.tag, samples, asked.ticket, nimg, 2.5, beside or {}))

    def begin(self, reals, resumed=False):
        self._on_started(m.Started(self.runs_root, resumed, {}, {}, reals, 500_000))


@pytest.fixture
def quiet(qtbot, tmp_path):
    studio = QuietStudio(tmp_path)
    yield studio
    assert studio.explorer._thread is None
    assert studio.close(1.0)
    studio.deleteLater()


@pytest.fixture
def shown(qtbot, quiet):
    """Build a panel, show it, and release it when the test is over."""
    panels = []

    def show(panel_class, visible=True):
        panel = panel_class(quiet)
        panels.append(panel)
        qtbot.addWidget(panel)
        panel.resize(700, 500)
        if visible:
            panel.show()
            qtbot.waitExposed(panel)
        return panel

    yield show
    for panel in panels:
        panel.release()
