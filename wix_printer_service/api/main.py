"""Builds the two web applications; the status application's framework is loaded only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.api.webhook_app import create_webhook_app

if TYPE_CHECKING:
    from fastapi import FastAPI

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

__all__ = ["create_status_app", "create_webhook_app"]


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
    # FastAPI is large: the webhook listener answers before it is there
    from wix_printer_service.api import status_app  # noqa: PLC0415

    return status_app.create_status_app(
        database=database,
        requests=requests,
        queue=queue,
        queue_watch=queue_watch,
        monitor=monitor,
        tickets=tickets,
        health=health,
        access=access,
        settings=settings,
        clock=clock,
    )
