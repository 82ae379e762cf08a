"""Orders of every kind that the type allows, and some that it does not."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

from hypothesis import strategies as st

from wix_printer_service.models import (
    Address,
    Contact,
    Discount,
    Fee,
    Method,
    Modifier,
    Order,
    OrderLine,
    TaxLine,
    Totals,
    Unread,
)

ODD_TEXTS = (
    "",
    "Allergie",
    "a\x1b@\x1dV\x00b",
    "\ud800",
    "e\u0301",
    "\u0301",
    "中文菜单",
    "🌶\ufe0f",
    "شاورما",
)
texts = st.text(max_size=30) | st.sampled_from(ODD_TEXTS)
finite = st.decimals(allow_nan=False, allow_infinity=False)
amounts = st.none() | finite | st.decimals(min_value=0, max_value=500, places=2)
numbers = finite | st.just(Decimal(1))
moments = st.none() | st.datetimes(timezones=st.just(UTC))
pairs = st.tuples(texts, texts)


def few(what):
    return st.lists(what, max_size=2).map(tuple)


lines = st.builds(
    OrderLine,
    name=texts,
    quantity=st.none() | numbers,
    unit=texts,
    modifiers=few(st.builds(Modifier, texts, texts, numbers)),
    options=few(pairs),
    wishes=few(texts),
    unit_price=amounts,
    total=amounts,
    app_id=texts,
    id=texts,
    item_id=texts,
    section_id=texts,
    menu_id=texts,
)
orders = st.builds(
    Order,
    id=texts,
    number=texts,
    payment_status=st.sampled_from(
        ["", "PAID", "NOT_PAID", "PARTIALLY_PAID", "DECLINED", "NEW_WORD"]
    ),
    created_at=moments,
    method=st.sampled_from(Method),
    method_title=texts,
    due_from=moments,
    due_to=moments,
    due_text=texts,
    instructions=texts,
    lines=few(lines),
    buyer_note=texts,
    custom_fields=few(pairs),
    contact=st.builds(Contact, texts, texts, texts),
    address=st.builds(Address, texts, texts, texts, texts, texts, amounts, amounts),
    location_name=texts,
    location_id=texts,
    currency=st.sampled_from(["", "EUR", "USD", "JPY", "nonsense"]),
    tax_included=st.none() | st.booleans(),
    totals=st.builds(Totals, amounts, amounts, amounts, amounts, amounts, amounts),
    fees=few(st.builds(Fee, texts, amounts)),
    discounts=few(st.builds(Discount, texts, amounts)),
    taxes=few(st.builds(TaxLine, texts, amounts, amounts)),
    unread=few(st.builds(Unread, texts, texts)),
)
