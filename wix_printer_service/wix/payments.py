"""The payments of an order, read from Wix's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wix_printer_service.wix.answers import unusable
from wix_printer_service.wix.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of an order. Texts are empty where Wix said nothing."""

    id: str
    status: str
    """Wix's own word, upper case, such as ``APPROVED``; new ones may come."""
    method: str
    """How it was paid, in the restaurant's language if Wix has it, such as ``Cash``."""
    is_offline: bool
    """Paid by hand, not through Wix."""
    amount: Decimal | None


def read_payments(content: Mapping[str, Any]) -> tuple[Payment, ...]:
    """Read ListTransactionsForSingleOrderResponse.

    Source: @wix/auto_sdk_ecom_order-transactions@1.0.108 (build/es/meta.d.mts).

    Raises:
        WixUnavailableError: It does not hold what it should.
    """
    transactions = content.get("orderTransactions")
    if not isinstance(transactions, dict):
        raise unusable("the answer holds no transactions of the order")
    payments = transactions.get("payments") or []
    if not isinstance(payments, list) or not all(isinstance(each, dict) for each in payments):
        raise unusable("the answer's payments are no list of payments")
    return tuple(_payment(Wire(payment, "", [])) for payment in payments)


def _payment(payment: Wire) -> Payment:
    details = payment.child("regularPaymentDetails")
    return Payment(
        id=payment.text("id"),
        status=payment.word("status"),
        method=_method(details),
        is_offline=details.flag("offlinePayment"),
        amount=payment.money("amount"),
    )


def _method(details: Wire) -> str:
    """Return the name of the method; what a person typed in goes first, as Wix wants it."""
    name = details.child("paymentMethodName")
    typed = name.child("userDefinedName")
    return (
        typed.text("custom")
        or typed.text("predefined")
        or name.text("siteLanguageName")
        or name.text("buyerLanguageName")
        or details.text("paymentMethod")
    )
