"""What a setting is made of, read off the settings' model, and how to say it to a person."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from inspect import isclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, get_args, get_origin

import annotated_types
from pydantic import BaseModel

from wix_printer_service.settings import Settings

KeyPath: TypeAlias = tuple[str | int, ...]

_KINDS = {
    str: "text (in quotes if it looks like a number)",
    Path: "the name of a file",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    tuple: "a list, such as [one, two]",
    dict: "at least one printer, such as 'kitchen:' and below it its connection and receipts",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of a setting and the limits of its values."""

    annotation: Any
    limits: tuple[Any, ...] = ()

    @property
    def is_section(self) -> bool:
        """Tell whether this is a group of settings."""
        return isclass(self.annotation) and issubclass(self.annotation, BaseModel)

    @property
    def names(self) -> list[str]:
        """Return the settings in this section."""
        return list(self.annotation.model_fields) if self.is_section else []

    @property
    def choices(self) -> list[str]:
        """Return the only values that are allowed, if they are few."""
        if get_origin(self.annotation) is not Literal:
            return []
        values = get_args(self.annotation)
        return [str(value.value if isinstance(value, enum.Enum) else value) for value in values]

    @property
    def takes_text(self) -> bool:
        """Tell whether any text is a possible value."""
        if get_origin(self.annotation) is Literal:
            return all(isinstance(value, str) for value in get_args(self.annotation))
        return self.annotation in {str, Path}

    @property
    def expected(self) -> str:
        """Say what the value must be."""
        if self.choices:
            return " or ".join(self.choices) if len(self.choices) < 3 else self._one_of()
        if self.is_section:
            return f"settings on lines of their own, such as '{self.names[0]}: …'"
        kind = _KINDS[get_origin(self.annotation) or self.annotation]
        return kind + self._range()

    def _one_of(self) -> str:
        return "one of " + ", ".join(self.choices)

    def _range(self) -> str:
        words = {
            annotated_types.Gt: "greater than",
            annotated_types.Ge: "at least",
            annotated_types.Le: "at most",
        }
        ...
