"""Cartoon faces, drawn on the spot: any size, any number, every attribute known."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from torch import Tensor

from ganstudio.data._face import captions, speech
from ganstudio.data._face.attributes import ATTRIBUTES, FLAGS, MEASURES, draw, flags
from ganstudio.data._face.drawing import render
from ganstudio.data._face.sources import label_map, outline
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
    source: Literal["outline", "label map"] = knob(
        "outline",
        help="What a face is to be drawn from, for variants that are told a source picture such "
        "as pix2pix: dark outlines, or each part in a flat colour.",
    )
    domains: Literal["happy to sad", "day to night"] = knob(
        "happy to sad",
        help="From which faces to which, for variants that translate between two unpaired sets "
        "such as CycleGAN.",
    )


# the other domain shows other faces: its seed lies this far from theirs
_ELSEWHERE = 1_000_003


class Faces(Dataset):
    """Cartoon faces in flat colours, each one different, drawn the moment they are wanted.

    Six expressions, ten ways to wear the hair, hats, glasses, beards, clothes and colours come
    together by chance, so no two faces are alike, and all that was decided about a face is
    known: its expression is its class, the rest are its attributes. Bold shapes read well even
    at 32 pixels, while 256 pixels show lashes, folds and highlights.

    A variant can be told more than the expression: eight traits that a face has or not; the
    outline or a map of the parts it is drawn from; faces of another mood, or by day where these
    are by night; a caption; or a spoken vowel, for which the face opens its mouth.

    The pictures are made by this program from formulas, show nobody, and belong to nobody.
    """

    Config: ClassVar[type[Config]] = FacesConfig
    title = "Faces"
    summary = "Colourful cartoon faces with six expressions, drawn at any size."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Colour images with the expressions as classes, or all else that is known of them."""
        shape = (3, config.size, config.size)
        condition = ConditionSpec("classes", ATTRIBUTES["expression"], title="expression")
        offers = (
            ConditionSpec("attributes", FLAGS, (len(FLAGS),), "traits"),
            ConditionSpec("image", shape=shape, title=config.source),
            ConditionSpec("domain", shape=shape, title=config.domains),
            ConditionSpec("text", captions.WORDS, (captions.LENGTH,), "caption"),
            ConditionSpec("sound", shape=(1, speech.MELS, speech.FRAMES), title="spoken vowel"),
        )
        return SampleSpec("image", shape, condition, offers)

    def load(self) -> Samples:
        """Draw the set, with every attribute of every face and what shall be told of it."""
        config = self.config
        if self.told == "domain":
            return self._two_domains()
        drawn = draw(config.count, config.seed)
        told = waves = None
        if self.told == "sound":
            drawn = speech.spoken(drawn, config.seed)
            told, waves = speech.sounds(drawn, config.seed)
        elif self.told == "attributes":
            told = flags(drawn)
        elif self.told == "text":
            told = captions.told(drawn, config.seed)
        elif self.told == "image":
            draft = outline if config.source == "outline" else label_map
            told = draft(drawn, config.size)
        x = render(drawn, config.size, tell=self.tell)
        return Samples(x, drawn["expression"], drawn, told, waves)

    def _two_domains(self) -> Samples:
        """Faces of the second domain, and other faces of the first."""
        count, size, seed = self.config.count, self.config.size, self.config.seed
        night = self.config.domains == "day to night"
        drawn = draw(count, seed, None if night else "sad")
        others = draw(count, seed + _ELSEWHERE, None if night else "happy")
        x, told = render(drawn, size, night, self.tell), render(others, size, tell=self.tell)
        return Samples(x, drawn["expression"], drawn, told)

    def preview(self, count: int) -> Tensor:
        """The first faces of the set."""
        return render(draw(count, self.config.seed), self.config.size)
