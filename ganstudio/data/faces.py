"""Cartoon faces, drawn on the spot: any size, any number, every attribute known."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from torch import Tensor

from ganstudio.data._face.attributes import ATTRIBUTES, MEASURES, draw
from ganstudio.data._face.drawing import render
from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import Config, knob
from ganstudio.samples import ConditionSpec, SampleSpec

__all__ = ["ATTRIBUTES", "MEASURES", "Faces", "FacesConfig", "draw", "render"]


class FacesConfig(Config):
    """How large, how many, which."""

    size: Literal[32, 64, 128, 256] = knob(
        32, help="Pixels a side. Drawing and training take four times as long with each doubling."
    )
    count: int = knob(
        8192, low=64, high=200_000, unit="faces", log=True,
        help="How many different faces. More take longer to draw and are harder to learn by heart.",
    )  # fmt: skip
    seed: int = knob(
        0, low=0, high=2**31 - 1, advanced=True, help="Which faces: the same seed draws the same."
    )


class Faces(Dataset):
    """Cartoon faces in flat colours, each one different, drawn the moment they are wanted.

    Six expressions, ten ways to wear the hair, hats, glasses, beards, clothes and colours come
    together by chance, so no two faces are alike, and all that was decided about a face is
    known: its expression is its class, the rest are its attributes. Bold shapes read well even
    at 32 pixels, while 256 pixels show lashes, folds and highlights.

    The pictures are made by this program from formulas, show nobody, and belong to nobody.
    """

    Config: ClassVar[type[Config]] = FacesConfig
    title = "Faces"
    summary = "Colourful cartoon faces with six expressions, drawn at any size."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Colour images with the expressions as classes."""
        condition = ConditionSpec(kind="classes", names=ATTRIBUTES["expression"])
        return SampleSpec("image", (3, config.size, config.size), condition)

    def load(self) -> Samples:
        """Draw the set, with every attribute of every face."""
        drawn = draw(self.config.count, self.config.seed)
        return Samples(render(drawn, self.config.size), drawn["expression"], drawn)

    def preview(self, count: int) -> Tensor:
        """The first faces of the set."""
        return render(draw(count, self.config.seed), self.config.size)
