"""Settings of what waits, what is urgent, how it is printed, and how printers are watched."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
)

from wix_printer_service.settings.base import (
    MOST_HOURS,
    ConnectionUrl,
    PositiveSeconds,
    PrintableReceipt,
    PrinterName,
    Section,
    StationName,
)


class Printing(Section):
    """How jobs are sent."""

    connect_timeout_s: PositiveSeconds = Field(
        default=1.0, description="How long to wait for a printer to accept a connection."
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
        default=1.0, description="First pause after a ticket that could not be made or booked."
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
        description="A job that was tried so often and never confirmed is dead.",
    )
    late_after_s: PositiveSeconds = Field(
        default=900.0, description="Tickets that waited longer than this are headed LATE."
    )
    hold_backlog_after_h: float | None = Field(
        default=None,
        gt=0,
        le=MOST_HOURS,
        description="Jobs that waited longer than this are held for a person. Unset: never.",
    )
    expire_after_h: float | None = Field(
        default=None,
        gt=0,
        le=MOST_HOURS,
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
            "fr": ("urgent", "urgence", "au plus vite", "dès que possible"),
            "it": ("urgente", "subito", "di fretta", "il prima possibile", "appena possibile"),
            "es": ("urgente", "con prisa", "cuanto antes", "lo antes posible", "inmediatamente"),
            "tr": ("acil", "acele", "hemen", "en kısa sürede", "bir an önce"),
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
    stations: tuple[StationName, ...] = Field(
        default=(),
        description=(
            "Of which `stations` it prints the kitchen tickets; `default` is the one that makes "
            "what no other makes, `expo` shows all. None: default."
        ),
    )
    copies: dict[PrintableReceipt, Annotated[int, Field(ge=1, le=9)]] = Field(
        default={},
        description="How often a receipt comes out, if not once: {kitchen: 2}.",
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

    @field_validator("copies")
    @classmethod
    def _of_what_it_prints(
        cls, value: dict[PrintableReceipt, int], info: ValidationInfo
    ) -> dict[PrintableReceipt, int]:
        foreign = [receipt for receipt in value if receipt not in info.data.get("receipts", value)]
        if foreign:
            message = f"it does not print the receipt {', '.join(foreign)}"
            raise ValueError(message)
        return value

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
    breaker_initial_s: PositiveSeconds = Field(default=5.0, description="The first such pause.")
    breaker_max_s: PositiveSeconds = Field(default=60.0, description="The longest such pause.")
