"""If these pass, each event puts on paper what the design's table says, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from wix_printer_service.models import (
    Method,
    Order,
    OrderLine,
    OrderRecord,
    OrderState,
    Road,
    Unread,
)
from wix_printer_service.order_rules import (
    NEVER_PAPER,
    OF_NEW_ORDERS,
    Verdict,
    due_at,
    is_for_kitchen,
    is_newer,
    judge,
)
from wix_printer_service.settings import Intake
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS
from wix_printer_service.wix.webhook import EventKind, OrderEvent

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
INTAKE = Intake()
SHOP_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"


def line(app_id: str = RESTAURANT_APP_IDS[0]) -> OrderLine:
    return OrderLine("Pizza", Decimal(1), "", (), (), (), None, None, app_id)


def order(status: str = "APPROVED", **more: object) -> Order:
    return Order(**{"id": "order-1", "status": status, "lines": (line(),), **more})


def event(
    kind: EventKind = EventKind.UPDATED, sequence: int | None = 5, **more: object
) -> OrderEvent:
    whole = {"anonymise": False, "order": {}, **more}
    return OrderEvent("event-1", f"order_{kind}", kind, "order-1", sequence, **whole)


def known(
    state: OrderState = OrderState.REMEMBERED,
    status: str = "INITIALIZED",
    sequence: int | None = 1,
    updated_at: datetime | None = None,
    revision: int = 1,
) -> OrderRecord:
    return OrderRecord(
        id="order-1",
        number="10041",
        local_number="",
        state=state,
        status=status,
        payment_status="",
        method=Method.PICKUP,
        due_at=None,
        ordered_at=None,
        sequence=sequence,
        updated_at=updated_at,
        revision=revision,
        readable=True,
        received_at=NOW,
    )


NEWER, OLDER = 5, 9
"""What is known already, if an event of sequence 7 is newer or older than that."""

REMEMBER, REMIND, CHANGE = Verdict.RECORD, Verdict.REINSTATE, Verdict.CHANGE
PRINT, CANCEL, IGNORE = Verdict.PRINT, Verdict.CANCEL, Verdict.IGNORE
STATES = [None, *OrderState]
TABLE = {
    #  what the event shows: what it does by what is known, in the order of STATES:
    #  unknown, remembered, accepted, held, cancelled, ignored, past, erased
    ("INITIALIZED", NEWER): [*[REMEMBER] * 7, IGNORE],
    ("INITIALIZED", OLDER): [*[REMEMBER] * 7, IGNORE],
    ("PENDING", NEWER): [*[REMEMBER] * 7, IGNORE],
    ("PENDING", OLDER): [*[REMEMBER] * 7, IGNORE],
    ("", NEWER): [*[REMEMBER] * 2, *[CHANGE] * 2, *[REMEMBER] * 3, IGNORE],
    ("", OLDER): [*[REMEMBER] * 7, IGNORE],
    ("SOMETHING_NEW", NEWER): [*[REMEMBER] * 2, *[CHANGE] * 2, *[REMEMBER] * 3, IGNORE],
    ("SOMETHING_NEW", OLDER): [*[REMEMBER] * 7, IGNORE],
    ("APPROVED", NEWER): [PRINT, PRINT, *[CHANGE] * 2, REMIND, PRINT, REMEMBER, IGNORE],
    ("APPROVED", OLDER): [PRINT, PRINT, *[REMEMBER] * 3, PRINT, REMEMBER, IGNORE],
    ("CANCELED", NEWER): [*[REMEMBER] * 2, CANCEL, CANCEL, *[REMEMBER] * 3, IGNORE],
    ("CANCELED", OLDER): [*[REMEMBER] * 7, IGNORE],
    ("REJECTED", NEWER): [*[REMEMBER] * 2, CANCEL, CANCEL, *[REMEMBER] * 3, IGNORE],
    ("REJECTED", OLDER): [*[REMEMBER] * 7, IGNORE],
}
CELLS = [
    pytest.param(
        status,
        state,
        sequence,
        verdict,
        id=f"{status or 'no status'}, {state or 'unknown'}, "
        f"{'newer' if sequence == NEWER else 'older'}: {verdict}",
    )
    for (status, sequence), verdicts in TABLE.items()
    for state, verdict in zip(STATES, verdicts, strict=True)
]
PAPER_KINDS = [kind for kind in EventKind if kind not in NEVER_PAPER]


@pytest.mark.parametrize("kind", PAPER_KINDS)
@pytest.mark.parametrize(("status", "state", "sequence", "verdict"), CELLS)
def test_the_table_of_the_design(status, state, sequence, verdict, kind):
    before = None if state is None else known(state, sequence=sequence)
    if state is OrderState.PAST and status == "APPROVED" and kind in OF_NEW_ORDERS:
        verdict = PRINT  # it was not delivered before
    assert judge(event(kind, 7), order(status), before, NOW, INTAKE, on_paper=True) is verdict


@pytest.mark.parametrize("kind", PAPER_KINDS)
def test_what_a_search_shows_of_an_order_of_the_past_never_prints_it(kind):
    shown = event(kind, None, road=Road.BACKFILL)
    before = known(OrderState.PAST)
    assert judge(shown, order(), before, NOW, INTAKE, on_paper=False) is REMEMBER


@pytest.mark.parametrize(("status", "state", "sequence", "verdict"), CELLS)
def test_an_order_of_before_the_first_start_is_only_recorded_unless_it_is_waited_for(
    status, state, sequence, verdict
):
    before = None if state is None else known(state, sequence=sequence)
    past = event(sequence=7, is_past=True)
    if verdict is PRINT and state in {None, OrderState.IGNORED}:
        verdict = Verdict.PAST
    assert judge(past, order(status), before, NOW, INTAKE, on_paper=True) is verdict


def test_an_order_of_the_past_is_not_held_for_its_age_and_is_no_order_of_another_app():
    past = event(is_past=True)
    assert judge(past, due(10_000), None, NOW, INTAKE, on_paper=False) is Verdict.PAST
    shop = order(lines=(line(SHOP_APP),))
    assert judge(past, shop, None, NOW, INTAKE, on_paper=False) is IGNORE
    imported = order(imported=True)
    assert judge(past, imported, None, NOW, INTAKE, on_paper=False) is IGNORE


@pytest.mark.parametrize(
    ("status", "sequence", "verdict"),
    [("CANCELED", NEWER, PRINT), ("CANCELED", OLDER, REMEMBER), ("APPROVED", OLDER, PRINT)],
)
def test_an_order_called_off_before_anything_was_printed_prints_when_approved_anew(
    status, sequence, verdict
):
    before = known(OrderState.CANCELLED, status=status, sequence=sequence)
    approved = event(EventKind.UPDATED, 7)
    assert judge(approved, order("APPROVED"), before, NOW, INTAKE, on_paper=False) is verdict


@pytest.mark.parametrize("sequence", [NEWER, OLDER])
def test_an_order_called_off_on_paper_never_prints_a_second_set(sequence):
    before = known(OrderState.CANCELLED, status="APPROVED", sequence=sequence)
    approved = event(EventKind.UPDATED, 7)
    verdict = judge(approved, order("APPROVED"), before, NOW, INTAKE, on_paper=True)
    assert verdict is (REMIND if sequence == NEWER else REMEMBER)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("status", ["APPROVED", "CANCELED", "INITIALIZED"])
def test_an_imported_or_deleted_order_is_never_paper(status, state):
    before = None if state is None else known(state)
    for kind in (EventKind.IMPORTED, EventKind.IMPORTED_ORDER_DELETED):
        assert judge(event(kind), order(status), before, NOW, INTAKE, on_paper=False) is IGNORE
    imported = order(status, imported=True)
    assert judge(event(EventKind.APPROVED), imported, before, NOW, INTAKE, on_paper=False) is IGNORE


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", EventKind)
def test_a_wish_to_be_forgotten_erases_whatever_else_the_event_says(kind, state):
    before = None if state is None else known(state)
    wish = event(kind, anonymise=True)
    assert judge(wish, order("APPROVED"), before, NOW, INTAKE, on_paper=False) is Verdict.ERASE


@pytest.mark.parametrize("status", ["CANCELED", "REJECTED"])
def test_an_approval_older_than_the_cancellation_prints_nothing(status):
    before = known(OrderState.REMEMBERED, status, sequence=9)
    late = judge(event(EventKind.APPROVED, 2), order(), before, NOW, INTAKE, on_paper=False)
    assert late is Verdict.RECORD


def test_an_approval_newer_than_the_cancellation_of_an_unprinted_order_prints():
    before = known(OrderState.REMEMBERED, "CANCELED", sequence=5)
    assert (
        judge(event(EventKind.APPROVED, 7), order(), before, NOW, INTAKE, on_paper=False) is PRINT
    )


@pytest.mark.parametrize(
    ("sequence", "updated_h", "known_sequence", "known_updated_h", "newer"),
    [
        pytest.param(10, None, 9, None, True, id="by sequence, as numbers"),
        pytest.param(9, None, 10, None, False, id="an older sequence"),
        pytest.param(9, None, 9, None, False, id="the same sequence"),
        pytest.param(2**70, None, 2**69, None, True, id="sequences beyond 64 bits"),
        pytest.param(3, 1, 2, 2, True, id="the sequence counts more than the date"),
        pytest.param(2, 2, 3, 1, False, id="also when the date says newer"),
        pytest.param(None, 2, 9, 1, True, id="by date, if the event has no sequence"),
        pytest.param(9, 1, None, 2, False, id="by date, if what is known has none"),
        pytest.param(None, 1, None, 1, False, id="the same date"),
        pytest.param(None, None, 9, 9, True, id="by arrival, if the event says nothing"),
        pytest.param(9, 9, None, None, True, id="by arrival, if nothing is known"),
    ],
)
def test_newer_is_by_sequence_else_by_date_else_by_arrival(
    sequence, updated_h, known_sequence, known_updated_h, newer
):
    shown = order(updated_at=None if updated_h is None else NOW + timedelta(hours=updated_h))
    then = None if known_updated_h is None else NOW + timedelta(hours=known_updated_h)
    before = known(sequence=known_sequence, updated_at=then)
    assert is_newer(event(sequence=sequence), shown, before) is newer


def test_whatever_comes_first_is_newer_than_nothing():
    assert is_newer(event(sequence=1), order(), None)
    assert is_newer(event(sequence=1), order(), known(sequence=9, revision=0))


def due(hours_ago: float) -> Order:
    return order(due_from=NOW - timedelta(days=9), due_to=NOW - timedelta(hours=hours_ago))


@pytest.mark.parametrize(
    ("hours_ago", "verdict"),
    [(-1000, PRINT), (0, PRINT), (48, PRINT), (48.001, Verdict.HOLD), (10_000, Verdict.HOLD)],
)
def test_an_order_that_was_due_long_ago_is_held(hours_ago, verdict):
    assert judge(event(), due(hours_ago), None, NOW, INTAKE, on_paper=False) is verdict
    assert judge(event(), due(hours_ago), known(), NOW, INTAKE, on_paper=False) is verdict


def test_how_long_ago_is_a_setting():
    assert (
        judge(event(), due(3), None, NOW, Intake(stale_after_h=2), on_paper=False) is Verdict.HOLD
    )


def test_an_order_without_any_time_is_printed():
    assert due_at(order()) is None
    assert judge(event(), order(), None, NOW, INTAKE, on_paper=False) is PRINT


def test_an_order_is_due_at_the_end_of_its_slot_else_when_it_was_placed():
    start, end, placed = NOW, NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    assert due_at(order(due_from=start, due_to=end, created_at=placed)) == end
    assert due_at(order(due_from=start, created_at=placed)) == start
    assert due_at(order(created_at=placed)) == placed


@pytest.mark.parametrize("app_id", [*RESTAURANT_APP_IDS, RESTAURANT_APP_IDS[0].upper()])
def test_one_restaurant_line_is_enough_for_the_kitchen(app_id):
    assert is_for_kitchen(order(lines=(line(SHOP_APP), line(app_id))), INTAKE)


@pytest.mark.parametrize("lines", [(), (line(SHOP_APP),), (line(""),)])
def test_an_order_without_a_restaurant_line_is_ignored_unless_set_otherwise(lines):
    shop = order(lines=lines)
    assert judge(event(), shop, None, NOW, INTAKE, on_paper=False) is IGNORE
    assert judge(event(), shop, None, NOW, Intake(other_orders="print"), on_paper=False) is PRINT


def test_which_apps_are_the_restaurants_is_a_setting():
    assert is_for_kitchen(order(lines=(line(SHOP_APP),)), Intake(restaurant_app_ids=(SHOP_APP,)))
    assert not is_for_kitchen(order(), Intake(restaurant_app_ids=(SHOP_APP,)))


@pytest.mark.parametrize(
    "path", ["lineItems", "lineItems[3].catalogReference.appId", "order", "unreadable"]
)
def test_an_order_whose_lines_could_not_be_read_is_for_the_kitchen(path):
    odd = order(lines=(), unread=(Unread(path, "?"),))
    assert judge(event(), odd, None, NOW, INTAKE, on_paper=False) is PRINT


def test_an_oddity_elsewhere_does_not_bring_a_shops_order_to_the_kitchen():
    odd = order(lines=(line(SHOP_APP),), unread=(Unread("buyerNote", "?"),))
    assert judge(event(), odd, None, NOW, INTAKE, on_paper=False) is IGNORE


class TestThatAnOrderIsCalledOffIsTheLastThatIsHeardOfIt:
    @pytest.mark.parametrize("status", ["CANCELED", "REJECTED"])
    def test_at_the_same_moment_it_counts(self, status):
        before = known(OrderState.ACCEPTED, "APPROVED", None, NOW)
        assert is_newer(event(sequence=None), order(status, updated_at=NOW), before)

    def test_but_not_an_older_one(self):
        before = known(OrderState.ACCEPTED, "APPROVED", None, NOW)
        older = order("CANCELED", updated_at=NOW - timedelta(seconds=1))
        assert not is_newer(event(sequence=None), older, before)

    def test_nor_one_that_is_known_already(self):
        before = known(OrderState.CANCELLED, "CANCELED", None, NOW)
        assert not is_newer(event(sequence=None), order("CANCELED", updated_at=NOW), before)

    def test_an_approval_that_proves_not_to_be_later_does_not_undo_it(self):
        before = known(OrderState.REMEMBERED, "CANCELED", None, NOW)
        undated = event(EventKind.APPROVED, 9)
        assert not is_newer(undated, order(), before)
        verdict = judge(undated, order(), before, NOW, INTAKE, on_paper=False)
        assert verdict is Verdict.RECORD

    def test_where_nothing_is_dated_the_other_news_go_by_arrival(self):
        assert is_newer(event(sequence=None), order(), known(sequence=None))
        assert is_newer(event(sequence=None), order("CANCELED"), known(sequence=None))
