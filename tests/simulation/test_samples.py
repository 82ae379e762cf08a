"""If these pass, the samples are events of one evening that can be moved to now and renamed."""

from __future__ import annotations

import copy
import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from tests.intake import event_of, house_on
from wix_printer_service.simulation import samples
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.wix.webhook import EventKind

NOW = datetime(2027, 3, 1, 12, 7, 30, tzinfo=UTC)


def order_of(envelope):
    return read_order(event_of(envelope).order)


def test_every_sample_shows_a_whole_order():
    assert len(samples.names()) >= 10
    for name in samples.names():
        shown = order_of(samples.load(name))
        assert shown.lines
        assert shown.unread == ()
        assert shown.id == samples.load(name)["data"]["entityId"]


def test_a_sample_that_is_not_there_is_a_key_error():
    for name in ("no such sample", "../pickup", ""):
        with pytest.raises(KeyError):
            samples.load(name)


def test_an_envelope_without_an_order_shows_an_empty_one():
    assert samples.order_of({}) == {}
    assert samples.order_of({"data": {"actionEvent": {"body": {"something": 1}}}}) == {}


@pytest.mark.parametrize("name", samples.names())
def test_a_shifted_order_was_placed_just_now_and_keeps_its_spans(name):
    sample = samples.load(name)
    before = order_of(sample)
    after = order_of(samples.shift(sample, NOW))
    assert timedelta(0) <= NOW - after.created_at < samples.QUARTER
    span = after.created_at - before.created_at
    assert span % samples.QUARTER == timedelta(0)
    for moment in ("updated_at", "due_from", "due_to"):
        assert getattr(after, moment) - getattr(before, moment) == span
    assert after.lines == before.lines


def test_shifting_moves_every_moment_and_nothing_else():
    sample = samples.load("delivery_cash")
    before = copy.deepcopy(sample)
    shifted = json.dumps(samples.shift(sample, NOW), ensure_ascii=False)
    assert sample == before
    assert "2026-11-20T" not in shifted
    assert "2027-03-01T" in shifted
    assert event_of(samples.shift(sample, NOW)).id == event_of(sample).id


def test_an_envelope_without_an_order_is_not_shifted():
    assert samples.shift({"data": {"id": "event-1"}}, NOW) == {"data": {"id": "event-1"}}


def test_a_renamed_event_is_another_event_about_another_order():
    sample = samples.load("pickup")
    renamed = samples.rename(sample, "order-2", "777")
    event = event_of(renamed)
    assert (event.order_id, order_of(renamed).number) == ("order-2", "777")
    assert event.id != event_of(sample).id
    assert event_of(sample).order_id != "order-2"


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.OTHER])
def test_an_order_can_be_shown_as_any_kind_of_event(kind):
    sample = samples.load("delivery_cash")
    event = event_of(samples.as_event(sample, kind.value))
    assert event.kind is kind
    assert event.order_id == event_of(sample).order_id
    assert event.id != event_of(sample).id
    assert event.sequence > event_of(sample).sequence


def test_the_kinds_of_event_that_say_so_change_the_order():
    sample = samples.load("delivery_cash")
    assert order_of(samples.as_event(sample, "canceled")).status == "CANCELED"
    fulfilled = order_of(samples.as_event(sample, "fulfilled"))
    assert fulfilled.fulfillment_status == "FULFILLED"
    assert order_of(samples.as_event(sample, "updated")) == order_of(sample)
    assert order_of(sample).status == "APPROVED"


def test_a_bare_order_becomes_an_event_with_a_sequence():
    bare = {"data": {"updatedEvent": {"currentEntity": {"id": "order-2"}}}}
    event = event_of(samples.as_event(bare, "approved"))
    assert (event.kind, event.order_id) == (EventKind.APPROVED, "order-2")
    assert event.sequence is not None


def test_many_scripts_are_in_dishes_wishes_and_notes():
    order = order_of(samples.load("every_script"))
    choices = [modifier.label for line in order.lines for modifier in line.modifiers]
    wishes = [wish for line in order.lines for wish in line.wishes]
    for texts, scripts in {
        tuple(line.name for line in order.lines): "LATIN ARABIC THAI DEVANAGARI HEBREW CJK",
        tuple(choices): "DEVANAGARI KATAKANA HANGUL",
        tuple(wishes): "THAI HEBREW CJK",
        (order.buyer_note, order.instructions): "ARABIC CJK HANGUL BABY",
    }.items():
        words = [unicodedata.name(sign, "?").split()[0] for text in texts for sign in text]
        assert set(scripts.split()) <= set(words)


def test_the_sum_of_the_many_scripts_is_right():
    totals = order_of(samples.load("every_script")).totals
    lines = order_of(samples.load("every_script")).lines
    assert sum(line.total for line in lines) == totals.subtotal
    assert totals.subtotal + totals.shipping == totals.total


def test_a_simulated_life_of_an_order_takes_effect_step_by_step(database, fake_clock):
    house = house_on(database, fake_clock)
    sample = samples.load("delivery_cash")
    steps = ["created", "updated", "fulfilled", "canceled"]
    verdicts = [house.accept(event_of(samples.as_event(sample, step)))[0] for step in steps]
    assert verdicts == ["accepted", "recorded", "recorded", "cancelled"]
