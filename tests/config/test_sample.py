"""The sample configuration is complete, true and loadable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from wix_printer_service import config
from wix_printer_service.config.sample import WIDTH, sample
from wix_printer_service.settings import Printer, Settings, Station

if TYPE_CHECKING:
    from pydantic import BaseModel

EXAMPLE_FILE = Path(__file__).parents[2] / "config" / "config.example.yaml"


def with_all_defaults(text: str) -> str:
    """Take the comment sign from every default."""
    return re.sub(r"^( *)#(?=\w+:)", r"\1", text, flags=re.MULTILINE)


def load(text: str, folder: Path) -> Settings:
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, {}).settings


def test_the_file_in_the_repository_is_what_the_settings_say() -> None:
    assert EXAMPLE_FILE.read_text(encoding="utf-8") == sample()


def test_the_sample_loads_as_it_stands(tmp_path: Path) -> None:
    settings = load(sample(), tmp_path)
    assert settings.restaurant.name == "Trattoria Beispiel"
    assert list(settings.printers) == ["kitchen"]


def test_what_is_commented_out_are_the_defaults(tmp_path: Path) -> None:
    assert with_all_defaults(sample()) != sample()
    assert load(with_all_defaults(sample()), tmp_path) == load(sample(), tmp_path)


def test_every_setting_is_in_it() -> None:
    data = yaml.safe_load(with_all_defaults(sample()))
    models: dict[str, type[BaseModel]] = {
        name: field.annotation for name, field in Settings.model_fields.items()
    }
    assert list(data) == list(models)
    assert list(data["printers"]["kitchen"]) == list(Printer.model_fields)
    del models["printers"], models["stations"]
    for name, model in models.items():
        assert list(data[name]) == list(model.model_fields)


def test_a_station_is_shown_as_an_example_with_all_that_it_may_say() -> None:
    example = re.search(r"^#stations:\n(#.*\n)+", sample(), flags=re.MULTILINE)
    assert example is not None
    text = re.sub(r"^#", "", example[0], flags=re.MULTILINE)
    data = yaml.safe_load(with_all_defaults(text))
    assert list(data["stations"]["bar"]) == list(Station.model_fields)
    assert Station(**data["stations"]["bar"]) == Station()


def test_an_owner_sees_at_once_what_must_be_set() -> None:
    shown = {name: value for name, value in yaml.safe_load(sample()).items() if value}
    assert list(shown) == ["restaurant", "printers"]
    assert list(shown["restaurant"]) == ["name", "address", "timezone", "language"]


def test_what_must_be_set_later_stays_a_comment_that_says_when() -> None:
    text = " ".join(line.strip("# ") for line in sample().splitlines())
    assert "Needed for Wix's own orders" in text
    assert "to try things out without root" in text
    assert "\n  #webhook_public_key_file: null\n" in sample()
    assert "\n  #path: /var/lib/wix-printer/wix-printer.db\n" in sample()


def test_every_setting_is_explained_above_it_in_short_lines() -> None:
    lines = sample().splitlines()
    for number, line in enumerate(lines):
        if re.match(r" +#?\w+: ", line):
            assert lines[number - 1].strip().startswith("# "), line
        if line.lstrip().startswith("# "):
            assert len(line) <= WIDTH


def test_choices_are_named() -> None:
    assert "# Least important level to log. One of debug, info, warning, error." in sample()
    assert "# 58 or 80.\n" in sample()
