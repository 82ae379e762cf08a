"""Every block that a layout can name, and which of them no layout may lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from wix_printer_service.models import Receipt
from wix_printer_service.receipts import customer, driver, heading, kitchen, lines, marks, notes
from wix_printer_service.receipts.block_options import Bare, Code, Logo, Look, Size, Space, Words
from wix_printer_service.receipts.document import NORMAL, Feed, Picture, QrCode, Rule, Text
from wix_printer_service.receipts.styles import (
    BANNER,
    BOLD_CENTERED,
    CENTERED,
    HUGE,
    LARGE,
    LARGE_CENTERED,
    TALL_BOLD,
    TALL_CENTERED,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wix_printer_service.receipts.context import Ticket
    from wix_printer_service.receipts.document import Block, Style
    from wix_printer_service.settings.base import Section

    AnyLook = TypeVar("AnyLook", bound=Size)
    Options = TypeVar("Options", bound=Section)


@dataclass(frozen=True, slots=True)
class Part:
    """What stands behind a block's name."""

    options: type[Section]
    """What a layout may say of it."""
    show: Callable[[Ticket, Any], Iterable[Block]]
    """Makes its blocks, given the ticket and the layout's options."""
    is_free: bool = False
    """Whether it says nothing of the order: it may stand anywhere, also twice."""


def _plain(show: Callable[[Ticket], Iterable[Block]], *, is_free: bool = False) -> Part:
    """Make a part that always looks the same."""
    return Part(Bare, lambda ticket, _options: show(ticket), is_free)


def _styled(
    show: Callable[[Ticket, Style], Iterable[Block]],
    usual: Style,
    options: type[Size] = Look,
    *,
    is_free: bool = False,
) -> Part:
    """Make a part whose usual look a layout may change."""
    return Part(options, lambda ticket, look: show(ticket, look.over(usual)), is_free)


def _content(options: type[Options], show: Callable[[Options], Iterable[Block]]) -> Part:
    """Make a part that holds only what the layout says."""
    return Part(options, lambda _ticket, given: show(given), is_free=True)


def _text(words: Words) -> Iterator[Block]:
    yield from (Text(line, words.over(NORMAL)) for line in words.lines)


def _centred_text(words: Words) -> Iterator[Block]:
    yield from (Text(line, words.over(CENTERED)) for line in words.lines)


def _code(code: Code) -> Iterator[Block]:
    yield QrCode(code.data)
    if code.caption:
        yield Text(code.caption, CENTERED)


_EVERYWHERE: Final[dict[str, Part]] = {
    "marks": _plain(marks.marks),
    "number": _styled(heading.number, HUGE),
    "method": _styled(heading.method, BANNER),
    "due": _styled(heading.due, HUGE),
    "ordered": _styled(heading.ordered, NORMAL),
    "location": _styled(heading.location, NORMAL),
    "restaurant": _styled(heading.restaurant, LARGE_CENTERED, is_free=True),
    "restaurant_address": _styled(heading.restaurant_address, CENTERED, is_free=True),
    "tax_number": _styled(heading.tax_number, CENTERED, is_free=True),
    "text": _content(Words, _text),
    "logo": _content(Logo, lambda logo: (Picture(logo.file),)),
    "qr": _content(Code, _code),
    "feed": _content(Space, lambda space: (Feed(space.rows),)),
    "rule": _content(Bare, lambda _bare: (Rule(),)),
}
_OF_STAFF: Final[dict[str, Part]] = {
    **_EVERYWHERE,
    "title": _styled(heading.title, LARGE_CENTERED, is_free=True),
    "guest": _styled(kitchen.guest, NORMAL),
}
_OF_NEWS: Final[dict[str, Part]] = {**_OF_STAFF, "banner": _plain(marks.banner, is_free=True)}
_WORDS_OF_GUESTS: Final[dict[str, Part]] = {
    "notes": _plain(notes.guest_notes),
    "unread": _plain(notes.unread),
}
BLOCKS: Final[dict[Receipt, dict[str, Part]]] = {
    Receipt.KITCHEN: {
        **_OF_STAFF,
        **_WORDS_OF_GUESTS,
        "allergies": _plain(kitchen.allergies),
        "payment": _styled(kitchen.payment, LARGE_CENTERED),
        "lines": _styled(kitchen.station_lines, LARGE, Size),
    },
    Receipt.DRIVER: {
        **_OF_STAFF,
        **_WORDS_OF_GUESTS,
        "guest": _styled(driver.guest, TALL_BOLD),
        "address": _styled(driver.address, LARGE),
        "phone": _styled(driver.phone, LARGE),
        "payment": _plain(driver.payment),
        "lines": _styled(driver.all_lines, TALL_BOLD, Size),
        "route": _plain(driver.route),
    },
    Receipt.CUSTOMER: {
        **_EVERYWHERE,
        "number": _styled(customer.number, TALL_CENTERED),
        "ordered": _styled(heading.ordered, CENTERED),
        "due": _styled(customer.due, BOLD_CENTERED),
        "location": _styled(heading.location, CENTERED),
        "guest": _styled(customer.guest, NORMAL),
        "lines": _styled(customer.priced_lines, NORMAL, Size),
        "sums": _plain(customer.costs),
        "payment": _styled(customer.payment, LARGE_CENTERED),
        "unread": _plain(notes.unread),
        "text": _content(Words, _centred_text),
        "thanks": _styled(customer.thanks, BOLD_CENTERED, is_free=True),
    },
    Receipt.CHANGE: {
        **_OF_NEWS,
        "allergies": _plain(kitchen.allergies),
        "changes": _plain(marks.what_is_new),
        "remark": _plain(marks.remark),
    },
    Receipt.CANCELLATION: {
        **_OF_NEWS,
        **_WORDS_OF_GUESTS,
        "lines": _styled(lines.counted, TALL_BOLD, Size),
    },
}
"""The blocks of each receipt that a restaurant may lay out, by name."""

NEEDED: Final[dict[Receipt, tuple[str, ...]]] = {
    Receipt.KITCHEN: ("marks", "number", "lines", "notes", "unread"),
    Receipt.DRIVER: (
        "marks",
        "number",
        "guest",
        "address",
        "phone",
        "payment",
        "notes",
        "unread",
    ),
    Receipt.CUSTOMER: ("marks", "number", "lines", "sums", "unread"),
    Receipt.CHANGE: ("marks", "banner", "number", "changes"),
    Receipt.CANCELLATION: ("marks", "banner", "number", "lines"),
}
"""What the reader of a receipt must never miss."""

WHY_NEEDED: Final = {
    "marks": "nobody would be warned of a duplicate, a late or a cancelled order",
    "number": "nobody would know which order this is",
    "lines": "nobody would know what was ordered",
    "notes": "nobody would see what the guest wrote, allergies too",
    "unread": "what could not be read of an order, a dish or an allergy, would be lost",
    "guest": "the driver would not know whom to give the food",
    "address": "the driver would not know where to go",
    "phone": "the driver could not ring the guest",
    "payment": "the driver would not know how much to collect",
    "sums": "the guest would not know what it costs",
    "banner": "this paper would be taken for a new order",
    "changes": "this paper would say nothing",
}
