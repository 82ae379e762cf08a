"""A receipt's layout as data: which blocks in which order, read from YAML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from wix_printer_service.config.sources import read_yaml
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.receipts.block_options import FOLDER, Sheet
from wix_printer_service.receipts.blocks import BLOCKS
from wix_printer_service.receipts.layout_problems import (
    in_words,
    is_news,
    misarranged,
    no_options,
    no_such_block,
)
from wix_printer_service.settings.base import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wix_printer_service.models import Receipt
    from wix_printer_service.receipts.blocks import Part
    from wix_printer_service.receipts.context import Ticket
    from wix_printer_service.receipts.document import Block

Checked = TypeVar("Checked", bound=Section)

BLOCKS_KEY: Final = "blocks"
NO_LIST: Final = f"{BLOCKS_KEY}: expected a list, one block to a line, such as '- number'"
NO_BLOCK: Final = "expected one block, such as 'number' or 'number: {size: large}'"


@dataclass(frozen=True, slots=True)
class Placed:
    """A block in its place."""

    name: str
    part: Part
    options: Section

    def show(self, ticket: Ticket) -> Iterable[Block]:
        """Return what it prints on a ticket."""
        return self.part.show(ticket, self.options)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a receipt looks like, from top to bottom."""

    sheet: Sheet
    blocks: tuple[Placed, ...]


def read_layouts(layout_files: Mapping[Receipt, Path]) -> dict[Receipt, Layout]:
    """Read the restaurant's own layouts.

    Raises:
        ConfigurationError: With every mistake in every file.
    """
    layouts: dict[Receipt, Layout] = {}
    problems: list[str] = []
    for receipt, file in layout_files.items():
        try:
            layouts[receipt] = read_layout(receipt, file)
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(problems)
    return layouts


def read_layout(receipt: Receipt, file: Path) -> Layout:
    """Read a layout.

    Args:
        receipt: Of what; each receipt has blocks of its own.
        file: YAML; the pictures that it names are looked for where it lies.

    Raises:
        ConfigurationError: With every mistake, each naming file, block and value.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        problem = f"{file}: this layout cannot be read: {error.strerror}"
        raise ConfigurationError([problem]) from error
    except UnicodeDecodeError as error:
        problem = f"{file}: this layout is not UTF-8 text (at byte {error.start})"
        raise ConfigurationError([problem]) from error
    return _parsed(receipt, text, str(file), file.parent)


def default_text(receipt: Receipt) -> str:
    """Return the file of a receipt's default layout, with its comments."""
    return (files(__package__) / "layouts" / f"{receipt}.yaml").read_text(encoding="utf-8")


@cache
def default_layout(receipt: Receipt) -> Layout:
    """Return the layout of a restaurant that has none of its own."""
    return _parsed(receipt, default_text(receipt), f"{receipt}.yaml", Path())


def _parsed(receipt: Receipt, text: str, name: str, folder: Path) -> Layout:
    """Make a layout of a file's text.

    Raises:
        ConfigurationError: With every mistake.
    """
    given, problems = read_yaml(text, name, f"{BLOCKS_KEY}:")
    if problems and not given:
        raise ConfigurationError(problems)
    reading = _Reading(receipt, folder)
    sheet = reading.checked(Sheet, {key: given[key] for key in given if key != BLOCKS_KEY})
    blocks = reading.blocks(given.get(BLOCKS_KEY))
    problems += [f"{name}: {problem}" for problem in reading.problems]
    if problems or sheet is None:
        raise ConfigurationError(problems)
    return Layout(sheet, tuple(blocks))


class _Reading:
    """Reads a layout's entries and collects what is wrong with them."""

    def __init__(self, receipt: Receipt, folder: Path) -> None:
        self.problems: list[str] = []
        self._receipt = receipt
        self._folder = folder

    def blocks(self, entries: Any) -> list[Placed]:
        """Read the list of blocks."""
        if not isinstance(entries, list) or not entries:
            self.problems.append(NO_LIST)
            return []
        named = list(self._named(entries))
        self.problems += misarranged([block for _, block, _ in named], self._receipt)
        return list(self._placed(named))

    def _named(self, entries: list[Any]) -> Iterator[tuple[str, str, Any]]:
        """Find each entry's place, block and options."""
        for position, entry in enumerate(entries, start=1):
            where = f"block {position}"
            given = {entry: None} if isinstance(entry, str) else entry
            if not isinstance(given, dict) or len(given) != 1:
                self.problems.append(f"{where}: {NO_BLOCK}")
                continue
            ((block, options),) = given.items()
            if block in BLOCKS[self._receipt]:
                yield f"{where} ({block}): ", block, options
            else:
                self.problems.append(f"{where}: {no_such_block(block, self._receipt)}")

    def _placed(self, named: Iterable[tuple[str, str, Any]]) -> Iterator[Placed]:
        for where, block, given in named:
            part = BLOCKS[self._receipt][block]
            options = self.checked(part.options, {} if given is None else given, where)
            if options is not None:
                yield Placed(block, part, options)

    def checked(self, model: type[Checked], given: Any, where: str = "") -> Checked | None:
        """Return what is given as the model wants it, None if it does not fit."""
        if not isinstance(given, dict):
            self.problems.append(where + no_options(model))
            return None
        try:
            return model.model_validate(given, context={FOLDER: self._folder})
        except ValidationError as error:
            details = filter(is_news, error.errors(include_url=False))
            self.problems += [where + in_words(detail, model) for detail in details]
            return None
