"""Writes the sample configuration from the settings' model, so that it cannot rot."""

from __future__ import annotations

import inspect
import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml
from pydantic_core import to_jsonable_python

from wix_printer_service.config.shape import Shape
from wix_printer_service.settings import Printer, Settings, Station

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

WIDTH = 88
PURPOSE = "Settings of the Wix printer service; their place is /etc/wix-printer/config.yaml."
USE = """\
A line such as "#level: info" holds a setting's default; remove the "#" to change it.
"wix-printer config check" tells whether all is right. Each setting can also come from the
environment, such as WIX_PRINTER__LISTEN__STATUS=127.0.0.1:9000 or
WIX_PRINTER__PRINTERS__KITCHEN__CONNECTION=tcp://192.0.2.10:9100.
"""
STATIONS = (
    "Stations of the kitchen, each under a name of your choice. The first that fits makes an item; "
    "what none makes the station default makes."
)
PRINTERS = "The printers, each under a name of your choice."
EXAMPLE: dict[str, dict[str, Any]] = {
    "restaurant": {
        "name": "Trattoria Beispiel",
        "address": ["Musterstraße 1", "10115 Berlin"],
        "timezone": "Europe/Berlin",
        "language": "de",
    },
    "kitchen": {
        "connection": "tcp://192.0.2.10:9100",
        "receipts": ["kitchen", "driver", "customer"],
        "paper_width_mm": 80,
    },
}
"""What an owner has to set; all else stands in the sample as a comment."""
NEEDED_WHEN = {
    "wix.webhook_public_key_file": (
        "Needed for Wix's own orders: save the key as /etc/wix-printer/wix-public.pem, say, "
        "and name that file here."
    ),
    "storage.path": (
        "The default is for the installed service; to try things out without root set a place "
        "of your own, such as var/my.db."
    ),
}
"""What an owner has to set later, or elsewhere; its default stays a comment."""


def sample() -> str:
    """Return a complete, commented configuration."""
    lines = [*_comment(PURPOSE), "#", *_comment(USE)]
    for name, field in Settings.model_fields.items():
        lines += ["", *_top_level(name, field.annotation)]
    return "\n".join(lines) + "\n"


def _top_level(name: str, annotation: Any) -> Iterator[str]:
    if name == "printers":
        yield from _comment(PRINTERS)
        yield "printers:"
        yield from _section("kitchen", Printer, "  ")
    elif name == "stations":
        yield from _comment(STATIONS)
        yield "#stations:"
        yield "#  bar:"
        yield from (f"#{line}" for line in _entries("bar", Station, "    "))
    else:
        yield from _comment(inspect.getdoc(annotation) or "")
        yield from _section(name, annotation, "")


def _section(name: str, model: type[BaseModel], indent: str) -> Iterator[str]:
    yield f"{indent}{name}:"
    yield from _entries(name, model, indent + "  ")


def _entries(name: str, model: type[BaseModel], indent: str) -> Iterator[str]:
    example = EXAMPLE.get(name, {})
    for key, field in model.model_fields.items():
        text = f"{_description(field)} {NEEDED_WHEN.get(f'{name}.{key}', '')}"
        yield from _comment(text, indent)
        if key in example:
            yield f"{indent}{key}: {_yaml(example[key])}"
        else:
            yield f"{indent}#{key}: {_yaml(field.get_default())}"


def _description(field: FieldInfo) -> str:
    text = field.description or ""
    choices = Shape(field.annotation).choices
    missing = [choice for choice in choices if choice not in text]
    return f"{text} One of {', '.join(choices)}." if missing else text


def _comment(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=f"{indent}# ",
        subsequent_indent=f"{indent}# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _yaml(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, Decimal):
        return str(value)
    text = yaml.safe_dump(
        to_jsonable_python(value), default_flow_style=True, allow_unicode=True, width=10_000
    )
    return text.removesuffix("...\n").strip()
