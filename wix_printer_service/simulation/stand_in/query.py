"""Finding orders as Wix's search does: filter, sort, and pages by cursors.

A cursor holds the filter, the sort, the limit and its place by the values of the last order shown,
so that no order is skipped or repeated because another changed between two pages.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from operator import itemgetter
from typing import Any, TypeAlias

from wix_printer_service.simulation.stand_in.fields import FIELDS, Field
from wix_printer_service.simulation.stand_in.refusals import validation_error

Order: TypeAlias = dict[str, Any]
Predicate: TypeAlias = Callable[[Any], bool]
Place: TypeAlias = tuple[tuple[Any, ...], str]
"""Where an order stands: its values of the sort, comparable (empty if it has none), and its id."""

DEFAULT_SORT = (("createdDate", "DESC"),)
WHERE = "search.filter"
MOST_DEPTH = 20

_OPERATORS: dict[str, Callable[[list[Any], Any], bool]] = {
    "$eq": lambda values, wanted: wanted in values if wanted is not None else not values,
    "$ne": lambda values, wanted: wanted not in values if wanted is not None else bool(values),
    "$in": lambda values, wanted: any(value in wanted for value in values),
    "$nin": lambda values, wanted: not any(value in wanted for value in values),
    "$gt": lambda values, wanted: any(value > wanted for value in values),
    "$gte": lambda values, wanted: any(value >= wanted for value in values),
    "$lt": lambda values, wanted: any(value < wanted for value in values),
    "$lte": lambda values, wanted: any(value <= wanted for value in values),
    "$hasSome": lambda values, wanted: any(value in wanted for value in values),
    "$hasAll": lambda values, wanted: all(value in values for value in wanted),
}
_TAKE_LISTS = frozenset({"$in", "$nin", "$hasSome", "$hasAll"})
_GATHERERS: dict[str, Callable[[Sequence[bool]], bool]] = {"$and": all, "$or": any}


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, and from where on."""

    filter: dict[str, Any]
    sort: tuple[tuple[str, str], ...] = DEFAULT_SORT
    place: tuple[list[list[Any]], str] | None = None
    """Raw values and id of the order behind which (or before which) the page begins."""
    is_backwards: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Orders, and how to get those beside them."""

    orders: list[Order]
    next: str | None
    previous: str | None


def predicate(conditions: Any, depth: int = 0) -> Predicate:
    """Return what a filter says about an order.

    Raises:
        RefusedError: Wix has no such field, operator or form.
    """
    if not isinstance(conditions, Mapping) or depth > MOST_DEPTH:
        raise validation_error((WHERE, "must be an object", "INVALID_FILTER"))
    parts = [_part(key, wanted, depth) for key, wanted in conditions.items()]
    return lambda order: all(part(order) for part in parts)


def _part(key: str, wanted: Any, depth: int) -> Predicate:
    if key in _GATHERERS:
        gather = _GATHERERS[key]
        inner = [predicate(part, depth + 1) for part in _listed(key, wanted)]
        return lambda order: gather([part(order) for part in inner])
    if key == "$not":
        denied = predicate(wanted, depth + 1)
        return lambda order: not denied(order)
    if key not in FIELDS:
        raise validation_error((f"{WHERE}.{key}", "cannot be filtered by", "UNKNOWN_FIELD"))
    asked = wanted if isinstance(wanted, Mapping) else {"$eq": wanted}
    tests = [_test(FIELDS[key], operator, value) for operator, value in asked.items()]
    return lambda order: all(test(order) for test in tests)


def _test(field: Field, operator: str, wanted: Any) -> Predicate:
    where = f"{WHERE}.{field.name}.{operator}"
    if operator not in field.operators:
        known = ", ".join(sorted(field.operators))
        text = f"is no operator of this field; there are {known}"
        raise validation_error((where, text, "UNSUPPORTED_OPERATOR"))
    holds = _OPERATORS[operator]
    if operator in _TAKE_LISTS:
        expected: Any = [field.value(value, where) for value in _listed(where, wanted)]
    elif wanted is None and operator in {"$eq", "$ne"}:
        expected = None
    else:
        expected = field.value(wanted, where)
    return lambda order: holds(field.values(order), expected)


def _listed(where: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise validation_error((where, "must be a list", "INVALID_VALUE"))
    return value


def check_sort(sort: Sequence[tuple[str, str]]) -> None:
    """Refuse to sort by what Wix does not sort by.

    Raises:
        RefusedError: Naming the field.
    """
    for place, (name, _) in enumerate(sort):
        if name not in FIELDS or not FIELDS[name].is_sortable:
            where = f"search.sort[{place}].fieldName"
            raise validation_error((where, f"cannot sort by {name!r}", "UNSUPPORTED_SORT"))


def page(orders: Sequence[Order], query: Query) -> Page:
    """Return as many of the orders that fit as the query asks for, from its place on."""
    fits = predicate(query.filter)
    key = cmp_to_key(_comparer(query))
    found = [(key(_place(order, query)), order) for order in orders if fits(order)]
    if query.place is not None:
        begin = key(_read_place(query))
        found = [entry for entry in found if entry[0] > begin]
    found.sort(key=itemgetter(0))
    shown = [order for _, order in found[: query.limit]]
    has_more, has_before = len(found) > query.limit, query.place is not None
    if query.is_backwards:
        shown.reverse()
        has_more, has_before = has_before, has_more
    onward = _cursor(query, shown[-1], is_backwards=False) if shown and has_more else None
    back = _cursor(query, shown[0], is_backwards=True) if shown and has_before else None
    return Page(shown, onward, back)


def _comparer(query: Query) -> Callable[[Place, Place], int]:
    signs = [-1 if order == "DESC" else 1 for _, order in query.sort]
    direction = -1 if query.is_backwards else 1

    def compare(one: Place, other: Place) -> int:
        for sign, left, right in zip(signs, one[0], other[0], strict=True):
            if left != right:
                return direction * (sign if left > right else -sign)
        return direction * ((one[1] > other[1]) - (one[1] < other[1]))

    return compare


def _place(order: Order, query: Query) -> Place:
    return tuple(FIELDS[name].values(order) for name, _ in query.sort), order["id"]


def _read_place(query: Query) -> Place:
    raw, order_id = query.place or ([], "")
    named = zip(query.sort, raw, strict=True)
    return tuple([FIELDS[name].value(v) for v in values] for (name, _), values in named), order_id


def _cursor(query: Query, order: Order, *, is_backwards: bool) -> str:
    raw = [FIELDS[name].raw_values(order) for name, _ in query.sort]
    return write_cursor(replace(query, place=(raw, order["id"]), is_backwards=is_backwards))


def write_cursor(query: Query) -> str:
    """Return a query as a cursor."""
    content = [query.filter, query.sort, query.place, query.is_backwards, query.limit]
    return base64.urlsafe_b64encode(json.dumps(content).encode("ascii")).decode("ascii")


def read_cursor(text: str) -> Query:
    """Return the query that a cursor holds.

    Raises:
        RefusedError: It is none of ours.
    """
    try:
        conditions, sort, place, is_backwards, limit = json.loads(base64.urlsafe_b64decode(text))
        pairs = tuple((str(name), str(order)) for name, order in sort)
        query = Query(conditions, pairs, (place[0], str(place[1])), bool(is_backwards), int(limit))
        check_sort(pairs)
        _read_place(query)
    except (binascii.Error, ValueError, TypeError, LookupError) as error:
        where = "search.cursorPaging.cursor"
        raise validation_error((where, "is not a valid cursor", "INVALID_CURSOR")) from error
    return query
