"""If these pass, what was carried over agrees with itself, and a doubtful ticket prints again."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.memory_database import add_order, memory_database
from tests.storage.damaged import contradictions
from wix_printer_service import job_changes
from wix_printer_service.models import ItemState, JobState
from wix_printer_service.storage.migrations import migrate
from wix_printer_service.storage.rescue import mending

NOW = "2026-11-22T08:30:00.000+00:00"
AT = "2026-11-20T18:00:00.000+00:00"


@pytest.fixture
def rows():
    """A database in which anything may be written."""
    with closing(memory_database()) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        yield connection


def add_job(rows, number, state, order="order-1", item=None, copy_of=None):
    rows.execute(
        "INSERT INTO print_jobs (id, order_id, receipt, printer, state, reason, copy_of,"
        " created_at, updated_at) VALUES (?, ?, 'kitchen', 'kitchen', ?, 'before', ?, ?, ?)",
        (number, order, state, copy_of, AT, AT),
    )
    if item is not None:
        add_item(rows, number, item)


def add_item(rows, subject, state, lane="print:kitchen"):
    rows.execute(
        "INSERT INTO offline_queue (lane, subject, priority, state, put_at) VALUES (?, ?, 2, ?, ?)",
        (lane, subject, state, AT),
    )


def jobs(rows):
    return [row[0] for row in rows.execute("SELECT state FROM print_jobs ORDER BY id")]


def items(rows):
    return [tuple(row) for row in rows.execute("SELECT subject, state FROM offline_queue")]


def test_items_have_the_states_that_they_have_in_daily_work():
    assert mending.ITEM_STATES == job_changes.ITEM_STATES


def test_what_agrees_stays_as_it_is(rows):
    add_order(rows, "order-1")
    for number, (state, item) in enumerate(mending.ITEM_STATES.items(), start=1):
        add_job(rows, number, state, item=item)
    before = "\n".join(rows.iterdump())

    assert mending.mend(rows, NOW) == 0
    assert "\n".join(rows.iterdump()) == before


@pytest.mark.parametrize("state", JobState)
def test_a_job_whose_item_is_lost_gets_one_in_the_matching_state(rows, state):
    add_order(rows, "order-1")
    add_job(rows, 7, state)

    mending.mend(rows, NOW)

    assert jobs(rows) == [state]
    assert items(rows) == [(7, mending.ITEM_STATES[state])]
    assert contradictions(rows) == []


@pytest.mark.parametrize(
    ("job", "item", "becomes"),
    [
        (JobState.PRINTED, ItemState.WAITING, JobState.UNCERTAIN),
        (JobState.PRINTED, ItemState.CLAIMED, JobState.UNCERTAIN),
        (JobState.QUEUED, ItemState.DONE, JobState.UNCERTAIN),
        (JobState.QUEUED, ItemState.CLAIMED, JobState.UNCERTAIN),
        (JobState.SENDING, ItemState.WAITING, JobState.UNCERTAIN),
        (JobState.QUEUED, ItemState.HELD, JobState.HELD),
        (JobState.HELD, ItemState.DONE, JobState.HELD),
        (JobState.CANCELLED, ItemState.DONE, JobState.CANCELLED),
        (JobState.PRINTED, ItemState.DEAD, JobState.PRINTED),
        (JobState.PRINTED, "waitinG", JobState.PRINTED),
        ("printeD", ItemState.DONE, JobState.UNCERTAIN),
    ],
)
def test_where_a_job_and_its_item_disagree_a_ticket_that_may_be_missing_prints_again_marked(
    rows, job, item, becomes
):
    add_order(rows, "order-1")
    add_job(rows, 7, job, item=item)

    mending.mend(rows, NOW)

    assert jobs(rows) == [becomes]
    assert contradictions(rows) == []
    found = rows.execute("SELECT reason, maybe_printed_at FROM print_jobs").fetchone()
    if becomes is JobState.UNCERTAIN:
        assert tuple(found) == (mending.WHY, NOW)
        history = rows.execute("SELECT from_state, to_state, who, why FROM job_history").fetchone()
        assert tuple(history) == (job, becomes, "daemon", mending.WHY)


def test_an_item_without_its_job_goes_and_is_counted_if_it_was_unfinished(rows):
    states = (ItemState.WAITING, ItemState.CLAIMED, ItemState.HELD, ItemState.DONE, ItemState.DEAD)
    for number, state in enumerate(states):
        add_item(rows, number, state)

    assert mending.mend(rows, NOW) == 3
    assert items(rows) == []


def test_of_two_items_of_one_job_the_older_stays(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.QUEUED, item=ItemState.WAITING)
    add_item(rows, 7, ItemState.DONE)

    mending.mend(rows, NOW)

    assert items(rows) == [(7, ItemState.WAITING)]


def test_an_item_in_a_wrong_lane_goes_to_that_of_its_job(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.QUEUED)
    add_item(rows, 7, ItemState.WAITING, lane="print:nowhere")

    mending.mend(rows, NOW)

    assert contradictions(rows) == []


def test_items_of_other_lanes_are_nobody_elses_business(rows):
    add_item(rows, 7, ItemState.WAITING, lane="wix")

    assert mending.mend(rows, NOW) == 0
    assert items(rows) == [(7, ItemState.WAITING)]


def orders(rows):
    names = "id, state, revision, received_at"
    return [tuple(row) for row in rows.execute(f"SELECT {names} FROM orders ORDER BY id")]


def add_revision(rows, order, number, payload="{}"):
    rows.execute(
        "INSERT INTO order_revisions VALUES (?, ?, 'event', ?, ?)", (order, number, payload, AT)
    )


def test_a_lost_order_is_known_all_the_same_so_that_its_jobs_print_and_it_comes_only_once(rows):
    add_job(rows, 7, JobState.QUEUED, order="with-a-job", item=ItemState.WAITING)
    add_revision(rows, "with-a-job", 1)
    add_revision(rows, "with-a-job", 2)
    add_revision(rows, "without-a-job", 1)
    add_revision(rows, "erased", 1, payload=None)

    mending.mend(rows, NOW)

    assert orders(rows) == [
        ("erased", "erased", 1, AT),
        ("with-a-job", "accepted", 2, AT),
        ("without-a-job", "remembered", 1, AT),
    ]
    assert contradictions(rows) == []


def test_a_lost_order_with_jobs_alone_keeps_them(rows):
    add_job(rows, 7, JobState.QUEUED, order="lost", item=ItemState.WAITING)

    mending.mend(rows, NOW)

    assert orders(rows) == [("lost", "accepted", 0, AT)]
    assert jobs(rows) == [JobState.QUEUED]


def test_the_next_revision_of_an_order_gets_a_number_that_is_free(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.PRINTED)
    add_revision(rows, "order-1", 5)

    mending.mend(rows, NOW)

    assert orders(rows)[0][:3] == ("order-1", "accepted", 5)


def test_references_to_what_is_lost_are_forgotten(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.QUEUED, item=ItemState.WAITING, copy_of=3)
    rows.execute("INSERT INTO sent_documents VALUES (3, 1, x'00')")
    rows.execute("INSERT INTO job_history VALUES (1, 3, '', 'queued', 'daemon', '', ?)", (AT,))

    mending.mend(rows, NOW)

    assert rows.execute("SELECT copy_of FROM print_jobs").fetchone()[0] is None
    assert not rows.execute(
        "SELECT 1 FROM sent_documents UNION SELECT 1 FROM job_history"
    ).fetchall()
    assert contradictions(rows) == []


def test_lost_local_numbers_go_on_behind_the_largest_given(rows):
    for order, number in (("a", "L9"), ("b", "L12"), ("c", "")):
        add_order(rows, order)
        rows.execute("UPDATE orders SET local_number = ? WHERE id = ?", (number, order))

    mending.mend(rows, NOW)

    assert [tuple(row) for row in rows.execute("SELECT * FROM local_numbers")] == [
        (12, "2026-11-22")
    ]


class TestHowFarWixWasAsked:
    """The row is lost of a house that asked Wix before: orders lost with it must still print."""

    LAST = "2026-11-20T20:30:00.250000+00:00"

    @pytest.fixture
    def rows(self, rows):
        for order, at in (("a", AT), ("b", self.LAST), ("c", AT)):
            add_order(rows, order)
            rows.execute("UPDATE orders SET received_at = ? WHERE id = ?", (at, order))
        return rows

    @staticmethod
    def found_by_search(rows, at=""):
        rows.execute(
            "INSERT INTO inbox VALUES ('search sha256:1', 'search', 'a', 'recorded', ?)", (at,)
        )

    @staticmethod
    def brought_by_search(rows):
        rows.execute("UPDATE orders SET road = 'backfill' WHERE id = 'a'")

    @staticmethod
    def asked(rows):
        return [tuple(row) for row in rows.execute("SELECT * FROM backfill")]

    @pytest.mark.parametrize("trace", [found_by_search, brought_by_search])
    def test_it_begins_again_two_days_before_the_last_order_that_is_left(self, rows, trace):
        trace(rows)
        mending.mend(rows, NOW)
        assert self.asked(rows) == [(1, "2026-11-18T20:30:00.250+00:00", None, None)]

    @pytest.mark.parametrize("lost", ["", "DELETE FROM orders"])
    def test_what_is_left_of_it_stays(self, rows, lost):
        self.found_by_search(rows, AT)
        rows.execute(lost)
        rows.execute("INSERT INTO backfill VALUES (1, ?, ?, ?)", (AT, AT, AT))
        mending.mend(rows, NOW)
        assert self.asked(rows) == [(1, AT, AT, AT)]

    @pytest.mark.parametrize("lost", ["", "DELETE FROM orders"])
    def test_a_house_that_never_asked_wix_begins_at_its_first_question(self, rows, lost):
        rows.execute("INSERT INTO inbox VALUES ('event', 'type', 'a', 'accepted', ?)", (AT,))
        rows.execute(lost)
        mending.mend(rows, NOW)
        assert self.asked(rows) == []

    def test_where_no_order_is_left_it_goes_by_the_last_event(self, rows):
        self.found_by_search(rows, AT)
        rows.execute("INSERT INTO inbox VALUES ('late', 'type', 'b', 'recorded', ?)", (self.LAST,))
        rows.execute("DELETE FROM orders")
        mending.mend(rows, NOW)
        assert self.asked(rows) == [(1, "2026-11-18T20:30:00.250+00:00", None, None)]

    @pytest.mark.parametrize("outcome", ["erased", "past"])
    def test_an_order_that_prints_nothing_is_no_sign_of_when_the_last_one_came(self, rows, outcome):
        self.found_by_search(rows, self.LAST)
        rows.execute("INSERT INTO inbox VALUES ('old', 'type', 'd', ?, ?)", (outcome, AT))
        rows.execute("DELETE FROM orders")
        mending.mend(rows, NOW)
        assert self.asked(rows) == [(1, "2026-11-18T20:30:00.250+00:00", None, None)]

    def test_while_orders_are_left_the_last_event_does_not_count(self, rows):
        self.found_by_search(rows, NOW)
        mending.mend(rows, NOW)
        assert self.asked(rows) == [(1, "2026-11-18T20:30:00.250+00:00", None, None)]

    def test_where_neither_order_nor_date_is_left_it_begins_anew(self, rows):
        self.found_by_search(rows)
        rows.execute("DELETE FROM orders")
        mending.mend(rows, NOW)
        assert self.asked(rows) == []

    def test_a_date_that_cannot_be_read_costs_no_more_than_itself(self, rows):
        self.found_by_search(rows)
        rows.execute("UPDATE orders SET received_at = 'Friday' WHERE id = 'b'")
        mending.mend(rows, NOW)
        assert self.asked(rows) == [(1, "2026-11-18T18:00:00.000+00:00", None, None)]
        rows.execute("DELETE FROM backfill")
        rows.execute("UPDATE orders SET received_at = 'Friday'")
        mending.mend(rows, NOW)
        assert self.asked(rows) == []

    def test_it_counts_orders_whose_own_row_was_lost(self, rows):
        self.found_by_search(rows)
        rows.execute("DELETE FROM orders")
        add_revision(rows, "lost", 1)
        mending.mend(rows, NOW)
        assert self.asked(rows) == [(1, "2026-11-18T18:00:00.000+00:00", None, None)]


class TestPlans:
    """Jobs that are planned for later."""

    DUE = "2026-11-23T10:00:00.000+00:00"

    def add_plan(self, rows, due_at=DUE, **more):
        add_order(rows, "order-1")
        add_job(rows, 7, JobState.QUEUED, **more)
        rows.execute("UPDATE print_jobs SET due_at = ?", (due_at,))

    def moments(self, rows):
        mending.mend(rows, NOW)
        return [
            rows.execute(f"SELECT due_at FROM {table}").fetchone()[0]
            for table in ("print_jobs", "offline_queue")
        ]

    def test_one_whose_item_is_lost_stays_planned(self, rows):
        self.add_plan(rows)
        assert self.moments(rows) == [self.DUE, self.DUE]

    def test_one_whose_item_says_otherwise_is_planned_as_the_job_says(self, rows):
        self.add_plan(rows, item=ItemState.WAITING)
        assert self.moments(rows) == [self.DUE, self.DUE]

    def test_one_whose_moment_cannot_be_read_prints_at_once(self, rows):
        self.add_plan(rows, "2026-11-23Tomorrow", item=ItemState.WAITING)
        assert self.moments(rows) == [None, None]


def test_what_a_doubtful_ticket_was_to_show_is_known_by_its_claim(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.SENDING, item=ItemState.WAITING)
    add_job(rows, 8, JobState.PRINTED, item=ItemState.DONE)
    add_job(rows, 9, JobState.SENDING, item=ItemState.WAITING)
    rows.execute("UPDATE print_jobs SET revision = 3")
    rows.execute("UPDATE print_jobs SET maybe_printed_revision = 2 WHERE id = 9")
    mending.mend(rows, NOW)
    found = rows.execute("SELECT maybe_printed_revision FROM print_jobs ORDER BY id")
    assert [row[0] for row in found] == [3, None, 2]


def test_a_database_of_the_first_version_is_mended_too():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, up_to=1)
        connection.execute("PRAGMA foreign_keys = OFF")
        add_job(connection, 7, JobState.QUEUED, item=ItemState.WAITING)
        assert mending.mend(connection, NOW) == 0
        assert orders(connection) == [("order-1", "accepted", 0, AT)]
