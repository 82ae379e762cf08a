"""Settings of where orders come in and are written down, and of who may look at them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel.localedata import locale_identifiers
from pydantic import (
    Field,
    field_validator,
)

from wix_printer_service.settings.base import (
    MOST_HOURS,
    HostPort,
    Language,
    PositiveSeconds,
    Section,
)
from wix_printer_service.words import LANGUAGES

RESTAURANT_APP_IDS = (
    "9a5d83fd-8570-482e-81ab-cfa88942ee60",  # Wix Restaurants Orders (new), from Wix's docs
    "13e8d036-5516-6104-b456-c8466db39542",  # Wix Restaurants Orders (old), seen in the wild
)


class Storage(Section):
    """Where orders and jobs are written down."""

    path: Path = Field(
        default=Path("/var/lib/wix-printer/wix-printer.db"), description="The database file."
    )
    wal_size_bytes: int = Field(
        default=8_000_000,
        ge=0,
        description="Size to which the write-ahead log is grown once at start.",
    )
    busy_timeout_s: PositiveSeconds = Field(
        default=5.0, description="How long to wait for a lock that another program holds."
    )
    min_free_bytes: int = Field(
        default=4_000_000,
        ge=0,
        description="With less room on the disk new deliveries get 503; printing goes on.",
    )


class Listen(Section):
    """Addresses to listen on, HOST:PORT."""

    webhook: HostPort = Field(
        default="127.0.0.1:8080",
        description="For Wix's deliveries; the only part ever exposed, through a tunnel.",
    )
    status: HostPort = Field(
        default="127.0.0.1:8000",
        description="For the status page; anything but loopback needs status.password_hash_file.",
    )


class Status(Section):
    """Who may see the status page."""

    password_hash_file: Path | None = Field(
        default=None,
        description="File with the hash that `wix-printer config password` wrote.",
    )
    token_file: Path | None = Field(
        default=None,
        description="File with the bearer token for programs; made beside the database if unset.",
    )
    session_days: float = Field(
        default=30.0, gt=0, description="How long a browser stays logged in, in days."
    )
    orders_shown: int = Field(
        default=50, ge=1, le=500, description="How many orders the page shows."
    )
    refresh_s: PositiveSeconds = Field(
        default=10.0, description="How often the page loads itself anew."
    )


class Restaurant(Section):
    """What the receipts say about the restaurant."""

    name: str = Field(default="Restaurant", description="Printed on customer receipts.")
    address: tuple[str, ...] = Field(
        default=(), description="Address and phone lines for customer receipts."
    )
    timezone: str = Field(
        default="Europe/Berlin", description="Wix sends UTC; tickets show this zone."
    )
    language: Language = Field(
        default="de",
        description=f"Language of the receipts and the page: one of {', '.join(LANGUAGES)}.",
    )
    country: str = Field(
        default="",
        pattern="^([A-Z]{2})?$",
        description="CH, AT, DE and so on: how amounts are written. Unset: as usual.",
    )
    tax_number: str = Field(
        default="", description="UID, VAT or tax number, printed on customer receipts."
    )

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value and not any(name.endswith(f"_{value}") for name in locale_identifiers()):
            message = f"there is no country {value!r}; expected two letters, such as CH, AT or DE"
            raise ValueError(message)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            message = f"there is no time zone {value!r}; see the IANA names, such as Europe/Berlin"
            raise ValueError(message) from error
        return value


class Intake(Section):
    """Which deliveries become orders, and which orders become paper."""

    max_body_bytes: int = Field(
        default=2 * 1024 * 1024, ge=1024, description="Larger deliveries get 413."
    )
    commit_timeout_s: PositiveSeconds = Field(
        default=1.0,
        description="A delivery that is not on disk by then gets 503; Wix waits 1.25 s.",
    )
    body_timeout_s: PositiveSeconds = Field(
        default=10.0, description="A body that has not arrived by then gets 408."
    )
    stale_after_h: float = Field(
        default=48.0,
        gt=0,
        le=MOST_HOURS,
        description="Orders due longer ago than this are recorded and held, not printed.",
    )
    restaurant_app_ids: tuple[str, ...] = Field(
        default=RESTAURANT_APP_IDS,
        description="Lines from these Wix apps are for the kitchen.",
    )
    header_timeout_s: PositiveSeconds = Field(
        default=5.0, description="A request whose header has not arrived by then is cut off."
    )
    max_header_bytes: int = Field(default=16_384, ge=1024, description="Larger headers get 431.")
    max_connections: int = Field(
        default=200,
        ge=8,
        description="With more than this, the one that has sent nothing whole for longest goes.",
    )
    max_waiting_bytes: int = Field(
        default=16_000_000,
        ge=2**21,
        description="Bodies on their way may together take so much memory; then the largest goes.",
    )
    refused_per_minute: int = Field(
        default=60,
        ge=1,
        description=(
            "More refused deliveries than this get 429 and are only counted in the journal; "
            "signed ones are never limited."
        ),
    )
    other_orders: Literal["ignore", "print"] = Field(
        default="ignore", description="What to do with orders that have no restaurant line."
    )
