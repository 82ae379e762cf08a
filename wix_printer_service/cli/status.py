"""``status``: how the house is, on one short page for a person in a hurry."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from wix_printer_service.api.status_component_views import ComponentViewer
from wix_printer_service.api.status_models import BackfillReport
from wix_printer_service.api.status_words import Speaker
from wix_printer_service.cli import database_status
from wix_printer_service.cli.client import DaemonClient, RefusedError
from wix_printer_service.cli.common import AsJson, ConfigFile, moment, settings_from, show, span
from wix_printer_service.cli.database_status import MOST_PLANNED, planned
from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import DaemonUnreachableError
from wix_printer_service.health import NO_KEY
from wix_printer_service.models import JobState
from wix_printer_service.storage.read_only import read_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wix_printer_service.settings import Settings

FINDING = 1
NOT_REACHABLE = 3
ONLINE = "online"
COMPONENTS = ("component", "state", "since", "next_try", "why")
FOR_A_PERSON = (JobState.HELD, JobState.DEAD, JobState.EXPIRED)
MOST_JOBS = 20
HEADLINES = {
    ONLINE: "Online: all is well.",
    "degraded": "Degraded: orders are taken in, but something needs a look.",
    "offline": "Offline: orders cannot be taken in.",
    database_status.UNKNOWN: "The service does not run. This is what its database knows:",
}


def status(config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say how the house is; exit code 1 if something needs a look, 3 if the service is down."""
    settings = settings_from(config_file)
    try:
        facts = _ask(DaemonClient(settings))
        code = 0 if facts["status"] == ONLINE else FINDING
    except DaemonUnreachableError as error:
        if not settings.storage.path.exists():
            raise
        print(error, file=sys.stderr)
        with read_only(settings.storage.path) as connection:
            facts = database_status.read(connection, settings, FOR_A_PERSON, MOST_JOBS)
        code = NOT_REACHABLE
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        _show(facts, settings)
    raise typer.Exit(code)


def _ask(daemon: DaemonClient) -> dict[str, Any]:
    """Gather what the daemon says; a part that fails does not hide the others."""
    health = daemon.health()
    connectivity = _get(daemon, "/connectivity/status") or {}
    jobs = (_get(daemon, "/jobs", state=state, limit=MOST_JOBS) or [] for state in FOR_A_PERSON)
    return {
        "status": health["status"],
        "problems": health.get("problems", []),
        "components": connectivity.get("components", []),
        "backfill": health.get("backfill"),
        "queue": _get(daemon, "/offline/queue/status"),
        "planned": planned(_get(daemon, "/jobs", state=JobState.QUEUED, limit=MOST_PLANNED) or []),
        "jobs_for_a_person": [job for some in jobs for job in some],
    }


def _get(daemon: DaemonClient, path: str, **query: str | int) -> Any:
    try:
        return daemon.get(path, **query)
    except RefusedError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return None


def _show(facts: Mapping[str, Any], settings: Settings) -> None:
    print(HEADLINES[facts["status"]])
    components = facts["components"]
    said_below = {NO_KEY, *(f"{c['name'].replace(':', ' ')}: {c['text']}" for c in components)}
    for problem in facts["problems"]:
        if problem not in said_below:
            print(f"  {problem}")
    if components:
        print()
        rows = [_component(component, settings) for component in components]
        show(rows, COMPONENTS, as_json=False)
    if facts["backfill"] is not None:
        print(f"\n{_backfill(facts['backfill'], settings)}")
    if facts["queue"] is not None:
        print(f"\n{_waiting(facts['queue'])}")
    _show_jobs(facts, settings)


def _show_jobs(facts: Mapping[str, Any], settings: Settings) -> None:
    if facts["planned"]["number"]:
        print(_planned(facts["planned"], settings))
    if facts["jobs_for_a_person"]:
        print("\nPrint these or not? wix-printer jobs retry ID, or jobs cancel ID:")
        for job in facts["jobs_for_a_person"]:
            print(
                f"  {job['id']}: {job['state']}, {job['receipt']} receipt for {job['printer']}:"
                f" {job['reason']}"
            )


def _component(component: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    since, next_try_in_s = component["since"], component.get("next_try_in_s")
    return {
        "component": component["name"],
        "state": component["state"],
        "why": component["text"],
        "since": None if since is None else moment(since, settings),
        "next_try": None if next_try_in_s is None else _next_try(next_try_in_s),
    }


def _next_try(seconds: float) -> str:
    return "now" if seconds < 1 else f"in {span(seconds)}"


def _backfill(state: Mapping[str, Any], settings: Settings) -> str:
    """Say the same as the status page."""
    restaurant = settings.restaurant.model_copy(update={"language": "en"})
    viewer = ComponentViewer(Speaker(restaurant, SystemClock().now()))
    return viewer.backfill(BackfillReport.model_validate(state)).words


def _waiting(queue: Mapping[str, Any]) -> str:
    if not queue["depth"]:
        return "Nothing waits."
    return f"Waiting: {queue['depth']}, the oldest for {span(queue['oldest_age_s'])}."


def _planned(jobs: Mapping[str, Any], settings: Settings) -> str:
    number = jobs["number"]
    what = "1 waits for its time" if number == 1 else f"{number} wait for their time, the first"
    return f"{what} at {moment(jobs['first_at'], settings)}."
