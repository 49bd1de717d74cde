"""Recipe: everything needed to repeat a training, checked as a whole, kept in one TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from ganstudio import registry
from ganstudio.knobs import Config, Knob, Value, faults, knob, knobs_of
from ganstudio.reading import UnreadableError, parse_json, parse_toml, read_bytes, shown
from ganstudio.samples import CONDITION_WORDS, SampleSpec

SPEC_FILE = "spec.json"
LARGEST_FILE_BYTES = 1 << 18
LARGEST_SPEC_BYTES = 1 << 23  # a vocabulary may be long


class RecipeError(ValueError):
    """A recipe that cannot be trained; ``faults`` holds every reason, one line each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class Basics(Config):
    """What every training has, whatever it trains."""

    variant: str = knob("dcgan", help="The GAN design, by key.")
    data: str = knob("digits", help="The data set, by key.")
    seed: int = knob(
        0, low=0, high=2**31 - 1, help="Makes a run repeatable: weights, order, noise."
    )
    kimg: float = knob(
        500.0,
        low=0.1,
        high=1e6,
        unit="kimg",
        title="Length",
        log=True,
        help="Training ends by itself after so many thousand real samples.",
    )
    timeline_mb: int = knob(
        512,
        low=0,
        high=1_000_000,
        unit="MB",
        title="Time machine",
        help="Room on the disk for light snapshots of the generator, dense at the start, so that "
        "any moment of the training can be looked at again. 0 keeps none.",
    )
    measure_kimg: float = knob(
        25.0,
        low=0,
        high=1e6,
        unit="kimg",
        title="Measure every",
        help="Samples are measured beside the training, at most once a minute and in a tenth of "
        "the time; see Metrics over the curves. 0 never measures.",
    )


class Recipe:
    """A variant, a data set, their knobs and a seed: frozen, and valid once it exists.

    Example:
        >>> recipe = Recipe.make("dcgan", "digits", {"batch": 32}, seed=1)
        >>> recipe.gan.batch
        32

    Attributes:
        basics: variant, data set, seed and length.
        gan: the variant's knobs.
        dataset: the data set's knobs.
        spec: the samples that it trains on, with the condition that its variant asks for, as they
            were when it was checked: somebody's own folder may change.
    """

    def __init__(self, basics: Basics, gan: Config, dataset: Config, spec: SampleSpec) -> None:
        self.basics, self.gan, self.dataset, self.spec = basics, gan, dataset, spec

    @classmethod
    def make(
        cls,
        variant: str = "dcgan",
        data: str = "",
        knobs: Mapping[str, Any] | None = None,
        **basics: Any,
    ) -> Recipe:
        """A recipe from flat knobs: each goes to whom it belongs, variant before data set.

        Knobs that are not given are as they suit the kind of samples.

        Args:
            variant: key of the variant.
            data: key of the data set; the one the variant is at its best on when empty.
            knobs: of the variant or of the data set; ``data.size`` names the data set's.
            **basics: ``seed`` and ``kimg``.

        Raises:
            RecipeError: with every fault at once.
        """
        data = data or default_data(variant)
        sections = _sort(variant, data, knobs or {})
        sections["gan"] = {**_suited(variant, data, sections["dataset"]), **sections["gan"]}
        return cls.from_dict({"variant": variant, "data": data, **basics, **sections})

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], spec: SampleSpec | None = None) -> Recipe:
        """A recipe from the nested form that TOML files hold.

        Args:
            content: the nested form.
            spec: the samples, where they are known: somebody's own folder is looked at otherwise,
                and may be gone.

        Raises:
            RecipeError: with every fault at once.
        """
        content = {"variant": Basics.model_fields["variant"].default, **content}
        content.setdefault("data", default_data(str(content["variant"])))
        sections = {name: content.pop(name, {}) for name in ("gan", "dataset")}
        found: list[str] = []
        checked: dict[str, Config] = {}
        for name, value in sections.items():
            if not isinstance(value, Mapping):
                found.append(f"{name} = {shown(value)}, but it must be a table of knobs")
                sections[name] = {}
        basics: Basics | None = None
        try:
            basics = Basics(**content)
        except ValidationError as error:
            found += faults(error, Basics)
        variant = str(content["variant"])
        data = str(content["data"])
        for room, key, section in (("gans", variant, "gan"), ("data", data, "dataset")):
            config = _config_of(room, key)
            if config is None:
                word = "variant" if room == "gans" else "data set"
                there = ", ".join(registry.keys(room))
                why = registry.hindrance(room, key)
                found.append(why or f"no {word} {shown(key)}; there are: {there}")
                continue
            try:
                checked[section] = config(**sections[section])
            except ValidationError as error:
                found += faults(error, config, key)
        if found or basics is None:
            raise RecipeError(found)
        kind = registry.find("gans", variant)
        samples = spec or registry.find("data", data).spec(checked["dataset"])
        reason = misfit(variant, samples)
        found = [f"{reason} ({data})"] if reason else kind.misfits(checked["gan"], samples)
        if found:
            raise RecipeError(found)
        return cls(basics, checked["gan"], checked["dataset"], samples.telling(kind.told))

    @classmethod
    def load(
        cls,
        path: Path,
        knobs: Mapping[str, Any] | None = None,
        *,
        spec: SampleSpec | None = None,
        **basics: Any,
    ) -> Recipe:
        """Read a recipe file, with some of it said otherwise.

        Args:
            path: the file.
            knobs: flat, named as for ``make``; they win over the file's.
            spec: as for ``from_dict``.
            **basics: ``seed`` and ``kimg``; they win over the file's.

        Raises:
            RecipeError: if it is not TOML, too large for a recipe, or has faults.
            OSError: if it cannot be read.
        """
        content = read(path)
        content |= basics
        variant = str(content.get("variant", Basics.model_fields["variant"].default))
        data = str(content.get("data", default_data(variant)))
        for section, values in _sort(variant, data, knobs or {}).items():
            there = content.get(section, {})
            if values and isinstance(there, Mapping):
                content[section] = {**there, **values}
        return cls.from_dict(content, spec)

    @classmethod
    def of_run(cls, folder: Path, **basics: Any) -> Recipe:
        """The recipe of a run, whose samples are those it was trained on, wherever they are now.

        Args:
            folder: the run.
            **basics: ``kimg``; it wins over the file's.

        Raises:
            RecipeError: if the recipe, or what the run says of its samples, cannot be used.
            OSError: if it cannot be read.
        """
        return cls.load(folder / "recipe.toml", spec=_spec_of(folder / SPEC_FILE), **basics)

    def to_dict(self) -> dict[str, Any]:
        """The nested form, every knob spelled out."""
        return {
            **self.basics.model_dump(),
            "gan": self.gan.model_dump(),
            "dataset": self.dataset.model_dump(),
        }

    def to_toml(self) -> str:
        """The text of the recipe file."""
        return tomli_w.dumps(self.to_dict())

    def replace(self, **basics: Any) -> Recipe:
        """The same recipe with other basics, such as ``seed`` or ``kimg``."""
        return Recipe.from_dict({**self.to_dict(), **basics}, self.spec)

    def edited(self, knobs: Mapping[str, Any], **basics: Any) -> Recipe:
        """The same recipe with some of it said otherwise.

        Args:
            knobs: flat, named as for ``make``.
            **basics: such as ``seed`` or ``kimg``.

        Raises:
            RecipeError: with every fault at once.
        """
        content = {**self.to_dict(), **basics}
        changed = _sort(self.variant, self.data, knobs)
        for section, values in changed.items():
            content[section] = {**content[section], **values}
        return Recipe.from_dict(content, None if changed["dataset"] else self.spec)

    def tuned(self, name: str, value: Value) -> Recipe:
        """The same recipe with one live knob of the variant turned.

        Raises:
            RecipeError: if the knob is unknown, not live, or the value out of range.
        """
        knobs: dict[str, Knob] = knobs_of(type(self.gan))
        if name not in knobs:
            raise RecipeError([f"{self.variant} has no knob {name!r}"])
        if not knobs[name].live:
            raise RecipeError([f"{name} cannot change while training; it takes a new run"])
        content = self.to_dict()
        content["gan"][name] = value
        return Recipe.from_dict(content, self.spec)

    @property
    def variant(self) -> str:
        """Key of the variant."""
        return self.basics.variant

    @property
    def data(self) -> str:
        """Key of the data set."""
        return self.basics.data

    @property
    def precision(self) -> str:
        """The number format that its variant asks for: ``auto`` where it does not say."""
        return str(getattr(self.gan, "precision", "auto"))

    @property
    def memory_format(self) -> str:
        """How grids are to lie in memory: ``auto`` where its variant does not say."""
        return str(getattr(self.gan, "memory_format", "auto"))

    @property
    def threads(self) -> int:
        """The threads that its variant asks for; 0 where it does not say."""
        return int(getattr(self.gan, "threads", 0))

    @property
    def held_out(self) -> float:
        """The share of the samples that its variant never trains on."""
        return float(getattr(self.gan, "held_out", 0.0))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.to_toml())


def read(path: Path) -> dict[str, Any]:
    """What a recipe file says, not checked yet.

    Raises:
        RecipeError: if it is not TOML, or too large for a recipe.
        OSError: if it cannot be read.
    """
    try:
        return parse_toml(read_bytes(path, LARGEST_FILE_BYTES))
    except UnreadableError as error:
        raise RecipeError([f"{error}: that is no recipe"]) from error
    except ValueError as error:
        raise RecipeError([f"{path} is no TOML file: {error}"]) from error


def misfit(variant: str, spec: SampleSpec) -> str:
    """Why this variant cannot take such samples; empty if it can."""
    kind = registry.find("gans", variant)
    if spec.kind not in kind.takes:
        return f"{variant} takes {' or '.join(kind.takes)}, not {spec}"
    if kind.told is not None and spec.offer(kind.told) is None:
        return f"{variant} needs {CONDITION_WORDS[kind.told]}, and there are none here"
    return ""


def default_data(variant: str) -> str:
    """Key of the data set that the variant is at its best on; ``digits`` if unknown."""
    if variant not in registry.keys("gans"):
        return str(Basics.model_fields["data"].default)
    return str(registry.find("gans", variant).default_data)


def _suited(variant: str, data: str, dataset: Mapping[str, Any]) -> Mapping[str, Value]:
    """Defaults of a variant for the kind of samples that a data set has; faults are told later."""
    config = _config_of("data", data)
    by_kind: Mapping[str, Mapping[str, Value]] = {}
    if _config_of("gans", variant) is not None:
        by_kind = registry.find("gans", variant).suited
    if config is None or not by_kind:
        return {}
    try:
        kind = registry.find("data", data).spec(config(**dataset)).kind
    except (ValueError, OSError):
        return {}
    return by_kind.get(kind, {})


def _spec_of(path: Path) -> SampleSpec | None:
    """What a run says of its samples; None for a run that does not."""
    if not path.is_file():
        return None
    try:
        return SampleSpec.from_dict(parse_json(read_bytes(path, LARGEST_SPEC_BYTES)))
    except UnreadableError as error:
        raise RecipeError([f"{error}: that describes no samples"]) from error
    except ValueError as error:
        raise RecipeError([f"{path} is damaged: {error}"]) from error


def _sort(variant: str, data: str, knobs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Flat knobs to whom they belong, the variant before the data set."""
    own, of_data = _config_of("gans", variant), _config_of("data", data)
    sections: dict[str, dict[str, Any]] = {"gan": {}, "dataset": {}}
    for name, value in knobs.items():
        section, _, bare = name.rpartition(".")
        names_data = of_data is not None and bare in of_data.model_fields
        names_gan = own is not None and bare in own.model_fields
        if section == "data" or (section == "" and names_data and not names_gan):
            sections["dataset"][bare] = value
        else:
            sections["gan"][bare if section == "gan" else name] = value
    return sections


def _config_of(room: str, key: str) -> type[Config] | None:
    if key not in registry.keys(room) or registry.hindrance(room, key):
        return None
    config: type[Config] = registry.find(room, key).Config
    return config
