"""What settings are made of: sections, and values that are checked when they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from wix_printer_service import connection_url
from wix_printer_service.models import Receipt
from wix_printer_service.words import LANGUAGES


def _host_port(value: str) -> str:
    connection_url.split_host_port(value)
    return value


def _connection(value: str) -> str:
    connection_url.parse(value)
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        message = f"there are no words in {value!r}, only in {', '.join(LANGUAGES)}"
        raise ValueError(message)
    return value


MOST_HOURS = 1_000_000
"""Longer spans than a century lead out of the calendar."""
OptionalFile = Path | None
File = Path
PositiveSeconds = Annotated[float, Field(gt=0, le=86_400)]
Language = Annotated[str, AfterValidator(_language)]
HostPort = Annotated[str, AfterValidator(_host_port)]
ConnectionUrl = Annotated[str, AfterValidator(_connection)]
PrintableReceipt = Literal[Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER]
StationName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
PrinterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]


class Section(BaseModel):
    """A group of settings; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
