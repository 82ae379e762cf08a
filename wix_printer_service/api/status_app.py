"""The status listener: how the house is, the orders, their receipts, and what people ask.

Never exposed to the internet. FastAPI costs memory, so this module is imported only where the
application is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI

from wix_printer_service.api.forgery import is_loopback
from wix_printer_service.api.guard import Guard
from wix_printer_service.api.html import Html
from wix_printer_service.api.pictures import Pictures
from wix_printer_service.api.problems import Problems
from wix_printer_service.api.shield import Shield
from wix_printer_service.api.status_api import StatusApi
from wix_printer_service.api.status_connectivity import ConnectivityApi
from wix_printer_service.api.status_models import Problem
from wix_printer_service.api.status_pages import StatusPages
from wix_printer_service.api.status_previews import PreviewPages
from wix_printer_service.api.status_queue import QueueApi
from wix_printer_service.connection_url import split_host_port
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.previews import Previews
from wix_printer_service.version import VERSION

if TYPE_CHECKING:
    from wix_printer_service.api.access import Access
    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_monitor import ConnectivityMonitor
    from wix_printer_service.health import Health
    from wix_printer_service.job_requests import JobRequests
    from wix_printer_service.offline_queue import OfflineQueue
    from wix_printer_service.queue_status import QueueWatch
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database
    from wix_printer_service.tickets import TicketMaker

DESCRIPTION = (
    "Without a password everyone on this computer may use it. With one, programs send the token of"
    " the file `status-token` as `Authorization: Bearer TOKEN`."
)


def create_status_app(
    *,
    database: Database,
    requests: JobRequests,
    queue: OfflineQueue,
    queue_watch: QueueWatch,
    monitor: ConnectivityMonitor,
    tickets: TicketMaker,
    health: Health,
    access: Access,
    settings: Settings,
    clock: Clock,
) -> FastAPI:
    """Build the status application.

    Raises:
        ConfigurationError: Others could reach it, and there is no password.
    """
    host, _ = split_host_port(settings.listen.status)
    if not access.needs_login and not is_loopback(host):
        message = f"listen.status: others could reach {host}, so there must be a password"
        raise ConfigurationError([message])
    html = Html(settings)
    app = FastAPI(
        title="Wix printer service",
        version=VERSION,
        description=DESCRIPTION,
        # FastAPI's own pages load scripts from elsewhere, and would not pass the guard
        openapi_url=None,
        redirect_slashes=False,  # a redirect would name the address that we listen on
        dependencies=[Depends(Guard(access).check)],
        responses={401: {"model": Problem}, 422: {"model": Problem}},
    )
    app.add_middleware(Shield, local_only=not access.needs_login)
    Problems(html).register(app)
    pictures = Pictures(database, tickets)
    previews = Previews(tickets.context, settings.printers)
    max_items = settings.offline_queue.max_items
    for part in (
        StatusApi(database, requests, queue, pictures, health),
        ConnectivityApi(database, monitor, settings, clock),
        QueueApi(database, queue_watch, max_items),
        PreviewPages(database, previews, settings, html),
        StatusPages(database, queue_watch, health, access, html, settings, clock),
    ):
        app.include_router(part.routes())
    return app
