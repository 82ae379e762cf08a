"""Everything that is wrong with a configuration, each in one line for a person."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from wix_printer_service.config.misfits import misfits
from wix_printer_service.config.shape import shape_at
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from wix_printer_service.config.shape import KeyPath
    from wix_printer_service.config.sources import Sources

LONGEST_VALUE = 80
PRINTER_NAME = "expected a name of letters, digits, - and _, 32 at most"
STATION_NAME = "expected a name of small letters, digits, - and _, 32 at most"
NAMES = {"printers": PRINTER_NAME, "backup": PRINTER_NAME, "stations": STATION_NAME}
"""How the names in or under such a setting are written."""
SECRET = re.compile(r"key|secret|token|password|hash|credential", re.IGNORECASE)
PATH = re.compile(r"\.{0,2}(/[\w.@+-]+)+")
"""Surely the name of a file, and not the secret that belongs into the file."""


def checked(sources: Sources) -> Settings:
    """Return the settings that the sources hold.

    Raises:
        ConfigurationError: With every problem that was found.
    """
    problems = list(sources.problems)
    problems += [_line(sources, key, text, value) for key, value, text in misfits(sources.merged)]
    try:
        settings = Settings.model_validate(sources.merged)
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if _is_news(detail)]
        found = [_in_words(detail, sources) for detail in details]
        raise ConfigurationError(found + problems) from error
    if problems:
        raise ConfigurationError(problems)
    return settings


def _is_news(detail: ErrorDetails) -> bool:
    """Tell apart "too short" from "too short, not counting the entries that are wrong"."""
    return not (detail["type"] == "too_short" and detail["input"])


def _in_words(detail: ErrorDetails, sources: Sources) -> str:
    """Say in one line what pydantic found."""
    key, value, kind = detail["loc"], detail["input"], detail["type"]
    if key[-1] == "[key]":
        keys = getattr(shape_at(key[:-2]), "keys", [])
        rule = f"there is no such name, only {', '.join(keys)}{_near(key[-2], keys)}"
        return _line(sources, key[:-1], rule if keys else _rule_of_names(key))
    shape = shape_at(key)
    if kind == "string_pattern_mismatch":
        rule = _rule_of_names(key) or f"expected {shape.description if shape else ''}".rstrip(".")
        return _line(sources, key, rule, value)
    if shape is None:
        siblings = getattr(shape_at(key[:-1]), "names", [])
        return _line(sources, key, f"there is no such setting{_near(key[-1], siblings)}")
    if kind == "missing":
        return _line(
            sources, key, f"this is missing. {shape.description or f'Expected {shape.expected}'}"
        )
    if kind == "value_error":
        return _line(sources, key, str(detail["ctx"]["error"]), value)
    return _line(sources, key, f"expected {shape.expected}{_near(value, shape.choices)}", value)


def _rule_of_names(key: KeyPath) -> str:
    return next((NAMES[part] for part in reversed(key) if part in NAMES), "")


def _near(word: Any, right_words: list[str]) -> str:
    close = difflib.get_close_matches(str(word).lower().replace("-", "_"), right_words, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _line(sources: Sources, key: KeyPath, text: str, value: Any = None) -> str:
    name = ".".join(str(part) for part in key)
    return f"{sources.source_of(key)}: {name}{_shown(key, value)}: {text}"


def _shown(key: KeyPath, value: Any) -> str:
    """Show a value unless a secret may have ended up in it."""
    shape = shape_at(key)
    if not isinstance(value, str | int | float) or shape is None or shape.names:
        return ""
    if "@" in str(value) or (SECRET.search(str(key[-1])) and not PATH.fullmatch(str(value))):
        return ""
    text = json.dumps(value, ensure_ascii=False)
    return f" is {text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + '…'}"
