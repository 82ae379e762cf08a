"""Every setting with its type, default and meaning; ``config`` reads them from files.

The descriptions become the comments of ``config/config.example.yaml``.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from wix_printer_service import connection_url
from wix_printer_service.models import Receipt


def _host_port(value: str) -> str:
    connection_url.split_host_port(value)
    return value


def _connection(value: str) -> str:
    connection_url.parse(value)
    return value


PositiveSeconds = Annotated[float, Field(gt=0, le=86_400)]
HostPort = Annotated[str, AfterValidator(_host_port)]
ConnectionUrl = Annotated[str, AfterValidator(_connection)]
PrintableReceipt = Literal[Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER]
PrinterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]

RESTAURANT_APP_IDS = (
    "9a5d83fd-8570-482e-81ab-cfa88942ee60",  # Wix Restaurants Orders (new), from Wix's docs
    "13e8d036-5516-6104-b456-c8466db39542",  # Wix Restaurants Orders (old), seen in the wild
)


class Section(BaseModel):
    """A group of settings; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


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
        default=(), description="Address, phone and tax number lines for customer receipts."
    )
    timezone: str = Field(
        default="Europe/Berlin", description="Wix sends UTC; tickets show this zone."
    )
    language: Literal["de", "en"] = Field(default="de", description="Language of the receipts.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            message = f"there is no time zone {value!r}; see the IANA names, such as Europe/Berlin"
            raise ValueError(message) from error
        return value


class Wix(Section):
    """The Wix app that signs the deliveries."""

    webhook_public_key_file: Path | None = Field(
        default=None,
        description=(
            "The app's public key from Wix (Webhooks > Get Public Key). Without it a development "
            "key pair made beside the database is used, and Wix's own deliveries are refused."
        ),
    )
    api_base: str = Field(default="https://www.wixapis.com", description="Wix's REST interface.")
    site_id: str | None = Field(
        default=None, description="The site that the API key is for. Not used yet."
    )
    api_key_file: Path | None = Field(
        default=None, description="File with the API key; without it Wix is not asked anything."
    )


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


class Printing(Section):
    """How jobs are sent."""

    connect_timeout_s: PositiveSeconds = Field(
        default=5.0, description="How long to wait for a printer to accept a connection."
    )
    stall_timeout_s: PositiveSeconds = Field(
        default=20.0, description="A printer that takes no byte for so long has stalled."
    )
    close_timeout_s: PositiveSeconds = Field(
        default=2.0,
        description=(
            "How long to wait for a network printer to hang up after a job; a reset in that time "
            "makes the job uncertain."
        ),
    )
    retry_initial_s: PositiveSeconds = Field(
        default=1.0, description="First pause after a failure before the first byte."
    )
    retry_max_s: PositiveSeconds = Field(default=30.0, description="Longest such pause.")
    max_tries: int = Field(
        default=5, ge=1, description="A job that fails so often by its own fault is dead."
    )
    poll_s: PositiveSeconds = Field(
        default=1.0, description="How often an idle worker looks for work if nothing wakes it."
    )
    answer_timeout_s: PositiveSeconds = Field(
        default=1.0, description="How long a printer may take to answer how it is."
    )
    status_interval_s: PositiveSeconds = Field(
        default=0.5, description="How often a printer is asked how it is while a job prints."
    )
    confirm_timeout_s: PositiveSeconds = Field(
        default=15.0,
        description=(
            "How long a printer that is ready may take to confirm a job; the time in which it "
            "says that it cannot print does not count."
        ),
    )
    confirm_s_per_kb: float = Field(
        default=0.5, ge=0, le=60, description="So much longer for each 1000 bytes of the job."
    )
    max_attempts: int = Field(
        default=5,
        ge=1,
        description="A job that was sent so often and never confirmed is dead.",
    )
    late_after_s: PositiveSeconds = Field(
        default=900.0, description="Tickets that waited longer than this are headed LATE."
    )
    hold_backlog_after_h: float | None = Field(
        default=None,
        gt=0,
        description="Jobs that waited longer than this are held for a person. Unset: never.",
    )
    expire_after_h: float | None = Field(
        default=None,
        gt=0,
        description="Jobs that waited longer than this are not printed at all. Unset: never.",
    )
    backup_after_s: PositiveSeconds = Field(
        default=120.0,
        description="After a printer was away for so long its `backup` takes over.",
    )


class OfflineQueue(Section):
    """How much may wait, and from when on a person is told."""

    max_items: int = Field(
        default=50_000,
        ge=1,
        description="While so many jobs are unfinished, new deliveries get 503: Wix keeps them.",
    )
    alert_depth: int = Field(default=200, ge=1, description="Tell when so many jobs wait.")
    alert_age_s: PositiveSeconds = Field(
        default=900.0, description="Tell when the oldest job has waited for so long."
    )
    alert_dead: int = Field(default=1, ge=1, description="Tell when so many jobs are dead.")
    check_interval_s: PositiveSeconds = Field(
        default=10.0, description="How often these are looked at."
    )


class Priorities(Section):
    """What makes an order urgent."""

    high_total: Decimal | None = Field(
        default=Decimal(100),
        ge=0,
        description="Orders with a larger total are HIGH, whatever the currency. Unset: none.",
    )
    allergy_is_critical: bool = Field(
        default=True, description="Orders whose words speak of an allergy are CRITICAL."
    )
    critical_words: dict[str, tuple[str, ...]] = Field(
        default={
            "de": ("dringend", "eilt", "eilig", "sofort", "so schnell wie möglich"),
            "en": ("urgent", "asap", "as soon as possible", "immediately", "in a hurry"),
        },
        description=(
            "Orders with one of these words in items, wishes or notes are CRITICAL; by language, "
            "but all of them are looked for, since guests write in their own."
        ),
    )
    raise_after_s: PositiveSeconds = Field(
        default=600.0,
        description=(
            "LOW and NORMAL jobs that waited so long while their printer was printing rise by one "
            "level, at most to HIGH."
        ),
    )


class Printer(Section):
    """One printer."""

    connection: ConnectionUrl = Field(
        description=(
            "tcp://HOST:PORT, usb://VENDOR:PRODUCT[:SERIAL], serial:///dev/ttyUSB0?baudrate=38400, "
            "file:///dev/usb/lp0, cups://QUEUE or virtual://DIRECTORY."
        )
    )
    receipts: tuple[PrintableReceipt, ...] = Field(
        min_length=1, description="Which receipts it prints: kitchen, driver, customer."
    )
    paper_width_mm: Literal[58, 80] = Field(default=80, description="58 or 80.")
    profile: str = Field(
        default="default",
        description="Profile of python-escpos: code pages and abilities of the model.",
    )
    columns: int | None = Field(
        default=None,
        ge=16,
        le=96,
        description="Normal characters in a row, if not 48 (80 mm) or 32 (58 mm).",
    )

    uncertain: Literal["reprint_marked", "hold"] = Field(
        default="reprint_marked",
        description=(
            "What to do with a job of which nobody knows whether it was printed: print it again, "
            "headed POSSIBLE DUPLICATE (reprint_marked), or wait for a person (hold)."
        ),
    )
    backup: PrinterName | None = Field(
        default=None, description="The printer that takes over while this one is away."
    )

    @field_validator("receipts")
    @classmethod
    def _each_once(cls, value: tuple[PrintableReceipt, ...]) -> tuple[PrintableReceipt, ...]:
        if len(set(value)) < len(value):
            message = "a receipt stands here twice"
            raise ValueError(message)
        return value


class Connectivity(Section):
    """How printers, the internet and Wix are watched."""

    hosts: tuple[str, ...] = Field(
        default=("8.8.8.8", "1.1.1.1", "208.67.222.222"),
        description="Hosts that tell whether the internet is there. None: it is not watched.",
    )
    check_interval_s: PositiveSeconds = Field(
        default=30.0, description="Pause between checks while all is well."
    )
    fast_interval_s: PositiveSeconds = Field(
        default=0.5, description="Pause between checks of a printer that has work waiting."
    )
    retry_max_s: PositiveSeconds = Field(
        default=300.0, description="Longest pause between checks in a long outage."
    )
    probe_timeout_s: PositiveSeconds = Field(
        default=1.0, description="How long something may take to answer a check."
    )
    failures_to_offline: int = Field(
        default=2, ge=1, description="So many checks in a row must fail before it is OFFLINE."
    )
    successes_to_online: int = Field(
        default=2,
        ge=1,
        description="So many checks of internet and Wix in a row must work before they are ONLINE.",
    )
    high_latency_s: PositiveSeconds = Field(
        default=0.5, description="Slower answers of the internet make it DEGRADED."
    )
    portal_check_url: str | None = Field(
        default="http://connectivitycheck.gstatic.com/generate_204",
        description=(
            "A page that answers 204 and nothing else; any other answer is that of a captive "
            "portal. Unset: not looked for."
        ),
    )
    breaker_failures: int = Field(
        default=3, ge=1, description="After so many failed jobs in a row a printer gets a pause."
    )
    breaker_initial_s: PositiveSeconds = Field(default=1.0, description="The first such pause.")
    breaker_max_s: PositiveSeconds = Field(default=60.0, description="The longest such pause.")


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
    wix: Wix = Wix()
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
        for name, printer in value.items():
            if printer.backup is not None and (
                printer.backup == name or printer.backup not in value
            ):
                message = f"{name}.backup: {printer.backup!r} is not one of the other printers"
                raise ValueError(message)
        return value
