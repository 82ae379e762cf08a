"""``events``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wix_printer_service import connectivity_records
from wix_printer_service.api.status_connectivity_models import EventReport
from wix_printer_service.cli.client import DaemonClient, ask_or_read
from wix_printer_service.cli.common import AsJson, ConfigFile, moment, settings_from, show, span
from wix_printer_service.observations import ComponentState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from wix_printer_service.settings import Settings

COLUMNS = ("at", "component", "from", "to", "cause", "outage_id", "lasted")
Component = Annotated[str | None, typer.Option(help="printer:NAME, internet or wix.")]
State = Annotated[
    ComponentState | None, typer.Option(help="Only changes to this state.", case_sensitive=False)
]
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]


def events(
    config_file: ConfigFile = None,
    component: Component = None,
    state: State = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List when printers, the internet and Wix came and went, newest first."""
    settings = settings_from(config_file)
    filters = {"limit": limit, "component": component, "state": state}

    def ask(daemon: DaemonClient) -> Any:
        query = {key: value for key, value in filters.items() if value is not None}
        return daemon.get("/connectivity/events", **query)["events"]

    def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        found = connectivity_records.events(
            connection, limit=limit, component=component, state=state
        )
        return [
            EventReport.model_validate(event).model_dump(mode="json", by_alias=True)
            for event in found
        ]

    rows = ask_or_read(settings, ask, read)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    show([_row(event, settings) for event in rows], COLUMNS, as_json=False)


def _row(event: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    lasted_s = event["duration_s"]
    return {
        **event,
        "at": moment(event["at"], settings),
        "lasted": None if lasted_s is None else span(lasted_s),
    }
