"""From a line of Wix's order to ``OrderLine``: all that was said of it, and nothing twice.

Where Wix Restaurants puts modifiers and special requests is not documented: ``modifierGroups``,
``descriptionLines`` and ``catalogReference.options`` are read.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from wix_printer_service.models import Modifier, OrderLine

if TYPE_CHECKING:
    from wix_printer_service.wix.wire import Wire

_WISH_NAMES = re.compile(
    r"sonderw[uü]e?nsch|special (request|instruction)|anmerkung|bemerkung|hinweis|notiz|\bnotes?\b",
    re.IGNORECASE,
)
_MERE_HEADING = re.compile(rf"({_WISH_NAMES.pattern})(e|en|s)?\W*", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,6})\s*[x×]\s*", re.IGNORECASE)
_PARTS = re.compile(r"[,\n]")
_UNITS = {"SQM": "m²", "CBM": "m³", "SQFT": "sq ft", "FLOZ": "fl oz", "UNSPECIFIED": ""}
"""Units that are not written as Wix names them (its ``MeasurementUnit``), but for the case."""


def read_line(item: Wire) -> OrderLine:
    """Read a line; what could not be read is noted by its wire."""
    catalog = item.child("catalogReference")
    modifiers = _modifiers(item) or _named_in(catalog)
    options, wishes = _descriptions(item, catalog, modifiers)
    if not modifiers and not options and _has_choices(catalog):
        catalog.note("options.modifierGroups", "–")
    quantity, unit = _quantity(item)
    name = item.translated("productName")
    if not name:
        item.note("productName", "–")
    return OrderLine(
        name=name or "?",
        quantity=quantity,
        unit=unit,
        modifiers=modifiers,
        options=options,
        wishes=wishes,
        unit_price=item.money("price"),
        total=_first(item, "totalPriceAfterTax", "lineItemPrice", "totalPriceBeforeTax"),
        app_id=catalog.text("appId"),
        id=item.text("id"),
        item_id=catalog.text("catalogItemId"),
        section_id=catalog.child("options").text("sectionId"),
        menu_id=catalog.child("options").text("menuId"),
    )


def _first(item: Wire, *keys: str) -> Decimal | None:
    return next((amount for key in keys if (amount := item.money(key)) is not None), None)


def _quantity(item: Wire) -> tuple[Decimal | None, str]:
    exact = item.child("decimalQuantity")
    measured = exact.word("measurementUnit")
    unit = _UNITS.get(measured, measured.lower()) or exact.text("otherUnit")
    is_said = exact.anything("value") or exact.anything("description") or unit
    if is_said or (not exact and item.anything("decimalQuantity")):
        # then ``quantity`` is 1, even where we cannot read how much it really is
        return _exact_value(exact), unit
    if not item.anything("quantity"):
        item.note("quantity", "–")
    return item.number("quantity"), ""


def _exact_value(exact: Wire) -> Decimal | None:
    value = exact.number("value")
    if value is None and exact:
        if not exact.anything("value"):
            exact.note("value", "–")
        # Wix's own words for the same, such as "2.75 kg of plums"
        exact.note("description", exact.translated("description"))
    return value


def _modifiers(item: Wire) -> tuple[Modifier, ...]:
    found = []
    for group in item.children("modifierGroups"):
        group_name = group.translated("name")
        chosen = group.children("modifiers")
        if not chosen:
            group.note("name", group_name)
        if not chosen or not group_name:
            group.note_beyond("id", "name", "modifiers")
        found += [_modifier(group_name, modifier) for modifier in chosen]
    return tuple(found)


def _named_in(catalog: Wire) -> tuple[Modifier, ...]:
    """Return the choices that the catalogue's reference names; most often it has only ids."""
    return tuple(
        Modifier(group.translated("name"), label, chosen.number("quantity") or Decimal(1))
        for group in catalog.child("options").children("modifierGroups")
        for chosen in group.children("modifiers")
        if (label := chosen.translated("label") or chosen.translated("name"))
    )


def _modifier(group_name: str, modifier: Wire) -> Modifier:
    label, details = modifier.translated("label"), modifier.translated("details")
    if details and details != label:
        label = f"{label} ({details})" if label else details
    if not label and not modifier.note_beyond("id", "quantity", "price"):
        modifier.note("label", "–")
    quantity = modifier.number("quantity")
    return Modifier(group_name, label or "?", Decimal(1) if quantity is None else quantity)


def _descriptions(
    item: Wire, catalog: Wire, modifiers: tuple[Modifier, ...]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Sort what a line says of itself into options and wishes, leaving out what is said already."""
    options: list[tuple[str, str]] = []
    wishes: list[str] = []
    request = catalog.child("options").text("specialRequests")
    is_request_said = not request
    for line in item.children("descriptionLines"):
        name, value = _description(line)
        if not value or _is_said(name, value, modifiers):
            continue
        if _same(value, request) or _WISH_NAMES.search(name):
            wishes.append(_wish(name, value))
            is_request_said = is_request_said or _same(value, request)
        else:
            options.append((name, value))
    if not is_request_said:
        wishes.append(request)
    once: dict[str, str] = {}
    for wish in wishes:
        once.setdefault(_plain(wish), wish)
    return tuple(options), tuple(once.values())


def _has_choices(catalog: Wire) -> bool:
    """Tell whether the guest chose something; the catalogue's ids do not say what."""
    groups = catalog.child("options").children("modifierGroups")
    return any(group.children("modifiers") for group in groups)


def _description(line: Wire) -> tuple[str, str]:
    name = line.translated("name")
    value = (
        line.translated("plainText")
        or line.translated("colorInfo")
        or line.translated("plainTextValue")
    )
    if not value and line.note_beyond("id", "name", "lineType"):
        return name, "?"  # "Allergy" alone would read as if that were all
    if value or _MERE_HEADING.fullmatch(name):
        return name, value
    return "", name  # a name alone may be all that is said, such as "No onions"


def _wish(name: str, value: str) -> str:
    # "Special request" says nothing on paper, "Note for the allergic" does
    return f"{name}: {value}" if name and not _MERE_HEADING.fullmatch(name) else value


def _is_said(name: str, value: str, modifiers: tuple[Modifier, ...]) -> bool:
    """Tell whether the modifiers say the same.

    "Topping: sesame" is not said by "Without: sesame", nor "Without: sesame" by a bare "sesame", so
    the group must fit as well.
    """
    fitting = [modifier for modifier in modifiers if not name or _same(name, modifier.group)]
    wholes_and_parts = ([value], _PARTS.split(value))
    return any(
        all(any(_says(modifier, part.strip()) for modifier in fitting) for part in parts)
        for parts in wholes_and_parts
    )


def _says(modifier: Modifier, text: str) -> bool:
    label, (bare, *_) = modifier.label, modifier.label.split(" (")
    count = _COUNT.match(text)
    if count and Decimal(count[1]) == modifier.quantity:
        text = text[count.end() :]
    return _same(text, label) or _same(text, bare)


def _same(one: str, other: str) -> bool:
    return bool(one) and _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
