"""A language file with mistakes is found before a receipt needs it."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from tests.daemon_process import settings
from wix_printer_service import app
from wix_printer_service import words as reading
from wix_printer_service.api import texts
from wix_printer_service.cli.main import main
from wix_printer_service.receipts import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def turkish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The Turkish words of receipts, in a copy of all."""
    folder, page = tmp_path / "catalogue", files(texts)
    shutil.copytree(files(catalogue), folder)
    monkeypatch.setattr(reading, "files", lambda name: page if "texts" in name else folder)
    catalogue.words.cache_clear()
    yield folder / "tr.yaml"
    catalogue.words.cache_clear()


@pytest.mark.parametrize("command", [("config", "check"), ("run",)])
def test_neither_check_nor_start_overlooks_it(
    turkish: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
) -> None:
    text = turkish.read_text(encoding="utf-8")
    turkish.write_text(text.replace("{printer}", "{prnter}", 1), encoding="utf-8")
    typed = ["wix-printer", *command, "--config", str(settings(tmp_path))]
    monkeypatch.setattr(sys, "argv", typed)
    monkeypatch.setattr(app, "run", lambda *_: pytest.fail("it starts"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    wrong = "tr.yaml: backup_from: expected {printer} in '{prnter} YERİNE'"
    assert wrong in capsys.readouterr().err
