"""What ``receipts preview`` shows, put together from its options."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wix_printer_service import order_records
from wix_printer_service.api.pictures import draw
from wix_printer_service.errors import MalformedError, NotFoundError, PersonNeededError
from wix_printer_service.models import EXPO_STATION, Method, Receipt
from wix_printer_service.previews import Previews, current_order
from wix_printer_service.printing.rendering import COLUMNS, Paper
from wix_printer_service.receipts.context import Slip
from wix_printer_service.receipts.layout import read_layout
from wix_printer_service.settings.receipts import DEFAULT
from wix_printer_service.storage.files import write_durably
from wix_printer_service.storage.read_only import read_only
from wix_printer_service.tickets import paper_of, receipt_context
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.wix.webhook import parse
from wix_printer_service.wix.wire import load
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from wix_printer_service.models import Order
    from wix_printer_service.previews import Preview
    from wix_printer_service.settings import Settings

OF_OTHERS = frozenset({Receipt.CHANGE, Receipt.CANCELLATION})
"""Receipts about the paper of one of several readers."""
DELIVERY_KEYS = frozenset({"data", "eventType"})
ORDER_KEYS = frozenset({"id", "number", "lineItems"})
"""Of these an order has at least one."""
ALL = 2**31
PUBLIC = 0o644
"""Whoever asks for a picture wants to pass it round."""


def slip(
    receipt: Receipt, station: str, reader: Receipt, before: Path | None, settings: Settings
) -> Slip:
    """Return which piece of paper is wanted; a receipt for one reader has no other.

    Raises:
        BadParameter: There is no such thing.
        MalformedError: The order before a change cannot be read.
    """
    _refuse_unknown("--station", station, (*settings.stations, DEFAULT, EXPO_STATION))
    if (before is not None) is not (receipt is Receipt.CHANGE):
        raise typer.BadParameter("needed by the receipt change alone", param_hint="--before")
    earlier = None if before is None else order_in(before)
    found = Slip(receipt, reader=reader if receipt in OF_OTHERS else None, before=earlier)
    is_share = found.read_by is Receipt.KITCHEN and station != DEFAULT
    return replace(found, station=station) if is_share else found


def station_of(printer: str | None, settings: Settings) -> str:
    """Return the first station whose tickets a printer prints, as the configuration names it."""
    known = None if printer is None else settings.printers.get(printer)
    return next(iter(known.stations if known else ()), DEFAULT)


def why_never_printed(order: Order, slip: Slip, previews: Previews) -> str:
    """Say why a whole receipt would not come out; empty if it would."""
    if slip.receipt in OF_OTHERS or slip in previews.slips(order):
        return ""
    why = "no printer prints it"
    station = slip.station or DEFAULT
    if slip.receipt is Receipt.DRIVER and order.method is not Method.DELIVERY:
        why = "there is nothing to deliver"
    elif slip.receipt is Receipt.KITCHEN and not previews.context.kitchen.has_work(
        order, slip.station
    ):
        why = f"{station} makes nothing of this order"
    return f"{why}: nothing would be printed"


def previews(
    settings: Settings, receipt: Receipt, language: str | None, layout: Path | None
) -> Previews:
    """Return what shows receipts, for once in another language or with another layout.

    Raises:
        BadParameter: There are no words in this language.
        ConfigurationError: The layout has mistakes.
    """
    context = receipt_context(settings)
    if language is not None:
        _refuse_unknown("--language", language, LANGUAGES)
        context = replace(context, language=language, languages={})
    if layout is not None:
        layouts = {**context.layouts, receipt: read_layout(receipt, layout)}
        context = replace(context, layouts=layouts)
    return Previews(context, settings.printers)


def paper(previews: Previews, slip: Slip, printer: str | None, width: int | None) -> Paper:
    """Return what it is printed on: a printer's paper, one of a width, or the usual one.

    Raises:
        BadParameter: There is no such thing.
    """
    if printer is not None and width is not None:
        raise typer.BadParameter("the printer has its own width", param_hint="--width")
    if width is not None:
        _refuse_unknown("--width", str(width), [str(known) for known in COLUMNS])
        return Paper.of(width)
    if printer is not None:
        _refuse_unknown("--printer", printer, previews.printers)
        return paper_of(previews.printers[printer])
    return previews.paper(slip)


def order(name: str, settings: Settings) -> Order:
    """Return the order in a file, else in the database.

    Raises:
        NotFoundError: It is in neither, or its data was erased.
        MalformedError: The file holds no order.
        StorageError: The database cannot be read.
    """
    if Path(name).is_file():
        return order_in(Path(name))
    database = settings.storage.path
    try:
        with read_only(database) as connection:
            return current_order(connection, _order_id(connection, name))
    except NotFoundError as error:
        if not database.exists():
            raise NotFoundError(f"there is no file {name}, and {error}") from error
        message = f"{error}; looked into the database {database} and for a file {name}"
        raise NotFoundError(message) from error


def items(order: Order, settings: Settings) -> list[dict[str, str]]:
    """Return an order's items with what the settings of stations may name."""
    makers = [receipt_context(settings).kitchen.station_of(line, order) for line in order.lines]
    return [
        {
            "name": line.name,
            "station": "" if maker is None else maker or DEFAULT,
            "item": line.item_id,
            "section": line.section_id,
            "menu": line.menu_id,
        }
        for line, maker in zip(order.lines, makers, strict=True)
    ]


def _order_id(connection: sqlite3.Connection, name: str) -> str:
    """Return whose id or number a name is; of several orders with one number the newest's."""
    number = name.removeprefix("#")
    called_so = (
        record.id
        for record in order_records.newest(connection, ALL)
        if number and number in {record.number, record.local_number}
    )
    return name if order_records.find(connection, name) else next(called_so, name)


def order_in(file: Path) -> Order:
    """Read a decoded delivery of Wix, or an order alone.

    Raises:
        MalformedError: It is neither; the text names the file and the place.
    """
    try:
        content = file.read_bytes()
        found = load(content)
        keys = found.keys() if isinstance(found, dict) else frozenset()
        if keys.isdisjoint(DELIVERY_KEYS) and not keys.isdisjoint(ORDER_KEYS):
            return read_order(found)
        event = None if keys.isdisjoint(DELIVERY_KEYS) else parse(content)
    except OSError as error:
        raise MalformedError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise MalformedError(f"{file}: this is not JSON: {error}") from error
    except MalformedError as error:
        raise MalformedError(f"{file}: {error}") from error
    if event is None:
        raise MalformedError(f"{file}: expected a decoded delivery of Wix, or an order alone")
    if event.order is None:
        raise MalformedError(f"{file}: {event.type} is no event of an order")
    return read_order(event.order, order_id=event.order_id)


def write_picture(file: Path, preview: Preview) -> None:
    """Write a receipt as PNG, whole or not at all.

    Raises:
        PersonNeededError: The file cannot be written.
    """
    if not file.parent.is_dir():
        raise PersonNeededError(f"cannot write the picture: there is no folder {file.parent}")
    try:
        write_durably(file, draw(preview.document, preview.paper.width_mm), PUBLIC)
    except OSError as error:
        raise PersonNeededError(f"cannot write the picture: {error}") from error


def _refuse_unknown(option: str, given: str, known: Iterable[str]) -> None:
    if given not in known:
        message = f"there is no {given!r}; there is: {', '.join(known)}"
        raise typer.BadParameter(message, param_hint=option)
