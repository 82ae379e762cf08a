"""Reads the words of a language from its catalogue file, one YAML file per language."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from wix_printer_service.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

PATTERN_LANGUAGE: Final = "en"
"""The language by whose words those of others are held to fill in the same."""
_HOLE: Final = re.compile(r"\{\w+\}")
_CATALOGUE_FILE = re.compile(r"[a-z]{2}\.yaml")


def languages_in(folder: Traversable) -> tuple[str, ...]:
    """List the languages that a folder has a catalogue file of, such as ``de``, by name."""
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[:2] for name in names if _CATALOGUE_FILE.fullmatch(name)))


LANGUAGES = languages_in(files("wix_printer_service") / "receipts" / "catalogue")
"""The languages that receipts can speak: one more file there is one more language."""


def read_words(model: type[Model], package: str, language: str) -> Model:
    """Return the words in ``LANGUAGE.yaml`` of a package.

    Args:
        model: What the catalogue must hold; an unknown or missing key is a mistake, and so is a
            word that does not fill in the same {names} as the English one.
        package: Where the catalogue files lie.
        language: One of ``LANGUAGES``.

    Raises:
        ConfigurationError: There is no such catalogue, or it is not as agreed.
    """
    if language not in LANGUAGES:
        raise ConfigurationError([f"there are no words in {language!r}, only in {LANGUAGES}"])
    name = f"{language}.yaml"
    text = (files(package) / name).read_text(encoding="utf-8")
    try:
        content = yaml.safe_load(text)
        found = model.model_validate(content)
    except yaml.YAMLError as error:
        raise ConfigurationError([f"{package}/{name}: {error}"]) from error
    except ValidationError as error:
        problems = [f"{package}/{name}: {_in_words(detail)}" for detail in error.errors()]
        raise ConfigurationError(problems) from error
    if problems := [f"{package}/{name}: {wrong}" for wrong in _misfilled(content, package)]:
        raise ConfigurationError(problems)
    return found


def _misfilled(content: Any, package: str) -> Iterator[str]:
    """Find the words of a catalogue that fill in something else than the English ones."""
    file = files(package) / f"{PATTERN_LANGUAGE}.yaml"
    pattern = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    expected = {key: _HOLE.findall(text) for key, text in _texts(pattern)}
    for key, text in _texts(content):
        holes = expected.get(key, _HOLE.findall(text))
        if sorted(_HOLE.findall(text)) != sorted(holes):
            yield f"{key}: expected {' and '.join(holes) or 'nothing in braces'} in {text!r}"
        elif set(_HOLE.sub("", text)) & set("{}"):
            yield f"{key}: a brace stands alone in {text!r}"


def _texts(content: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """List the single words in a catalogue, each with its key."""
    if isinstance(content, str):
        yield key, content
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from _texts(value, f"{key}.{name}" if key else str(name))


def _in_words(detail: ErrorDetails) -> str:
    key = ".".join(map(str, detail["loc"]))
    return f"{key}: {detail['msg']}" if key else detail["msg"]
