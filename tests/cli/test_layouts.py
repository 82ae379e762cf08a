"""``wix-printer receipts layout`` gives a restaurant something to start from."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from wix_printer_service.cli.layouts import layout
from wix_printer_service.models import Receipt
from wix_printer_service.receipts.blocks import BLOCKS
from wix_printer_service.receipts.layout import default_layout, read_layout

app = typer.Typer()
app.command()(layout)


@pytest.mark.parametrize("receipt", BLOCKS)
def test_what_it_prints_is_the_default_layout_ready_to_be_changed(tmp_path, receipt):
    result = CliRunner().invoke(app, [receipt])
    assert result.exit_code == 0
    file = tmp_path / "own.yaml"
    file.write_text(result.stdout, encoding="utf-8")
    assert read_layout(receipt, file) == default_layout(receipt)


@pytest.mark.parametrize("name", ["test", "kitchn"])
def test_what_has_no_layout_is_wrong_usage(name):
    assert CliRunner().invoke(app, [name]).exit_code == 2
    assert name not in set(BLOCKS)
    assert Receipt.TEST not in BLOCKS
