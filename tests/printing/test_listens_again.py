"""A printer with a single socket needs a moment after a hang-up and is not away meanwhile."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.printing.transport_rigs import connect_to
from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.observations import Cause
from wix_printer_service.printing import escpos_printer

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_printer_that_listens_again_a_moment_after_we_hung_up_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, again = socket.create_server(("127.0.0.1", 0)), socket.socket()
    where = first.getsockname()
    printer = connect_to(f"tcp://127.0.0.1:{where[1]}")
    with again:
        with first:
            printer.open()
            printer.close()
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(where)
        monkeypatch.setattr(escpos_printer, "pause", lambda _: again.listen())
        assert printer.open().cause is Cause.CANNOT_TELL
        printer.close()


def test_a_printer_that_goes_on_refusing_is_away_in_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        printer = connect_to(f"tcp://127.0.0.1:{listener.getsockname()[1]}", connect_timeout_s=0.1)
        printer.open()
        printer.close()
    with pytest.raises(PrinterUnavailableError) as caught:
        printer.open()
    assert caught.value.cause is Cause.REFUSED


def test_a_printer_that_was_not_let_go_just_now_is_away_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    note: Callable[[float], None] = pauses.append
    monkeypatch.setattr(escpos_printer, "pause", note)
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        with pytest.raises(PrinterUnavailableError):
            connect_to(f"tcp://127.0.0.1:{unheard.getsockname()[1]}").open()
    assert pauses == []
