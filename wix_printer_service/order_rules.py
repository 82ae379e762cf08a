"""Which event puts what on paper: the table of the design (section 6), and nothing else.

Pure: everything that matters comes in, a verdict goes out.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from wix_printer_service.models import Order, OrderRecord, OrderState, Road
from wix_printer_service.wix.webhook import EventKind, OrderEvent

if TYPE_CHECKING:
    from datetime import datetime

    from wix_printer_service.settings import Intake

CALLED_OFF = frozenset({"CANCELED", "REJECTED"})
NOT_YET_APPROVED = frozenset({"INITIALIZED", "PENDING"})
NEVER_PAPER = frozenset({EventKind.IMPORTED, EventKind.IMPORTED_ORDER_DELETED})
SET_MADE = frozenset({OrderState.ACCEPTED, OrderState.HELD})
OF_NEW_ORDERS = frozenset({EventKind.CREATED, EventKind.APPROVED})
"""Webhooks that come once for an order: one that comes was not delivered before."""
IMPLIED_STATUS = {EventKind.APPROVED: "APPROVED", EventKind.CANCELED: "CANCELED"}
UNREAD_LINES = ("lineItems", "order", "unreadable")


class Verdict(StrEnum):
    """What to do with an event, besides writing it down."""

    RECORD = "recorded"
    CHANGE = "changed"
    """An order whose receipts were made is another one now: what changed goes to its readers."""
    REINSTATE = "changed_after_cancellation"
    """Recorded too, but a person should know: the kitchen has been told to stop."""
    PRINT = "accepted"
    HOLD = "held"
    PAST = "past"
    """Recorded, and never to be printed by itself: it is of before the first start."""
    CANCEL = "cancelled"
    IGNORE = "ignored"
    ERASE = "erased"


def judge(
    event: OrderEvent,
    order: Order,
    known: OrderRecord | None,
    now: datetime,
    intake: Intake,
    *,
    on_paper: bool,
) -> Verdict:
    """Say what an event about ``order`` does.

    Args:
        event: What Wix says happened.
        order: The order as the event shows it.
        known: What is written down of it, None if it was never heard of.
        now: Wall time, to tell whether the order was due long ago.
        intake: The restaurant's rules.
        on_paper: Whether a receipt of the order may lie somewhere.
    """
    if event.anonymise:
        return Verdict.ERASE
    if _is_never_paper(event, order, known):
        return Verdict.IGNORE
    newer = is_newer(event, order, known)
    if order.status in CALLED_OFF:
        printed = known is not None and known.state in {OrderState.ACCEPTED, OrderState.HELD}
        return Verdict.CANCEL if newer and printed else Verdict.RECORD
    if order.status == "APPROVED":
        if on_paper and known is not None and known.state is OrderState.CANCELLED:
            return Verdict.REINSTATE if newer else Verdict.RECORD
        return _judge_approved(event, order, known, now, intake, newer=newer)
    return _judge_known(known, newer=newer and order.status not in NOT_YET_APPROVED)


def _is_never_paper(event: OrderEvent, order: Order, known: OrderRecord | None) -> bool:
    erased = known is not None and known.state is OrderState.ERASED
    return erased or order.imported or event.kind in NEVER_PAPER


def _judge_approved(
    event: OrderEvent,
    order: Order,
    known: OrderRecord | None,
    now: datetime,
    intake: Intake,
    *,
    newer: bool,
) -> Verdict:
    if known is not None and _is_decided(event, known):
        return _judge_known(known, newer=newer)
    if known is not None and not newer and known.status in CALLED_OFF:
        return Verdict.RECORD
    if intake.other_orders == "ignore" and not is_for_kitchen(order, intake):
        return Verdict.IGNORE
    if event.is_past and (known is None or known.state is OrderState.IGNORED):
        return Verdict.PAST  # one that this house waits for is not of before its time
    due = due_at(order)
    stale = due is not None and due < now - timedelta(hours=intake.stale_after_h)
    return Verdict.HOLD if stale else Verdict.PRINT


def _judge_known(known: OrderRecord | None, *, newer: bool) -> Verdict:
    """Say what an event does that makes no receipts and calls none off."""
    is_change = newer and known is not None and known.state in SET_MADE
    return Verdict.CHANGE if is_change else Verdict.RECORD


def _is_decided(event: OrderEvent, known: OrderRecord) -> bool:
    """Tell whether an approval of a known order puts nothing more on paper.

    One that a search took for past is printed all the same when its own webhook comes.
    """
    if known.state is OrderState.PAST:
        return event.road is not Road.WEBHOOK or event.kind not in OF_NEW_ORDERS
    return known.state in SET_MADE


def is_newer(event: OrderEvent, order: Order, known: OrderRecord | None) -> bool:
    """Tell whether an event shows an order as it is later than what is known.

    By ``entityEventSequence``, else by ``updatedDate``; where neither says, by arrival, but that an
    order is called off is always the last that is heard of it.
    """
    if known is None or known.revision == 0:
        return True
    if event.sequence is not None and known.sequence is not None:
        return event.sequence > known.sequence
    is_final = order.status in CALLED_OFF and known.status not in CALLED_OFF
    if order.updated_at is not None and known.updated_at is not None:
        is_final = is_final and order.updated_at == known.updated_at
        return order.updated_at > known.updated_at or is_final
    return is_final or known.status not in CALLED_OFF


def is_for_kitchen(order: Order, intake: Intake) -> bool:
    """Tell whether an order has a restaurant line, or may have one that could not be read."""
    if any(line.is_of(intake.restaurant_app_ids) for line in order.lines):
        return True
    return any(piece.path.startswith(UNREAD_LINES) for piece in order.unread)


def due_at(order: Order) -> datetime | None:
    """Return when an order is due: the end of its slot, else when it was placed."""
    return order.due_to or order.due_from or order.created_at
