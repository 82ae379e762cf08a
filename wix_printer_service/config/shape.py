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

from wix_printer_service.settings import Settings

KeyPath: TypeAlias = tuple[str | int, ...]

_KINDS = {
    str: "text (in quotes if it looks like a number)",
    Path: "the name of a file",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    tuple: "a list, such as [one, two]",
    dict: "lists under names of their own, such as {de: [one, two]}",
}
_PRINTERS = "at least one printer, such as 'kitchen:' with its connection and receipts below it"
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
        if kind is dict and _is_section(get_args(self.annotation)[1]):
            return _PRINTERS
        words = [
            f"{word} {getattr(limit, name)}"
            for limit in self.limits
            for name, word in _LIMITS.items()
            if getattr(limit, name, None) is not None
        ]
        return ", ".join([_KINDS[kind], *words])


def shape_at(key: KeyPath) -> Shape | None:
    """Return the shape of the setting called ``key``, None if there is no such setting."""
    shape = Shape(Settings)
    for name in key:
        if name in shape.names:
            field = shape.annotation.model_fields[name]
            annotation = _without_none(field.annotation)
            shape = Shape(annotation, tuple(field.metadata), field.description or "")
        elif get_origin(shape.annotation) is dict:
            shape = Shape(get_args(shape.annotation)[1])
        elif get_origin(shape.annotation) is tuple:
            shape = Shape(get_args(shape.annotation)[0])
        else:
            return None
    return shape


def _is_section(annotation: Any) -> bool:
    return isclass(annotation) and issubclass(annotation, BaseModel)


def _without_none(annotation: Any) -> Any:
    """Return ``X`` for ``X | None``, also if it is annotated."""
    if NoneType not in get_args(annotation):
        return annotation
    part = next(part for part in get_args(annotation) if part is not NoneType)
    return get_args(part)[0] if get_origin(part) is Annotated else part
