"""How Wix says no, in the two forms of its page "About Errors": by a rule, or by the state."""

from __future__ import annotations

from typing import Any

from wix_printer_service.errors import NeverAgainError

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404
PRECONDITION_REQUIRED = 428


class RefusedError(NeverAgainError):
    """A request that is answered with an error.

    Args:
        status: The HTTP status.
        message: Wix's sentence for developers.
        details: ``applicationError`` or ``validationError``.
    """

    def __init__(self, status: int, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "details": details or {}}


def application_error(
    code: str, description: str, status: int = PRECONDITION_REQUIRED, **data: Any
) -> RefusedError:
    """Return a refusal because of how things are."""
    error = {"code": code, "description": description, "data": data}
    return RefusedError(status, description, {"applicationError": error})


def validation_error(*violations: tuple[str, str, str]) -> RefusedError:
    """Return a refusal because of what the request looks like.

    Args:
        violations: Field, what is wrong with it, and the name of the rule.
    """
    listed = [
        {"field": field, "description": text, "violatedRule": "OTHER", "ruleName": rule, "data": {}}
        for field, text, rule in violations
    ]
    field, text, _ = violations[0]
    details = {"validationError": {"fieldViolations": listed}}
    return RefusedError(BAD_REQUEST, f'INVALID_ARGUMENT: "{field}" {text}', details)


def order_not_found(order_id: str) -> RefusedError:
    """Return the refusal for an order that the site does not have."""
    text = f"Order with id {order_id} was not found"
    return application_error("ORDER_NOT_FOUND", text, NOT_FOUND, orderId=order_id)
