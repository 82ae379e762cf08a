"""Reads the words of a language from its catalogue file, one YAML file per language."""

from __future__ import annotations

from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from wix_printer_service.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)

LANGUAGES = ("de", "en")


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
    text = (files(package) / f"{language}.yaml").read_text(encoding="utf-8")
    try:
        return model.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError([f"{package}/{language}.yaml: {error}"]) from error
