"""What is answered when a request cannot be served: JSON for programs, a short page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse

from wix_printer_service.api.guard import ForgedError, NotLoggedInError, is_for_person
from wix_printer_service.api.shield import HEADERS
from wix_printer_service.errors import NotFoundError, StorageError, WrongStateError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from wix_printer_service.api.html import Html

CODES: dict[type[Exception], int] = {
    NotLoggedInError: 401,
    ForgedError: 403,
    NotFoundError: 404,
    WrongStateError: 409,
    StorageError: 503,
}


class Problems:
    """Turns errors into answers."""

    def __init__(self, html: Html) -> None:
        self._html = html

    def register(self, app: FastAPI) -> None:
        """Have the application answer errors this way."""
        for family in CODES:
            app.add_exception_handler(family, self.expected)
        app.add_exception_handler(RequestValidationError, self.invalid)
        app.add_exception_handler(Exception, self.unexpected)

    def expected(self, request: Request, error: Exception) -> Response:
        """Say why a request was not served."""
        code = next(code for family, code in CODES.items() if isinstance(error, family))
        if not is_for_person(request):
            headers = {"www-authenticate": "Bearer"} if code == CODES[NotLoggedInError] else None
            return JSONResponse({"detail": str(error)}, code, headers)
        if isinstance(error, NotLoggedInError):
            return RedirectResponse("/login", 303)
        return self._html.page("problem", code, problem=code)

    def invalid(self, _request: Request, error: Exception) -> Response:
        """Name what is wrong with the parameters."""
        found = error.errors() if isinstance(error, RequestValidationError) else []
        detail = "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in found)
        return JSONResponse({"detail": detail}, 422)

    def unexpected(self, request: Request, _error: Exception) -> Response:
        """Say that something broke, and nothing of how; the server logs the error itself."""
        code = 500
        if is_for_person(request):
            response: Response = self._html.page("problem", code, problem=code)
        else:
            response = JSONResponse({"detail": "something broke here; the log says what"}, code)
        response.headers.update(HEADERS)  # this answer does not pass the shield
        return response
