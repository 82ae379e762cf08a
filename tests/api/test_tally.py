from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from wix_printer_service.api import tally as tally_module
from wix_printer_service.api.tally import Tally

PATIENCE_S = 10.0


def test_what_comes_in_a_minute_is_told_in_one_line():
    async def count():
        tally = Tally("strangers")
        for what in ("late", "crowded", "late"):
            tally.count(what)
        tally.tell()
        tally.tell()

    with capture_logs() as logs:
        asyncio.run(count())

    assert [(e["event"], e["counts"]) for e in logs] == [("strangers", {"late": 2, "crowded": 1})]


def test_the_line_comes_by_itself_when_the_minute_is_over(monkeypatch):
    monkeypatch.setattr(tally_module, "MINUTE_S", 0.01)

    async def count_twice():
        tally, told = Tally("strangers"), asyncio.Event()
        with capture_logs(processors=[lambda _l, _m, entry: told.set() or entry]) as logs:
            for what in ("first", "second"):
                tally.count(what)
                tally.count(what)
                await asyncio.wait_for(told.wait(), PATIENCE_S)
                told.clear()
        return logs

    logs = asyncio.run(count_twice())

    assert [entry["counts"] for entry in logs] == [{"first": 2}, {"second": 2}]
