"""If these pass, it is kept over restarts how far Wix was asked."""

from __future__ import annotations

from datetime import timedelta

from tests.intake import event, house_on
from wix_printer_service import backfill_records
from wix_printer_service.backfill_records import Progress


def begin(database, now):
    return database.write(lambda t: backfill_records.begin(t, now))


def test_the_first_start_is_noted_and_stays(database, fake_clock):
    first = fake_clock.now()
    assert begin(database, first) == Progress(first, None, None)
    assert begin(database, first + timedelta(days=1)) == Progress(first, None, None)


def test_from_when_on_is_printed_is_kept(database, fake_clock):
    now = fake_clock.now()
    begin(database, now)
    database.write(lambda t: backfill_records.set_print_since(t, now))
    assert begin(database, now + timedelta(days=1)).print_since == now


def test_the_position_goes_on(database, fake_clock):
    now = fake_clock.now()
    begin(database, now)
    for moment in (now, now + timedelta(microseconds=1)):
        database.write(lambda t, m=moment: backfill_records.set_position(t, m))
    assert begin(database, now).position == now + timedelta(microseconds=1)


def test_a_house_that_lived_by_webhooks_begins_where_its_last_order_came(database, fake_clock):
    house = house_on(database, fake_clock)
    house.accept(event("pickup"))
    last_came_at = fake_clock.now()
    fake_clock.advance(300)
    assert begin(database, fake_clock.now()).began_at == last_came_at


def test_but_no_longer_ago_than_an_hour(database, fake_clock):
    house = house_on(database, fake_clock)
    house.accept(event("pickup"))
    fake_clock.advance(86_400)
    assert begin(database, fake_clock.now()).began_at == fake_clock.now() - timedelta(hours=1)
