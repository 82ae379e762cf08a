"""``config check``, ``config sample`` and ``config password``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from wix_printer_service import config, passwords
from wix_printer_service.cli.common import ConfigFile, require_words
from wix_printer_service.config.sample import sample as sample_configuration
from wix_printer_service.models import Receipt
from wix_printer_service.receipts.layout import read_layouts
from wix_printer_service.storage.files import write_durably

app = typer.Typer(no_args_is_help=True)


@app.command()
def check(config_file: ConfigFile = None) -> None:
    """Look for mistakes; exit code 1 if there are any."""
    loaded = config.load(config_file)
    layouts = loaded.settings.receipts.layouts
    read_layouts({Receipt(name): file for name, file in layouts.items()})
    require_words()
    source = "embedded defaults" if loaded.path is None else str(loaded.path)
    print(f"No mistakes found ({source}).")


@app.command()
def sample() -> None:
    """Print a complete configuration with every setting explained."""
    print(sample_configuration(), end="")


@app.command()
def password(
    file: Annotated[Path, typer.Argument(help="File for the hash: status.password_hash_file.")],
) -> None:
    """Ask for the status page's password (or read it from a pipe) and write its hash to a file."""
    # never an argument: everybody on the machine can read those
    if sys.stdin.isatty():
        given = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\n")
    write_durably(file, passwords.hash_password(given).encode("ascii"))
    print(f"The password's hash is in {file}.")
