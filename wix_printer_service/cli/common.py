"""What the commands share: the configuration option, and printing lists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from wix_printer_service import config, logs
from wix_printer_service.api.texts import texts
from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    from wix_printer_service.settings import Settings

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Else $WIX_PRINTER_CONFIG, else /etc/wix-printer/config.yaml, else defaults.",
    ),
]
MINUTE_S = 60
MINUTES_PER_HOUR = 60
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_from(config_file: Path | None) -> Settings:
    """Load the settings and set up logging by them.

    Raises:
        ConfigurationError: With every mistake.
    """
    settings = config.load(config_file).settings
    logs.configure(settings.log.level)
    return settings


def require_words() -> None:
    """Read the words of every language: guests' allergies are looked for in all of them.

    Raises:
        ConfigurationError: With every mistake in the catalogues.
    """
    problems: list[str] = []
    for language in LANGUAGES:
        for read in (words, texts):
            try:
                read(language)
            except ConfigurationError as error:
                problems += error.problems
    if problems:
        raise ConfigurationError(list(dict.fromkeys(problems)))


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print rows as JSON, or as a table of some columns."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = [[_cell(row.get(column)) for column in columns] for row in rows]
    head = [column.replace("_", " ").upper() for column in columns]
    widths = [max(len(line[i]) for line in [head, *table]) for i in range(len(columns))]
    for line in [head, *table]:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def moment(text: str, settings: Settings) -> str:
    """Return a moment, ISO 8601, as the restaurant's clocks show it; the day if it is not today."""
    zone = ZoneInfo(settings.restaurant.timezone)
    local = datetime.fromisoformat(text).astimezone(zone)
    is_today = local.date() == SystemClock().now().astimezone(zone).date()
    return f"{local:%H:%M:%S}" if is_today else f"{local:%Y-%m-%d %H:%M:%S}"


def span(seconds: float) -> str:
    """Return a length of time in one or two units, such as ``3 h 5 min``."""
    if round(seconds) < MINUTE_S:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE_S)
    if minutes < MINUTES_PER_HOUR:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, MINUTES_PER_HOUR)
    return f"{hours} h {minutes} min"


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
