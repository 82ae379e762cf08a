"""Settings of what receipts say, which station makes what, and when pre-orders are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION, Receipt
from wix_printer_service.settings.base import File, Language, PrintableReceipt, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wix_printer_service.settings.printing import Printer

DEFAULT = "default"
"""What the default station is called in the configuration."""
SHORTEST_ALLERGY_WORD = 3
LayoutName = Literal[
    Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER, Receipt.CHANGE, Receipt.CANCELLATION
]


def _tells_apart(value: str) -> str:
    """Refuse a Latin word so short that it stands in words of all kinds; 花生 (peanut) does not."""
    bare = value.strip()
    if not bare or (bare.isascii() and len(bare) < SHORTEST_ALLERGY_WORD):
        message = f"expected {SHORTEST_ALLERGY_WORD} letters or more: this stands in many words"
        raise ValueError(message)
    return value


class Receipts(Section):
    """What receipts say and look like."""

    languages: dict[PrintableReceipt, Language] = Field(
        default={},
        description=(
            "Language of a reader, if not the restaurant's: {kitchen: tr}. Changes and "
            "cancellations speak their reader's."
        ),
    )
    layouts: dict[LayoutName, File] = Field(
        default={},
        description=(
            "Your own layouts: {kitchen: /etc/wix-printer/kitchen.yaml}; `wix-printer receipts "
            "layout kitchen` prints the one to start from."
        ),
    )
    allergy_words: tuple[Annotated[str, AfterValidator(_tells_apart)], ...] = Field(
        default=(),
        description="More words, or parts of words, by which guests speak of allergies.",
    )
    payment_changes: bool = Field(
        default=False,
        description="Whether a payment after the print makes a CHANGE for driver and customer.",
    )


class Preorders(Section):
    """When orders for later are printed."""

    print: Literal["at_once", "before_due", "both"] = Field(
        default="at_once",
        description=(
            "As soon as they come in (at_once), minutes_before they are due (before_due), or at "
            "once and for the kitchen again when it is time to begin (both)."
        ),
    )
    minutes_before: float = Field(
        default=45.0, ge=0, le=10_000, description="How long before the guest's time that is."
    )


class Station(Section):
    """A part of the kitchen: the items that it makes. The first station that fits makes a line.

    A line fits by its section, menu, item or name, whichever is given; ``locations`` narrow that.
    """

    sections: tuple[str, ...] = Field(default=(), description="Ids of sections of Wix's menus.")
    menus: tuple[str, ...] = Field(default=(), description="Ids of Wix's menus.")
    items: tuple[str, ...] = Field(default=(), description="Ids of items of Wix's catalogue.")
    names: tuple[str, ...] = Field(
        default=(),
        description='Patterns of names with * and ?, such as "Cola*", in any case.',
    )
    locations: tuple[str, ...] = Field(
        default=(), description="Ids or names of business locations that it works for. None: all."
    )


def stations_of(printer: Printer) -> tuple[str, ...]:
    """Return the stations, as jobs name them, whose kitchen tickets a printer prints."""
    if Receipt.KITCHEN not in printer.receipts:
        return ()
    named = printer.stations or (DEFAULT,)
    return tuple(DEFAULT_STATION if name == DEFAULT else name for name in named)


def useless(stations: Mapping[str, Station]) -> Iterator[str]:
    """Say which stations can make nothing, or not under their name."""
    for name in sorted(stations.keys() & {DEFAULT, EXPO_STATION}):
        yield f"the name {name} is taken, choose another"
    for name, station in stations.items():
        rules = {rule: getattr(station, rule) for rule in Station.model_fields}
        if not any(rules.values()):
            yield f"{name} makes nothing, without any of {', '.join(rules)}"
        for rule in (rule for rule, texts in rules.items() if not all(map(str.strip, texts))):
            yield f"one of {name}.{rule} is empty, and fits nothing"


def misrouted(stations: Mapping[str, Station], printers: Mapping[str, Printer]) -> Iterator[str]:
    """Say what is wrong between stations and printers: no item may be printed nowhere."""
    known = {*stations, DEFAULT, EXPO_STATION}
    for name, printer in printers.items():
        yield from (f"printers.{name}.stations: {wrong}" for wrong in _odd(printer, known))
    printed = {station for printer in printers.values() for station in stations_of(printer)}
    for name in sorted(stations.keys() - printed):
        yield f"no printer prints the tickets of {name}"
    if (stations or EXPO_STATION in printed) and DEFAULT_STATION not in printed:
        yield "no printer prints the station default, which makes what no other makes"


def _odd(printer: Printer, known: set[str]) -> Iterator[str]:
    for station in printer.stations:
        if station not in known:
            yield f"there is no station {station!r}"
    if printer.stations and Receipt.KITCHEN not in printer.receipts:
        yield "it does not print the receipt kitchen"
    if len(set(printer.stations)) < len(printer.stations):
        yield "a station stands here twice"
