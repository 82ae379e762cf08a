"""Every setting with its type, default and meaning; ``config`` reads them from files.

The descriptions become the comments of ``config/config.example.yaml``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from wix_printer_service.settings.base import PositiveSeconds, PrinterName, Section, StationName
from wix_printer_service.settings.intake import Intake, Listen, Restaurant, Status, Storage
from wix_printer_service.settings.printing import (
    Connectivity,
    OfflineQueue,
    Printer,
    Printing,
    Priorities,
)
from wix_printer_service.settings.receipts import Preorders, Receipts, Station, misrouted, useless
from wix_printer_service.settings.wix import Backfill, Wix

__all__ = [
    "Backfill",
    "Connectivity",
    "Intake",
    "Lifecycle",
    "Listen",
    "Log",
    "OfflineQueue",
    "Preorders",
    "Printer",
    "Printing",
    "Priorities",
    "Receipts",
    "Restaurant",
    "Section",
    "Settings",
    "Station",
    "Status",
    "Storage",
    "Wix",
]


class Lifecycle(Section):
    """How the daemon watches itself."""

    beat_timeout_s: PositiveSeconds = Field(
        default=60.0, description="A worker without a beat for so long counts as hung."
    )
    stop_timeout_s: PositiveSeconds = Field(
        default=8.0, description="How long all workers together may take to stop."
    )


class Log(Section):
    """What is logged."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least important level to log."
    )


class Settings(Section):
    """The whole configuration."""

    restaurant: Restaurant = Restaurant()
    printers: dict[PrinterName, Printer] = Field(min_length=1)
    stations: dict[StationName, Station] = Field(default={}, validate_default=True)
    receipts: Receipts = Receipts()
    preorders: Preorders = Preorders()
    wix: Wix = Wix()
    backfill: Backfill = Backfill()
    listen: Listen = Listen()
    status: Status = Status()
    storage: Storage = Storage()
    intake: Intake = Intake()
    printing: Printing = Printing()
    offline_queue: OfflineQueue = OfflineQueue()
    priorities: Priorities = Priorities()
    connectivity: Connectivity = Connectivity()
    lifecycle: Lifecycle = Lifecycle()
    log: Log = Log()

    @field_validator("printers")
    @classmethod
    def _backups_exist(cls, value: dict[str, Printer]) -> dict[str, Printer]:
        wrong = [
            f"{name}.backup: {printer.backup!r} is not one of the other printers"
            for name, printer in value.items()
            if printer.backup is not None
            and (printer.backup == name or printer.backup not in value)
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return value

    @field_validator("stations")
    @classmethod
    def _every_item_is_printed_somewhere(
        cls, value: dict[str, Station], info: ValidationInfo
    ) -> dict[str, Station]:
        wrong = list(useless(value))
        if "printers" in info.data:  # else wrong themselves, so that no more can be said
            wrong += misrouted(value, info.data["printers"])
        if wrong:
            raise ValueError("; ".join(wrong))
        return value
