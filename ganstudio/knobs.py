"""Knobs: one line declares a hyperparameter; form, check, TOML, option and docs follow."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from types import NoneType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from ganstudio.reading import LONGEST_SHOWN, shown

MOST_FAULTS = 30  # told one by one: more say nothing new

KnobType = Literal["int", "float", "bool", "choice", "str"]
Value = int | float | bool | str


class Config(BaseModel):
    """A frozen, validated set of knobs.

    Unknown keys and values out of range are refused, all of them at once: see ``faults``.

    Example:
        >>> class Optics(Config):
        ...     blur: float = knob(0.5, low=0, high=2, unit="px", help="How soft.", live=True)
        >>> Optics(blur=1.5).blur
        1.5
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    old_names: ClassVar[dict[str, str]] = {}
    """What knobs were called in recipes of older versions, to what they are called now."""
    old_values: ClassVar[dict[str, dict[Value, Value]]] = {}
    """Values that older versions wrote, knob by knob, to what they are called now."""

    @model_validator(mode="before")
    @classmethod
    def _from_older(cls, given: Any) -> Any:
        """Knobs as they are called now; a recipe is understood however old it is."""
        if not isinstance(given, dict):
            return given
        now = {cls.old_names.get(name, name): value for name, value in given.items()}
        for name, renamed in cls.old_values.items():
            value = now.get(name)
            if isinstance(value, bool | int | float | str):
                now[name] = renamed.get(value, value)
        return now


def knob(
    default: Any,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    live: bool = False,
    log: bool = False,
    title: str = "",
    advanced: bool = False,
    browse: Literal["", "folder", "file"] = "",
) -> Any:
    """Declare one hyperparameter as a field of a ``Config``; the annotation gives its type.

    Args:
        default: the value when nobody says otherwise.
        help: one or two sentences for the tooltip: what it does, and the paper.
        low: smallest value accepted.
        high: largest value accepted.
        unit: what it counts, empty for plain numbers.
        live: whether it may change while training.
        log: whether a slider for it moves in decades.
        title: label in the form; the field's name in words when empty.
        advanced: whether the form folds it away at first.
        browse: for texts that are paths: what the form lets one look for.

    A knob whose range is one value is no choice: forms leave it out.
    """
    extra: dict[str, Any] = dict(
        unit=unit, live=live, log=log, title=title, advanced=advanced, browse=browse
    )
    return Field(default, ge=low, le=high, description=help, json_schema_extra=extra)


def redefault(config: type[Config], name: str, default: Any) -> Any:
    """Declare an inherited knob again with another default, all else as it was.

    Args:
        config: where it was declared.
        name: the knob.
        default: the new default.
    """
    field = copy(config.model_fields[name])
    field.default = default
    return field


@dataclass(frozen=True)
class Knob:
    """One declared knob, read back from a ``Config`` for forms, options and documents."""

    name: str
    title: str
    type: KnobType
    default: Value
    low: float | None
    high: float | None
    choices: tuple[str | int, ...]
    unit: str
    help: str
    live: bool
    log: bool
    advanced: bool
    browse: str = ""

    @property
    def settled(self) -> bool:
        """Whether only one value is accepted."""
        return self.low is not None and self.low == self.high

    @property
    def accepts(self) -> str:
        """The accepted values in words, such as ``0.0 to 1.0``."""
        if self.choices:
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        if self.type == "bool":
            return "true or false"
        if self.low is None and self.high is None:
            return {"int": "a whole number", "float": "a number"}.get(self.type, "a text")
        if self.high is None:
            return f"at least {self.low}"
        return f"at most {self.high}" if self.low is None else f"{self.low} to {self.high}"


def knobs_of(config: type[Config]) -> dict[str, Knob]:
    """All knobs of a config by name, in the order of declaration."""
    return {name: _read(name, field) for name, field in config.model_fields.items()}


def faults(error: ValidationError, config: type[Config], where: str = "") -> list[str]:
    """Every fault of a validation in the user's words: what was got, what is wanted.

    Args:
        error: as raised by pydantic.
        config: the model that was validated, for ranges and known names.
        where: what the knobs belong to, such as ``dcgan``; leads each line.
    """
    known = knobs_of(config)
    lines = []
    found = error.errors()
    for fault in found[:MOST_FAULTS]:
        name = ".".join(str(part) for part in fault["loc"])[:LONGEST_SHOWN] or "recipe"
        lead = f"{where}: {name}" if where else name
        if fault["type"] == "extra_forbidden":
            names = ", ".join(known) or "nothing"
            lines.append(f"{lead} is no known knob; it takes: {names}")
        elif name in known:
            unit = f" {known[name].unit}" if known[name].unit else ""
            accepts = known[name].accepts
            lines.append(f"{lead} = {shown(fault['input'])}, but it must be {accepts}{unit}")
        else:
            lines.append(f"{lead}: {fault['msg']} (got {shown(fault['input'])})")
    if len(found) > MOST_FAULTS:
        lines.append(f"and {len(found) - MOST_FAULTS:,} more")
    return lines


def _read(name: str, field: FieldInfo) -> Knob:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    bounds: dict[str, float] = {}
    for constraint in field.metadata:
        for side in ("ge", "le"):
            if hasattr(constraint, side):
                bounds[side] = getattr(constraint, side)
    kind, choices = _type_of(field.annotation)
    return Knob(
        name=name,
        title=str(extra.get("title") or name.replace("_", " ").capitalize()),
        type=kind,
        default=field.default,
        low=bounds.get("ge"),
        high=bounds.get("le"),
        choices=choices,
        unit=str(extra.get("unit", "")),
        help=field.description or "",
        live=bool(extra.get("live", False)),
        log=bool(extra.get("log", False)),
        advanced=bool(extra.get("advanced", False)),
        browse=str(extra.get("browse", "")),
    )


def _type_of(annotation: Any) -> tuple[KnobType, tuple[str | int, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    if get_origin(annotation) is Union or NoneType in get_args(annotation):
        raise TypeError(f"a knob has one plain type, got {annotation}")
    names: dict[Any, KnobType] = {bool: "bool", int: "int", float: "float", str: "str"}
    if annotation not in names:
        raise TypeError(f"a knob is int, float, bool, str or Literal, got {annotation}")
    return names[annotation], ()
