"""What a setting is made of, read off the settings' model, and how to say it to a person."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal
from inspect import isclass
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from wix_printer_service.settings import Settings, Station

KeyPath: TypeAlias = tuple[str | int, ...]

_KINDS = {
    str: "text (in quotes if it looks like a number)",
    Path: "the name of a file",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    tuple: "a list, such as [one, two]",
}
_PRINTERS = "at least one printer, such as 'kitchen:' with its connection and receipts below it"
_STATIONS = "stations under names of your choice, such as 'bar:' with its items or names below it"
_EXAMPLES = {int: "2", str: "de", Path: "FILE", tuple: "[one, two]"}
"""What the value under a name may look like."""
_LIMITS = {
    "gt": "greater than",
    "ge": "at least",
    "le": "at most",
    "min_length": "not shorter than",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of a setting and the limits of its values."""

    annotation: Any
    limits: tuple[Any, ...] = ()
    description: str = ""

    @property
    def names(self) -> list[str]:
        """Return the settings in this section; none if it is not a section."""
        return list(self.annotation.model_fields) if _is_section(self.annotation) else []

    @property
    def choices(self) -> list[str]:
        """Return the only values that are allowed, if they are few."""
        if get_origin(self.annotation) is not Literal:
            return []
        values = get_args(self.annotation)
        return [str(value.value if isinstance(value, enum.Enum) else value) for value in values]

    @property
    def keys(self) -> list[str]:
        """Return the only names that something may stand under here, if they are few."""
        if get_origin(self.annotation) is not dict:
            return []
        return _shape(get_args(self.annotation)[0]).choices

    @property
    def takes_text(self) -> bool:
        """Tell whether a text is what belongs here."""
        if get_origin(self.annotation) is Literal:
            return isinstance(get_args(self.annotation)[0], str)
        return self.annotation in {str, Path}

    @property
    def expected(self) -> str:
        """Say what the value must be."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.names:
            return f"settings on lines of their own below it, such as '{self.names[0]}: …'"
        kind = get_origin(self.annotation) or self.annotation
        if kind is dict:
            return self._expected_under_names
        words = [
            f"{word} {getattr(limit, name)}"
            for limit in self.limits
            for name, word in _LIMITS.items()
            if getattr(limit, name, None) is not None
        ]
        return ", ".join([_KINDS[kind], *words])

    @property
    def _expected_under_names(self) -> str:
        value = _shape(get_args(self.annotation)[1]).annotation
        if _is_section(value):
            return _STATIONS if value is Station else _PRINTERS
        key, *others = self.keys or ["de"]
        names = f"; the names are {', '.join([key, *others])}" if others else ""
        example = _EXAMPLES[get_origin(value) or value]
        return f"values under names, such as {{{key}: {example}}}{names}"


def shape_at(key: KeyPath) -> Shape | None:
    """Return the shape of the setting called ``key``, None if there is no such setting."""
    shape = Shape(Settings)
    for name in key:
        if name in shape.names:
            field = shape.annotation.model_fields[name]
            shape = _shape(field.annotation, tuple(field.metadata), field.description or "")
        elif get_origin(shape.annotation) is dict:
            shape = _shape(get_args(shape.annotation)[1])
        elif get_origin(shape.annotation) is tuple:
            shape = _shape(get_args(shape.annotation)[0])
        else:
            return None
    return shape


def _is_section(annotation: Any) -> bool:
    return isclass(annotation) and issubclass(annotation, BaseModel)


def _shape(annotation: Any, limits: tuple[Any, ...] = (), description: str = "") -> Shape:
    """Return the shape of ``X`` for ``X | None`` and for an annotated ``X``."""
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        limits += tuple(limit for part in more for limit in getattr(part, "metadata", [part]))
        return _shape(annotation, limits, description)
    if NoneType in get_args(annotation):
        part = next(part for part in get_args(annotation) if part is not NoneType)
        return _shape(part, limits, description)
    return Shape(annotation, limits, description)
