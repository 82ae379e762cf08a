"""What is wrong with a layout, each in one line for a person."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from wix_printer_service.config.shape import Shape
from wix_printer_service.receipts.block_options import Sheet
from wix_printer_service.receipts.blocks import BLOCKS, NEEDED, WHY_NEEDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

    from wix_printer_service.models import Receipt
    from wix_printer_service.settings.base import Section

LONGEST_VALUE = 80


def is_news(detail: ErrorDetails) -> bool:
    """Tell apart "too short" from "too short, not counting the entries that are wrong"."""
    return not (detail["type"] == "too_short" and detail["input"])


def in_words(detail: ErrorDetails, model: type[Section]) -> str:
    """Say what pydantic found in the settings of a block or of the paper."""
    (name, *rest), value = detail["loc"], detail["input"]
    names = [*model.model_fields, *(("blocks",) if model is Sheet else ())]
    if name not in model.model_fields:
        return f"{name}: there is no such setting{_near(name, names)}"
    shape = _shape(model, str(name))
    if detail["type"] == "missing":
        return f"{name}: this is missing; expected {shape.expected}"
    key = ".".join(str(part) for part in (name, *rest))
    if detail["type"] == "value_error":
        return f"{key}{_shown(value)}: {detail['ctx']['error']}"
    expected = Shape(str).expected if rest else shape.expected
    return f"{key}{_shown(value)}: expected {expected}{_near(value, shape.choices)}"


def no_options(model: type[Section]) -> str:
    """Say that what follows a block's name cannot be settings of it."""
    names = ", ".join(model.model_fields)
    return f"expected its settings in braces ({names})" if names else "it has no settings"


def no_such_block(name: Any, receipt: Receipt) -> str:
    """Say that a receipt has no block of that name, and which it may be."""
    known = list(BLOCKS[receipt])
    near = _near(name, known) or f"; there are {', '.join(sorted(known))}"
    return f"there is no block {str(name)!r} on the receipt {receipt}{near}"


def misarranged(names: list[str], receipt: Receipt) -> Iterator[str]:
    """Find what is missing, what is there twice, and what hides the marks."""
    for name in NEEDED[receipt]:
        if name not in names:
            yield f"blocks: '{name}' is missing, without which {WHY_NEEDED[name]}"
    parts = BLOCKS[receipt]
    for name, times in Counter(names).items():
        if times > 1 and not parts[name].is_free:
            yield f"blocks: '{name}' is here {times} times, and would be taken for something more"
    above = names[: names.index("marks")] if "marks" in names else []
    hiding = next((name for name in above if not parts[name].is_free), "")
    if hiding:
        yield f"blocks: 'marks' must stand above '{hiding}': it is to be read first"


def _shape(model: type[Section], name: str) -> Shape:
    field = model.model_fields[name]
    return Shape(field.annotation, tuple(field.metadata))


def _near(word: Any, right_words: Iterable[Any]) -> str:
    written = str(word).lower().replace("-", "_")
    close = difflib.get_close_matches(written, [str(right) for right in right_words], n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _shown(value: Any) -> str:
    """Show a value, in short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f" is {text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + '…'}"
