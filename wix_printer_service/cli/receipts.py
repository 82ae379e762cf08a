"""``receipts preview`` and ``receipts layout``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from wix_printer_service.cli import layouts
from wix_printer_service.cli.common import AsJson, ConfigFile, settings_from, show
from wix_printer_service.models import Receipt
from wix_printer_service.words import LANGUAGES

ITEMS = ("name", "station", "item", "section", "menu")
OrderName = Annotated[
    str,
    typer.Argument(
        metavar="ORDER|FILE",
        help="Wix's id or number of the order, our number (L7), or a JSON file with a decoded "
        "delivery or a bare order.",
    ),
]
app = typer.Typer(no_args_is_help=True)
app.command()(layouts.layout)


@app.callback()
def receipts() -> None:
    """See receipts without printing them."""


@app.command()
def items(order: OrderName, config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """List an order's items, who makes them, and their ids for the settings of `stations`."""
    from wix_printer_service.cli import previewing  # noqa: PLC0415 - heavy, and few draw

    settings = settings_from(config_file)
    rows = previewing.items(previewing.order(order, settings), settings)
    show(rows, ITEMS, as_json=as_json)


@app.command()
def preview(
    order: OrderName,
    receipt: Annotated[
        Literal["kitchen", "driver", "customer", "change", "cancellation"],
        typer.Option(help="Which receipt."),
    ] = "kitchen",
    station: Annotated[
        str | None,
        typer.Option(
            help="Whose share of it: one of `stations`, default or expo; else the printer's first."
        ),
    ] = None,
    before: Annotated[
        Path | None, typer.Option(help="JSON file: the order before the change.")
    ] = None,
    reader: Annotated[
        Literal["kitchen", "driver", "customer"],
        typer.Option(help="Who reads a change or cancellation."),
    ] = "kitchen",
    printer: Annotated[str | None, typer.Option(help="On the paper of this printer.")] = None,
    width: Annotated[int | None, typer.Option(help="Paper width in mm: 58 or 80.")] = None,
    language: Annotated[str | None, typer.Option(help=f"One of {', '.join(LANGUAGES)}.")] = None,
    layout: Annotated[Path | None, typer.Option(help="A layout to try, YAML.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write it as a picture to this file.")] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print its text; so it is without --png.")
    ] = False,
    config_file: ConfigFile = None,
) -> None:
    """Show a receipt as it would come out now; nothing is printed."""
    from wix_printer_service.cli import previewing  # noqa: PLC0415 - heavy, and few draw

    settings = settings_from(config_file)
    station = station or previewing.station_of(printer, settings)
    slip = previewing.slip(Receipt(receipt), station, Receipt(reader), before, settings)
    previews = previewing.previews(settings, slip.receipt, language, layout)
    paper = previewing.paper(previews, slip, printer, width)
    found = previewing.order(order, settings)
    shown = previews.show(found, slip, paper)
    if never := previewing.why_never_printed(found, slip, previews):
        print(never, file=sys.stderr)
    if png is not None:
        previewing.write_picture(png, shown)
    if text or png is None:
        print(shown.text)
