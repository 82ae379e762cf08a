"""The status listener's routes that show which receipts an order would have now."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from wix_printer_service.api.pictures import draw
from wix_printer_service.api.status_api import PICTURE
from wix_printer_service.api.texts import texts
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION, Receipt
from wix_printer_service.previews import current_order
from wix_printer_service.receipts import heading
from wix_printer_service.receipts.context import Slip
from wix_printer_service.settings.receipts import DEFAULT

if TYPE_CHECKING:
    from wix_printer_service.api.html import Html
    from wix_printer_service.models import Order
    from wix_printer_service.previews import Preview, Previews
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database

Shown = Annotated[
    Literal["kitchen", "driver", "customer", "cancellation"], Query(description="Which receipt.")
]
Station = Annotated[
    str, Query(description="Whose share of it: a station of the settings, default or expo.")
]


@dataclass(frozen=True, slots=True)
class PreviewView:
    """A receipt on the page of its order."""

    name: str
    label: str
    picture: str
    """The path of its picture, seen from the page."""
    text: str


class PreviewPages:
    """Shows receipts without printing them, one at a time so that Wix need not wait for it."""

    def __init__(
        self, database: Database, previews: Previews, settings: Settings, html: Html
    ) -> None:
        self._database = database
        self._previews = previews
        self._stations = {DEFAULT_STATION, DEFAULT, EXPO_STATION, *settings.stations}
        self._say = texts(settings.restaurant.language)
        self._html = html
        self._drawing = threading.Lock()

    def routes(self) -> APIRouter:
        """Return the routes; the page is not part of the described interface."""
        router = APIRouter()
        router.add_api_route("/orders/{order_id}/preview", self.page, include_in_schema=False)
        router.add_api_route(
            "/orders/{order_id}/preview.png",
            self.picture,
            responses=PICTURE,
            response_class=Response,
        )
        return router

    def page(self, order_id: str) -> Response:
        """Show every receipt that an order would have now, as picture and as text."""
        order = self._order(order_id)
        views = [self._view(order, slip) for slip in self._previews.slips(order)]
        return self._html.page("previews", order=heading.name(order), receipts=views)

    def picture(
        self, order_id: str, receipt: Shown = "kitchen", station: Station = DEFAULT
    ) -> Response:
        """Show a receipt as it would come out now, in time and for the first time."""
        if station not in self._stations:
            raise NotFoundError(f"there is no station {station}")
        order = self._order(order_id)
        kind = Receipt(receipt)
        reader = Receipt.KITCHEN if kind is Receipt.CANCELLATION else None
        slip = Slip(kind, DEFAULT_STATION if station == DEFAULT else station, reader)
        with self._drawing:
            shown = self._show(order, slip)
            picture = draw(shown.document, shown.paper.width_mm)
        return Response(picture, media_type="image/png")

    def _order(self, order_id: str) -> Order:
        with self._database.reading() as connection:
            return current_order(connection, order_id)

    def _show(self, order: Order, slip: Slip) -> Preview:
        return self._previews.show(order, slip, self._previews.paper(slip))

    def _view(self, order: Order, slip: Slip) -> PreviewView:
        name = self._say.receipts[slip.receipt]
        if slip.station:
            name = f"{name} ({slip.station})"
        query = urlencode({"receipt": slip.receipt, "station": slip.station})
        with self._drawing:
            text = self._show(order, slip).text
        return PreviewView(
            name=name,
            label=self._say.show_receipt.format(receipt=name, number=heading.name(order)),
            picture=f"preview.png?{query}",
            text=text,
        )
