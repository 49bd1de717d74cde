"""What there is to choose from: variants and data sets, as cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganstudio import registry
from ganstudio.knobs import Config, Knob, Value, knobs_of


@dataclass(frozen=True)
class Card:
    """A variant or a data set as the setup panel shows it.

    Attributes:
        key: its name in recipes.
        title: its name on the card.
        summary: one line.
        about: the whole text of the About card, paragraphs parted by blank lines.
        family: for variants, what it is for; for data sets, what the samples are.
        knobs: by name, in order.
        config: the model that checks them.
        default_data: for variants, key of the data set it is at its best on.
        origin: for data sets, where the samples come from.
        suited: for variants, other defaults for a kind of samples, by kind.
    """

    key: str
    title: str
    summary: str
    about: str
    family: str
    knobs: dict[str, Knob]
    config: type[Config]
    default_data: str = ""
    origin: str = ""
    suited: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


@dataclass(frozen=True)
class Catalogue:
    """All that can be chosen; complete once torch is imported."""

    variants: dict[str, Card]
    data: dict[str, Card]

    @classmethod
    def read(cls) -> Catalogue:
        """Import every variant and data set; takes seconds.

        Raises:
            RuntimeError: if nothing can be loaded.
        """
        catalogue = cls(_cards("gans"), _cards("data"))
        if not catalogue.variants or not catalogue.data:
            raise RuntimeError("there are none that can be loaded")
        return catalogue


def _cards(room: str) -> dict[str, Card]:
    cards = {}
    for key, member in registry.discover(room).items():
        try:
            cards[key] = _card(key, member)
        except Exception as error:  # one faulty file must not hide the others
            registry.blame(room, key, error)
    return cards


def _card(key: str, member: type[Any]) -> Card:
    about = (member.__doc__ or "").strip()
    summary = getattr(member, "summary", "") or about.split("\n")[0]
    if hasattr(member, "spec"):
        family = str(member.spec(member.Config()))
    else:
        family = member.family or ", ".join(member.takes)
    return Card(
        key,
        member.title,
        summary,
        about,
        family,
        knobs_of(member.Config),
        member.Config,
        getattr(member, "default_data", ""),
        getattr(member, "origin", ""),
        getattr(member, "suited", {}),
    )
