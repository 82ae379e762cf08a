"""Changes of components and their outages, as rows: the only module that touches these tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from wix_printer_service.clock import SystemClock
from wix_printer_service.connectivity_component import OUT
from wix_printer_service.errors import NotFoundError
from wix_printer_service.observations import Cause, ComponentState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator
    from datetime import tzinfo

    from wix_printer_service.connectivity_component import Change


@dataclass(frozen=True, slots=True)
class Outage:
    """A span in which a component was not ONLINE."""

    id: int
    component: str
    cause: Cause
    """The first one."""
    started_at: datetime
    ended_at: datetime | None
    """None while it lasts."""
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class ConnectivityEvent:
    """A component's state changed."""

    id: int
    component: str
    from_state: ComponentState
    to_state: ComponentState
    cause: Cause
    text: str
    at: datetime
    monotonic_s: float
    outage_id: int | None
    """The outage that it began, went on in or ended."""
    duration_s: float | None
    """Of the outage that it ended."""


@dataclass(frozen=True, slots=True)
class OfflineDay:
    """How a component was OFFLINE on one day of the restaurant.

    A span over midnight counts on both days, each with its part.
    """

    component: str
    day: date
    count: int
    average_s: float
    longest_s: float
    total_minutes: float


def add_change(transaction: sqlite3.Connection, change: Change) -> int:
    """Write a change down, with the outage that it begins, goes on in or ends; return its id.

    An outage that an earlier run left open goes on if the change says so, else it ends.
    """
    outage_id, duration_s = (
        (begin_outage(transaction, change), None)
        if change.to_state in OUT
        else end_outage(transaction, change)
    )
    cursor = transaction.execute(
        "INSERT INTO connectivity_events (component, from_state, to_state, cause, text, at,"
        " monotonic_s, outage_id, duration_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change.component,
            change.from_state,
            change.to_state,
            change.observation.cause,
            change.observation.text,
            _text(change.at),
            change.monotonic_s,
            outage_id,
            duration_s,
        ),
    )
    return cursor.lastrowid or 0


def begin_outage(transaction: sqlite3.Connection, change: Change) -> int:
    """Return the component's open outage; a new one, if it has none."""
    open_id = open_outage_id(transaction, change.component)
    if open_id is not None:
        return open_id
    cursor = transaction.execute(
        "INSERT INTO outages (component, cause, started_at) VALUES (?, ?, ?)",
        (change.component, change.observation.cause, _text(change.outage_began_at or change.at)),
    )
    return cursor.lastrowid or 0


def end_outage(transaction: sqlite3.Connection, change: Change) -> tuple[int | None, float | None]:
    """End the component's open outage, if it has one; return its id and duration.

    The duration is by the monotonic clock where one run saw both ends, else by the wall clock.
    """
    open_id = open_outage_id(transaction, change.component)
    if open_id is None:
        return None, None
    started_at = outage(transaction, open_id).started_at
    duration_s = change.outage_duration_s
    if duration_s is None or started_at != change.outage_began_at:
        duration_s = _seconds(started_at, change.at)
    _end(transaction, open_id, change.at, duration_s)
    return open_id, duration_s


def end_outages_of_others(
    transaction: sqlite3.Connection, components: Collection[str], at: datetime
) -> None:
    """End the open outages of components that there are no more, such as a removed printer."""
    for left in open_outages(transaction):
        if left.component not in components:
            _end(transaction, left.id, at, _seconds(left.started_at, at))


def open_outage_id(connection: sqlite3.Connection, component: str) -> int | None:
    """Return the outage that the component is in, None if it is in none."""
    row = connection.execute(
        "SELECT id FROM outages WHERE component = ? AND ended_at IS NULL", (component,)
    ).fetchone()
    return None if row is None else int(row["id"])


def open_outages(connection: sqlite3.Connection) -> list[Outage]:
    """List the outages that last, oldest first."""
    rows = connection.execute("SELECT * FROM outages WHERE ended_at IS NULL ORDER BY id")
    return [_outage(row) for row in rows]


def outage(connection: sqlite3.Connection, outage_id: int) -> Outage:
    """Return one outage.

    Raises:
        NotFoundError: There is no such outage.
    """
    row = connection.execute("SELECT * FROM outages WHERE id = ?", (outage_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"there is no outage {outage_id}")
    return _outage(row)


def events(
    connection: sqlite3.Connection,
    *,
    limit: int,
    before_id: int | None = None,
    component: str | None = None,
    state: ComponentState | None = None,
    since: datetime | None = None,
) -> list[ConnectivityEvent]:
    """List changes, newest first.

    Args:
        connection: Where they are.
        limit: No more than so many.
        before_id: Only older ones than this: the last id of the page before.
        component: Only this component's.
        state: Only changes to this state.
        since: Only those since then, by the wall clock.
    """
    since_text = None if since is None else _text(since)
    rows = connection.execute(
        "SELECT * FROM connectivity_events WHERE (:before IS NULL OR id < :before)"
        " AND (:component IS NULL OR component = :component)"
        " AND (:state IS NULL OR to_state = :state) AND (:since IS NULL OR at >= :since)"
        " ORDER BY id DESC LIMIT :limit",
        {
            "before": before_id,
            "component": component,
            "state": state,
            "since": since_text,
            "limit": limit,
        },
    )
    return [_event(row) for row in rows]


def metrics(
    connection: sqlite3.Connection, zone: tzinfo, days: int, *, now: datetime | None = None
) -> list[OfflineDay]:
    """Say how each component was OFFLINE on each of the last days, by component and day.

    Args:
        connection: Where the changes are.
        zone: The restaurant's time zone, which says when a day begins.
        days: So many days, today included; a day without a span OFFLINE is left out.
        now: The wall time, which ends spans that last; the computer's own if not given.
    """
    now = now or SystemClock().now()
    first_day = now.astimezone(zone).date() - timedelta(days=days - 1)
    since = datetime.combine(first_day, time(), zone).astimezone(UTC)
    pieces: dict[tuple[str, date], list[float]] = {}
    for component, start, end in _offline_spans(connection, since, now):
        for day, seconds in _by_day(max(start, since), end, zone):
            pieces.setdefault((component, day), []).append(seconds)
    return [
        OfflineDay(
            component=component,
            day=day,
            count=len(spans),
            average_s=sum(spans) / len(spans),
            longest_s=max(spans),
            total_minutes=sum(spans) / 60,
        )
        for (component, day), spans in sorted(pieces.items())
    ]


def _offline_spans(
    connection: sqlite3.Connection, since: datetime, now: datetime
) -> Iterator[tuple[str, datetime, datetime]]:
    """Find spans OFFLINE that reach into the time since then, as component, start and end."""
    rows = connection.execute(
        "SELECT id, component, from_state, to_state, at, monotonic_s FROM connectivity_events"
        " WHERE at >= :since OR id IN"
        " (SELECT max(id) FROM connectivity_events WHERE at < :since GROUP BY component)"
        " ORDER BY component, id",
        {"since": _text(since)},
    ).fetchall()
    for component, changes in groupby(rows, itemgetter("component")):
        for start, end in _spans_of_one(changes, now):
            yield component, start, end


def _spans_of_one(
    changes: Iterable[sqlite3.Row], now: datetime
) -> Iterator[tuple[datetime, datetime]]:
    began: sqlite3.Row | None = None
    is_of_one_run = True
    for change in changes:
        if began is not None:
            is_of_one_run = is_of_one_run and change["from_state"] == ComponentState.OFFLINE
        if change["to_state"] == ComponentState.OFFLINE:
            began = began or change  # OFFLINE again: this program was started anew in between
        elif began is not None:
            yield _span(began, change, is_of_one_run=is_of_one_run)
            began, is_of_one_run = None, True
    if began is not None:
        yield _moment(began["at"]), now


def _span(
    began: sqlite3.Row, ended: sqlite3.Row, *, is_of_one_run: bool
) -> tuple[datetime, datetime]:
    end = _moment(ended["at"])
    if is_of_one_run:
        return end - timedelta(seconds=ended["monotonic_s"] - began["monotonic_s"]), end
    return _moment(began["at"]), end


def _by_day(start: datetime, end: datetime, zone: tzinfo) -> Iterator[tuple[date, float]]:
    """Cut a span at the zone's midnights into days and seconds; an empty span has no piece."""
    while start < end:
        day = start.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        piece_end = min(end, midnight)
        yield day, (piece_end - start).total_seconds()
        start = piece_end


def _end(transaction: sqlite3.Connection, outage_id: int, at: datetime, duration_s: float) -> None:
    transaction.execute(
        "UPDATE outages SET ended_at = ?, duration_s = ? WHERE id = ? AND ended_at IS NULL",
        (_text(at), duration_s, outage_id),
    )


def _seconds(start: datetime, end: datetime) -> float:
    """Return the time between two moments of a wall clock that may have been set back."""
    return max(0.0, (end - start).total_seconds())


def _outage(row: sqlite3.Row) -> Outage:
    return Outage(
        id=row["id"],
        component=row["component"],
        cause=Cause(row["cause"]),
        started_at=_moment(row["started_at"]),
        ended_at=None if row["ended_at"] is None else _moment(row["ended_at"]),
        duration_s=row["duration_s"],
    )


def _event(row: sqlite3.Row) -> ConnectivityEvent:
    return ConnectivityEvent(
        id=row["id"],
        component=row["component"],
        from_state=ComponentState(row["from_state"]),
        to_state=ComponentState(row["to_state"]),
        cause=Cause(row["cause"]),
        text=row["text"],
        at=_moment(row["at"]),
        monotonic_s=row["monotonic_s"],
        outage_id=row["outage_id"],
        duration_s=row["duration_s"],
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
