"""The oracle behind ``./scripts/chaos`` must itself be able to say no."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.chaos.ledger import Debt, Ledger, Ticket, balance, tickets_on
from tests.chaos.tray import Printers
from wix_printer_service.models import Receipt

if TYPE_CHECKING:
    from pathlib import Path

OWED = ("20001", Receipt.KITCHEN)
DEBT = Debt("20001", (Receipt.KITCHEN,), acknowledged_at_s=1.0)


def ticket(*, at_s: float = 2.0, is_marked: bool = False, is_whole: bool = True) -> Ticket:
    return Ticket("20001", Receipt.KITCHEN, is_marked, is_whole, "kitchen", at_s)


def stop(printer: str = "kitchen", *, at_s: float = 3.0, is_whole: bool = True) -> Ticket:
    return replace(
        ticket(at_s=at_s, is_whole=is_whole), receipt=Receipt.CANCELLATION, printer=printer
    )


def kitchen_text(number: str, mark: str = "", end: str = "") -> str:
    return f"{mark}\n     KÜCHE\n    #{number}\n 1x Pizza\n{end}\n"


def test_what_lies_there_once_and_whole_is_paid() -> None:
    drawn = balance([DEBT], [ticket()])
    assert (drawn.lost, drawn.duplicated, drawn.unmarked) == (frozenset(), 0, frozenset())


def test_what_lies_nowhere_is_lost() -> None:
    assert balance([DEBT], []).lost == {OWED}


def test_half_a_ticket_pays_nothing() -> None:
    assert balance([DEBT], [ticket(is_whole=False)]).lost == {OWED}


def test_what_waits_in_sight_is_not_lost() -> None:
    drawn = balance([DEBT], [], in_sight={OWED})
    assert (drawn.lost, drawn.waiting) == (frozenset(), {OWED})


def test_each_receipt_of_an_order_is_owed() -> None:
    debt = Debt("20001", (Receipt.KITCHEN, Receipt.CUSTOMER), acknowledged_at_s=1.0)
    assert balance([debt], [ticket()]).lost == {("20001", Receipt.CUSTOMER)}


def test_a_second_ticket_without_a_mark_is_told() -> None:
    drawn = balance([DEBT], [ticket(), ticket(at_s=3.0)])
    assert (drawn.duplicated, drawn.unmarked) == (1, {OWED})


def test_of_two_tickets_only_the_later_one_must_be_marked() -> None:
    earlier, later = ticket(at_s=2.0), ticket(at_s=3.0, is_marked=True)
    assert balance([DEBT], [later, earlier]).unmarked == frozenset()
    earlier, later = ticket(at_s=2.0, is_marked=True), ticket(at_s=3.0)
    assert balance([DEBT], [later, earlier]).unmarked == {OWED}


def test_a_ticket_after_half_of_one_must_be_marked() -> None:
    drawn = balance([DEBT], [ticket(is_whole=False), ticket(at_s=3.0)])
    assert drawn.unmarked == {OWED}


def test_an_order_nobody_acknowledged_must_not_come_twice_either() -> None:
    assert balance([], [ticket(), ticket(at_s=3.0)]).unmarked == {OWED}


def test_a_cancelled_order_of_which_nothing_lies_anywhere_is_fine() -> None:
    drawn = balance([], [], called_off={"20001"})
    assert (drawn.lost, drawn.misled) == (frozenset(), frozenset())


def test_paper_of_a_cancelled_order_must_be_called_off() -> None:
    assert balance([], [ticket()], called_off={"20001"}).misled == {OWED}
    assert not balance([], [ticket(), stop()], called_off={"20001"}).misled


def test_half_a_cancellation_stops_nobody() -> None:
    assert balance([], [ticket(), stop(is_whole=False)], called_off={"20001"}).misled


def test_a_cancellation_must_be_the_printers_last_word() -> None:
    drawn = balance([], [ticket(at_s=4.0), stop()], called_off={"20001"})
    assert drawn.misled == {OWED}


def test_every_printer_with_paper_must_call_it_off_and_that_is_nothing_twice() -> None:
    counter = replace(ticket(), receipt=Receipt.CUSTOMER, printer="counter")
    papers = [ticket(), counter, stop()]
    assert balance([], papers, called_off={"20001"}).misled == {("20001", Receipt.CUSTOMER)}
    drawn = balance([], [*papers, stop("counter")], called_off={"20001"})
    assert (drawn.misled, drawn.duplicated, drawn.unmarked) == (frozenset(), 0, frozenset())


def test_a_second_cancellation_at_one_printer_without_a_mark_is_told() -> None:
    drawn = balance([], [ticket(), stop(), stop(at_s=4.0)], called_off={"20001"})
    assert (drawn.duplicated, drawn.unmarked) == (1, {("20001", Receipt.CANCELLATION)})


def test_an_order_that_is_on_must_not_be_called_off() -> None:
    assert balance([DEBT], [ticket(), stop()]).misled == {("20001", Receipt.CANCELLATION)}


def test_changes_are_neither_owed_nor_counted_as_twice() -> None:
    change = replace(ticket(at_s=3.0), receipt=Receipt.CHANGE)
    drawn = balance([DEBT], [ticket(), change, replace(change, at_s=4.0)])
    assert (drawn.duplicated, drawn.unmarked, drawn.misled) == (0, frozenset(), frozenset())
    assert balance([DEBT], [change]).lost == {OWED}


def test_a_change_after_the_cancellation_is_the_wrong_last_word() -> None:
    change = replace(ticket(at_s=4.0), receipt=Receipt.CHANGE)
    drawn = balance([], [ticket(), stop(), change], called_off={"20001"})
    assert drawn.misled == {("20001", Receipt.CHANGE)}


@pytest.mark.parametrize(
    ("title", "reader"), [("KÜCHE\n", "KÜCHE"), ("STATION BAR\n", "STATION BAR"), ("", "")]
)
def test_a_change_is_told_from_a_ticket_and_whose_it_is(title: str, reader: str) -> None:
    text = f" ÄNDERUNG\n {title} #20001\n NEU\n1x Pizza\nAlles andere wie gedruckt.\n"
    (found,) = tickets_on(text, "kitchen", 0.0)
    assert (found.receipt, found.reader, found.is_whole) == (Receipt.CHANGE, reader, True)
    (half,) = tickets_on(text[:-20], "kitchen", 0.0)
    assert not half.is_whole


def test_a_marked_ticket_that_says_what_changed_is_no_change() -> None:
    mark = "MÖGLICHES DUPLIKAT\n ÄNDERUNG\n=====\n NEU\n 1x Pizza\n====="
    (found,) = tickets_on(kitchen_text("20001", mark, "Ende von 20001"), "kitchen", 0.0)
    assert (found.receipt, found.is_marked) == (Receipt.KITCHEN, True)


def test_a_drivers_ticket_is_told_by_its_title() -> None:
    (found,) = tickets_on("  FAHRER\n  #20001\nEnde von 20001\n", "car", 0.0)
    assert (found.receipt, found.reader, found.is_whole) == (Receipt.DRIVER, "FAHRER", True)


def test_a_cancellation_is_told_from_a_ticket() -> None:
    text = " STORNIERT\n#20001\n 1x Pizza\n STORNIERT\n"
    (found,) = tickets_on(text, "kitchen", 0.0)
    assert (found.receipt, found.is_whole) == (Receipt.CANCELLATION, True)
    (half,) = tickets_on(" STORNIERT\n#20001\n 1x Pizza\n", "kitchen", 0.0)
    assert not half.is_whole


def test_a_ticket_is_whole_when_its_own_end_is_there() -> None:
    (whole,) = tickets_on(kitchen_text("20001", end="Ende von 20001"), "kitchen", 0.0)
    assert whole == replace(ticket(at_s=0.0), reader="KÜCHE")
    (foreign,) = tickets_on(kitchen_text("20001", end="Ende von 20002"), "kitchen", 0.0)
    assert not foreign.is_whole


def test_the_customers_receipt_is_told_from_the_kitchens() -> None:
    text = "Trattoria\n  Bestellung #20001\nGESAMT\n Vielen Dank für Ihre Bestellung!\n"
    (found,) = tickets_on(text, "counter", 0.0)
    assert (found.receipt, found.is_whole) == (Receipt.CUSTOMER, True)


@pytest.mark.parametrize("mark", ["MÖGLICHES DUPLIKAT", "POSSIBLE DUPLICATE", "KOPIE", "COPY"])
def test_half_a_ticket_and_its_marked_repetition_are_found_on_one_paper(mark: str) -> None:
    text = kitchen_text("20001") + kitchen_text("20001", mark, "Ende von 20001")
    found = tickets_on(text, "kitchen", 0.0)
    assert [(one.is_marked, one.is_whole) for one in found] == [(False, False), (True, True)]


def test_only_what_was_answered_with_200_is_owed() -> None:
    ledger = Ledger()
    for number in ("20001", "20002"):
        ledger.note(Debt(number, (Receipt.KITCHEN,)))
    ledger.acknowledge("20002", at_s=5.0)
    ledger.acknowledge("20002", at_s=6.0)
    assert [(debt.number, debt.acknowledged_at_s) for debt in ledger.acknowledged()] == [
        ("20002", 5.0)
    ]


def test_the_tray_keeps_the_order_in_which_tickets_came(tmp_path: Path) -> None:
    with Printers(tmp_path, ("kitchen",)) as printers:
        device = printers["kitchen"].device
        for number in ("20002", "20001"):
            device.receive(kitchen_text(number).encode("cp437") + b"\x1dV\x00")
            printers.tickets()
        device.receive(b"#20003\n")
        printers.tear_off()
    assert [one.number for one in printers.tickets()] == ["20002", "20001", "20003"]


def test_what_was_cancelled_is_owed_no_more() -> None:
    ledger = Ledger()
    for number in ("20001", "20002"):
        ledger.note(Debt(number, (Receipt.KITCHEN,)))
        ledger.acknowledge(number, at_s=5.0)
    ledger.call_off("20001")
    assert [debt.number for debt in ledger.acknowledged()] == ["20002"]
    assert ledger.called_off() == {"20001"}
