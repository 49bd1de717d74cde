"""What the Latent panel is made of: the picture on top, then what moves it, most used first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ganstudio.latent.stand import Stand
from ganstudio.train.messages import Examples, Model
from ganstudio.ui import theme
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.caption import Caption
from ganstudio.ui.fold import Fold
from ganstudio.ui.inputs_box import InputsBox
from ganstudio.ui.memory import Memory
from ganstudio.ui.mixer import Mixer
from ganstudio.ui.seed import SeedBox
from ganstudio.ui.stage import Stage
from ganstudio.ui.ways import Ways

DRAG_TIP = (
    "Drag to walk along X and Y, turn the wheel for W. "
    "Drag its corner, or hold Ctrl, to take the picture out."
)
TAKE_TIP = "Drag its corner, or hold Ctrl, to take the picture out."


class LatentBody(QWidget):
    """The widgets and where they stand; what they do is up to the panel.

    Args:
        here: gives the place where the panel stands.

    Attributes:
        noise: the row of seed and reset.
        mix_fold: holds the mixer, for models whose layers take styles.
    """

    def __init__(self, here: Callable[[], Stand | None]) -> None:
        super().__init__()
        self.canvas, self.caption, self.memory = Canvas(), Caption(), Memory()
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.canvas.set_portable(True)
        self.stage, self.ways, self.inputs = Stage(self.canvas), Ways(), InputsBox()
        self.mixer, self.mix_fold = Mixer(here), Fold("Styles and noise")
        self.mix_fold.header.setToolTip(
            "Noise of the layers, and layers that take the style of a second latent."
        )
        self.mix_fold.body.addWidget(self.ways.noise_row)
        self.mix_fold.body.addWidget(self.mixer)
        self.seed, self.reset = (
            SeedBox("Chooses where the walk begins (R, [ and ])."),
            QToolButton(),
        )
        theme.decorate(self.reset, "reset")
        self.reset.setToolTip("Reset (Home): sliders, truncation, noise and mixing as at first.")
        self.reset.setAccessibleName("Reset")
        self.noise = self._build_noise()
        self._lay_out()

    def take(self, model: Model, examples: Examples | None) -> None:
        """Serve this model from now on: show what can be moved, nothing as its picture."""
        self.inputs.take(model, examples)
        self.stage.show_views(self.inputs.views)
        noise = model.z_dim > 0
        self.noise.setVisible(noise)
        self.canvas.set_draggable(noise)
        self.canvas.setToolTip(DRAG_TIP if noise else TAKE_TIP)
        self.mix_fold.setVisible(noise and (model.layers > 0 or model.noisy))
        self.mixer.setVisible(model.layers > 0)
        self.mixer.take(model)
        self.memory.forget()
        self.canvas.show_text("")
        self.caption.say("")
        self.ways.clear_films()

    def _build_noise(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self.seed, 1)
        row.addWidget(self.reset)
        return bar

    def _lay_out(self) -> None:
        edge = theme.SPACE[3]
        column = QVBoxLayout(self)
        column.setContentsMargins(edge, edge, 0, theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        for part in (self.stage, self.caption, self.noise, self.memory):
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, edge, 0)  # the list below has its scroll bar there
            row.addWidget(part)
            column.addLayout(row, 2 if part is self.stage else 0)
        self.ways.top.addWidget(self.inputs)
        self.ways.middle.addWidget(self.mix_fold)
        column.addWidget(self.ways, 3)
