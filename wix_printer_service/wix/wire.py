"""Reading foreign JSON piece by piece: what does not fit is noted, never raised.

Unknown keys are not looked at and missing ones are empty, since Wix leaves absent values out. Only
a value of the wrong shape in a place that we print from counts as unread.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from wix_printer_service.models import Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

LONGEST_UNREAD = 100_000
"""Characters of one unread piece that are kept for the paper: it may be all a guest wrote."""
MOST_UNREAD = 2000
LARGEST_EXPONENT, SMALLEST_EXPONENT = 12, -30
"""Numbers with more digits before or after the point are no quantity, no money and no place."""
DEEPEST = 100
"""JSON nested deeper is refused: Wix's own has about a dozen levels."""
EARLIEST_YEAR, LATEST_YEAR = 1970, 9000

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_INDEX = re.compile(r"\[\d+\]")
_INVISIBLE = frozenset(
    "\u200b\u2060\ufeff\u00ad"  # zero-width and soft hyphen
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # direction controls
)


def clean(text: str) -> str:
    """Return ``text`` normalised (NFC) without control characters; newlines stay.

    Direction controls go as well: they could make a ticket read otherwise than it was written.
    """
    text = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    kept = "".join(_clean_character(character) for character in text)
    return unicodedata.normalize("NFC", kept).strip()


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"  # half a character: JSON can hold it, no encoding can
    if character != "\n" and (category == "Cc" or character in _INVISIBLE):
        return ""
    return character


class Wire:
    """A JSON object from Wix and where in the order it stands.

    Args:
        value: The object; anything else reads as empty.
        path: Its place, such as ``lineItems[0]``.
        unread: Where pieces that do not fit are noted; shared by a whole order.
    """

    def __init__(self, value: object, path: str, unread: list[Unread]) -> None:
        self._value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        self._path = path
        self._unread = unread

    def __bool__(self) -> bool:
        """Tell whether there is anything to read."""
        return bool(self._value)

    def __contains__(self, key: str) -> bool:
        """Tell whether ``key`` is there with a value."""
        return self._value.get(key) is not None

    def note(self, key: str, value: object) -> None:
        """Keep a piece that could not be read for the paper, leaf by leaf."""
        for place, text in _leaves(self._place(key), value):
            self._keep(place, text)
            if len(self._unread) > MOST_UNREAD:
                break

    def _keep(self, place: str, text: str) -> None:
        if len(self._unread) >= MOST_UNREAD:
            self._unread[MOST_UNREAD:] = [Unread("…", "…")]
        else:
            self._unread.append(Unread(clean(place), _shorten(clean(text))))

    def note_beyond(self, *known: str) -> bool:
        """Keep the whole object for the paper if it says anything under other keys than these.

        It is kept as one piece, so that "Allergy" and "peanuts" are read together.

        Returns:
            Whether it does.
        """
        beyond = {key: piece for key, piece in self._value.items() if key not in known}
        if next(_leaves("", beyond), None) is None:
            return False
        self._keep(self._path, ", ".join(_named(*leaf) for leaf in _leaves("", self._value)))
        return True

    def text(self, key: str) -> str:
        """Return a text, cleaned; numbers count as text."""
        value = self._value.get(key)
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            self.note(key, value)
        return ""

    def translated(self, key: str) -> str:
        """Return the original of a translatable text, else its translation."""
        value = self._value.get(key)
        if isinstance(value, Mapping):
            both = Wire(value, self._place(key), self._unread)
            return self._known(key, both.text("original") or both.text("translated"))
        return self.text(key)

    def word(self, key: str) -> str:
        """Return an enum's value in upper case."""
        return self.text(key).upper()

    def flag(self, key: str) -> bool:
        """Return a boolean; the word "true" counts."""
        return self.answer(key) is True

    def answer(self, key: str) -> bool | None:
        """Return a boolean or the word for it, None if it is missing or neither."""
        return {"true": True, "false": False}.get(str(self._value.get(key)).lower())

    def child(self, key: str) -> Wire:
        """Return the object at ``key``, empty if there is none."""
        value = self._value.get(key)
        if value is not None and not isinstance(value, Mapping):
            self.note(key, value)
        return Wire(value, self._place(key), self._unread)

    def children(self, key: str) -> list[Wire]:
        """Return the objects in the list at ``key``; what is no object is noted."""
        value = self._value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(key, value)
            return []
        found = []
        for index, element in enumerate(value):
            if isinstance(element, Mapping):
                found.append(Wire(element, f"{self._place(key)}[{index}]", self._unread))
            else:
                self.note(f"{key}[{index}]", element)
        return found

    def number(self, key: str) -> Decimal | None:
        """Return a number, given as number or as text; None if missing or noted."""
        value = self._value.get(key)
        if value is None or value == "":
            return None
        number = _decimal(value)
        if number is None:
            self.note(key, value)
        return number

    def money(self, key: str) -> Decimal | None:
        """Return an amount from ``{"amount": "12.50"}`` or a bare number."""
        value = self._value.get(key)
        if isinstance(value, Mapping):
            return self._known(key, Wire(value, self._place(key), self._unread).number("amount"))
        return self.number(key)

    def moment(self, key: str) -> datetime | None:
        """Return a point in time, aware, in UTC; None if missing or noted."""
        value = self._value.get(key)
        if value is None or value == "":
            return None
        moment = _moment(value)
        if moment is None:
            self.note(key, value)
        return moment

    def anything(self, key: str) -> str:
        """Return whatever is there as text, such as ``nuts, celery: much``."""
        return clean(", ".join(_named(*leaf) for leaf in _leaves("", self._value.get(key))))

    def _known(self, key: str, found: T) -> T:
        """Return what was found in the object at ``key``, noting one of a form we do not know."""
        value = self._value[key]
        if not found and not value.keys() & {"original", "translated", "amount"}:
            self.note(key, value)
        return found

    def _place(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def load(text: str | bytes) -> Any:
    """Return what a JSON text holds, its fractions as ``Decimal``.

    Raises:
        ValueError: It is not JSON, or nested so deeply that it could not be written down again.
    """
    try:
        value = json.loads(text, parse_float=_fraction, parse_int=_integer)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if _is_deeper(value, DEEPEST):
        raise ValueError("nested too deeply")
    return value


def _fraction(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


def _integer(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # Python refuses thousands of digits
        return digits


def _is_deeper(value: object, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [inner for piece in level for inner in _inside(piece)]
    return bool(level)


def _inside(piece: object) -> Iterable[object]:
    if isinstance(piece, dict):
        return piece.values()
    return piece if isinstance(piece, list) else ()


def dump_ascii(value: object) -> str:
    """Return ``value`` as JSON text that any storage takes, even halves of characters.

    Decimals become strings of the same digits.
    """
    return json.dumps(value, default=str)


def _decimal(value: object) -> Decimal | None:
    if not isinstance(value, str | int | float | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or number.adjusted() > LARGEST_EXPONENT:
        return None
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and exponent >= SMALLEST_EXPONENT else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    """List every text and number below ``value`` with its place; no recursion, however deep."""
    waiting: list[tuple[str, object]] = [(path, value)]
    while waiting:
        place, piece = waiting.pop()
        if isinstance(piece, Mapping):
            waiting.extend((f"{place}.{key}", piece[key]) for key in reversed(list(piece)))
        elif isinstance(piece, list):
            waiting.extend((f"{place}[{i}]", piece[i]) for i in reversed(range(len(piece))))
        elif piece is not None and piece != "":
            yield place, str(piece)


def _named(place: str, text: str) -> str:
    name = _INDEX.sub("", place).strip(".")
    return f"{name}: {text}" if name else text


def _shorten(text: str) -> str:
    left_out = len(text) - LONGEST_UNREAD
    return text if left_out <= 0 else f"{text[:LONGEST_UNREAD]} … (+{left_out})"
