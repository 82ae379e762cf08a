"""What the commands share: the configuration option, and printing lists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wix_printer_service import config, logs

if TYPE_CHECKING:
    from wix_printer_service.settings import Settings

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Else $WIX_PRINTER_CONFIG, else /etc/wix-printer/config.yaml, else defaults.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_from(config_file: Path | None) -> Settings:
    """Load the settings and set up logging by them.

    Raises:
        ConfigurationError: With every mistake.
    """
    settings = config.load(config_file).settings
    logs.configure(settings.log.level)
    return settings


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


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
