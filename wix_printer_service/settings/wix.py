"""Settings of Wix: who signs the deliveries, and how Wix itself is asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field, field_validator

from wix_printer_service.settings.base import MOST_HOURS, OptionalFile, PositiveSeconds, Section

EARLIEST_YEAR, LATEST_YEAR = 2000, 2200


class Wix(Section):
    """Wix: the app that signs the deliveries, and the keys with which Wix itself is asked."""

    webhook_public_key_file: OptionalFile = Field(
        default=None,
        description=(
            "The app's public key from Wix (Webhooks > Get Public Key). Without it a development "
            "key pair made beside the database is used, and Wix's own deliveries are refused."
        ),
    )
    api_base: str = Field(default="https://www.wixapis.com", description="Wix's REST interface.")
    site_id: str | None = Field(
        default=None,
        description="The site that the API key is for: what follows /dashboard/ in its address.",
    )
    api_key_file: OptionalFile = Field(
        default=None,
        description="File with the API key; without it, or an app's secret, Wix is not asked.",
    )
    app_id: str | None = Field(
        default=None,
        description="The id of your own Wix app, if it is to be used in place of an API key.",
    )
    app_secret_file: OptionalFile = Field(
        default=None, description="File with that app's secret key."
    )
    instance_id: str | None = Field(
        default=None, description="The id under which that app is installed on the site."
    )
    connect_timeout_s: PositiveSeconds = Field(
        default=5.0, description="How long Wix may take to accept a connection."
    )
    answer_timeout_s: PositiveSeconds = Field(
        default=30.0, description="How long Wix may take for a whole answer."
    )
    max_answer_bytes: int = Field(
        default=16_000_000, ge=100_000, description="Longer answers are not read."
    )
    max_attempts: int = Field(
        default=4, ge=1, description="A request that may be repeated is tried so often in a row."
    )
    retry_initial_s: PositiveSeconds = Field(
        default=1.0, description="First pause between such tries; each further one is longer."
    )
    retry_max_s: PositiveSeconds = Field(default=30.0, description="Longest such pause.")
    requests_per_minute: int = Field(
        default=200, ge=1, description="No more requests than this; Wix allows 200 a minute."
    )

    @property
    def is_askable(self) -> bool:
        """Tell whether there is a key with which to ask Wix."""
        return self.api_key_file is not None or self.app_secret_file is not None


class Backfill(Section):
    """Asking Wix for orders that no webhook brought."""

    quick_interval_s: PositiveSeconds = Field(
        default=30.0, description="How often Wix is asked while webhooks seem silent."
    )
    slow_interval_s: PositiveSeconds = Field(
        default=300.0, description="How often at the least, while webhooks bring every order."
    )
    silent_after_s: PositiveSeconds = Field(
        default=1800.0, description="Webhooks seem silent when none came for so long."
    )
    overlap_s: float = Field(
        default=600.0,
        ge=0,
        le=86_400,
        description="How far each look reaches back behind the last: Wix's index may lag.",
    )
    wide_overlap_s: float = Field(
        default=21_600.0,
        ge=0,
        le=1_000_000,
        description=(
            "How far the look at the start, the first one after Wix was away, and one every "
            "wide_interval_s reach back."
        ),
    )
    wide_interval_s: PositiveSeconds = Field(
        default=3600.0,
        description="See wide_overlap_s; also the longest pause that Wix may ask us for.",
    )
    print_since: str | None = Field(
        default=None,
        description=(
            "Orders that were fetched and are of before this moment, such as 2026-11-22T17:00, are "
            "recorded and not printed. Unset: the first start with a key."
        ),
    )
    look_back_h: float = Field(
        default=48.0,
        ge=0,
        le=MOST_HOURS,
        description="How far the very first look reaches back behind that, to record.",
    )
    page_size: int = Field(
        default=25, ge=1, le=100, description="How many orders Wix is asked for at once."
    )
    max_pages: int = Field(
        default=200, ge=2, description="A look that finds more pages goes on in the next one."
    )

    @field_validator("print_since", mode="before")
    @classmethod
    def _moment(cls, value: Any) -> Any:
        if isinstance(value, date):  # YAML reads an unquoted moment as one
            return value.isoformat()
        if isinstance(value, str):
            try:
                year = datetime.fromisoformat(value).year
            except ValueError:
                year = 0
            if not EARLIEST_YEAR <= year <= LATEST_YEAR:
                message = f"{value!r} is no moment; expected one such as 2026-11-22T17:00"
                raise ValueError(message)
        return value
