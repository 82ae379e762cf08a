"""ARCHITECTURE.md is true: it names every module with its own words, and tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "wix_printer_service"
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def meaning(module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split())


def room_lines() -> list[str]:
    modules = sorted(PACKAGE.rglob("*.py"))
    return [f"- `{path.relative_to(PACKAGE)}` – {meaning(path)}" for path in modules]


@pytest.mark.parametrize("line", room_lines(), ids=lambda line: line.split("`")[1])
def test_every_module_stands_in_the_architecture_with_its_own_first_sentence(line: str) -> None:
    assert line in TEXT.splitlines()


def test_no_module_stands_in_the_architecture_that_is_gone() -> None:
    named = re.findall(r"^- `([\w/.]+\.py)` – ", TEXT, re.MULTILINE)
    assert [name for name in named if not (PACKAGE / name).exists()] == []


def test_every_test_that_guards_an_invariant_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) >= 12
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), f"{file}::{test}"
