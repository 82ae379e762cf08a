"""Reads the words of a language from its catalogue file, one YAML file per language."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from wix_printer_service.errors import ConfigurationError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

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
        model: What the catalogue must hold; an unknown or missing key is a mistake.
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
        return model.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ConfigurationError([f"{package}/{name}: {error}"]) from error
    except ValidationError as error:
        problems = [f"{package}/{name}: {_in_words(detail)}" for detail in error.errors()]
        raise ConfigurationError(problems) from error


def _in_words(detail: ErrorDetails) -> str:
    key = ".".join(map(str, detail["loc"]))
    return f"{key}: {detail['msg']}" if key else detail["msg"]
