"""If these pass, every form of envelope gives the same event, and nothing signed is lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.errors import MalformedError
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import public_part
from wix_printer_service.simulation.signing import JSON_NAMES, Style, sign
from wix_printer_service.wix import wire
from wix_printer_service.wix.webhook import EventKind, OrderEvent, Verifier, parse

MOST = 2 * 1024 * 1024
ORDER = {"id": "order-1", "number": "10041", "lineItems": [{"quantity": 1}]}


def event(**changes: object) -> dict[str, object]:
    whole = {
        "id": "event-1",
        "entityFqdn": "wix.ecom.v1.order",
        "slug": "approved",
        "entityId": "order-1",
        "entityEventSequence": "7",
        "actionEvent": {"body": {"order": ORDER}},
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}


def payload(inner: object, event_type: object = "wix.ecom.v1.order_approved") -> bytes:
    envelope = {"data": json.dumps(inner), "eventType": event_type, "instanceId": "instance"}
    if event_type is None:
        del envelope["eventType"]
    return json.dumps({"data": json.dumps(envelope), "iat": 1}).encode()


def parsed(event_type: object = "wix.ecom.v1.order_approved", **changes: object) -> OrderEvent:
    return parse(payload(event(**changes), event_type))


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("name", samples.names())
def test_every_sample_gives_the_same_event_in_every_form_of_envelope(name, style, private_key):
    envelope = samples.load(name)
    inner = envelope["data"]
    body = sign(envelope, private_key, 1_795_197_600, style)
    assert parse(Verifier(public_part(private_key)).verify(body, MOST)) == OrderEvent(
        id=inner["id"],
        type=envelope["eventType"],
        kind=EventKind(inner["slug"]),
        order_id=inner["entityId"],
        sequence=int(inner["entityEventSequence"]),
        anonymise=False,
        order=wire.load(json.dumps(samples.order_of(envelope))),
    )


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "text"])
@pytest.mark.parametrize(
    ("holder", "name"), [(holder, name) for holder, both in JSON_NAMES.items() for name in both]
)
def test_the_order_is_found_in_each_place_as_object_and_as_text(holder, name, as_text):
    shown = {"order": ORDER} if holder == "actionEvent" else ORDER
    held = {name: json.dumps(shown) if as_text else shown}
    for form in (held, json.dumps(held)):
        assert parsed(**{"actionEvent": None, holder: form}).order == ORDER


def test_an_order_may_be_text_or_stand_bare_in_an_actions_body():
    assert parsed(actionEvent={"body": {"order": json.dumps(ORDER)}}).order == ORDER
    assert parsed(actionEvent={"body": ORDER}).order == ORDER


def test_the_envelope_may_be_objects_all_the_way_or_lie_bare_in_the_claims():
    envelope = {"eventType": "wix.ecom.v1.order_approved", **event()}
    nested = {"eventType": "wix.ecom.v1.order_approved", "data": event()}
    for claims in (envelope, nested, {"data": envelope}, {"data": nested}):
        assert parse(json.dumps(claims).encode()) == parsed()


def test_fractions_are_kept_to_the_last_digit():
    exact = payload(event(actionEvent={"body": {"order": {"x": 0.5}}})).replace(b"0.5", b"0.50")
    assert str(parse(exact).order["x"]) == "0.50"


def test_a_missing_event_type_is_taken_from_entity_and_slug():
    assert parsed(None) == parsed()
    assert parsed({"odd": 1}).type == "wix.ecom.v1.order_approved"


@pytest.mark.parametrize(
    ("event_type", "entity"),
    [
        ("wix.ecom.v1.fulfillments_updated", "wix.ecom.v1.fulfillments"),
        ("wix.ecom.v1.order_transactions_updated", "wix.ecom.v1.order_transactions"),
        ("my.wix.ecom.v1.order_approved", "my.order"),
        ("anything at all", None),
    ],
)
def test_an_event_about_something_else_shows_no_order(event_type, entity):
    other = parsed(event_type, entityFqdn=entity)
    assert (other.kind, other.order, other.id) == (EventKind.OTHER, None, "event-1")


def test_an_event_of_an_unknown_kind_shows_no_order_even_if_it_carries_one():
    new = parsed("wix.ecom.v1.order_reopened", slug="reopened")
    assert (new.kind, new.order) == (EventKind.OTHER, None)


def test_a_deleted_order_is_not_shown():
    deleted = parsed(
        "wix.ecom.v1.order_deleted", actionEvent=None, deletedEvent={"deletedEntity": ORDER}
    )
    assert deleted.order is None


def test_an_event_that_forgets_its_order_still_is_about_one():
    assert parsed(actionEvent=None).order == {}
    assert parsed(actionEvent=None).order_id == "order-1"


@pytest.mark.parametrize("unreadable", ["no JSON", 5, True, ["a list"], "[1]", "{" * 50, 0.5])
def test_an_order_that_cannot_be_read_is_kept_as_it_came(unreadable):
    for held in ({"body": unreadable}, {"body": {"order": unreadable}}):
        assert parsed(actionEvent=held).order == {"unreadable": unreadable}
    created = parsed(actionEvent=None, createdEvent={"entity": unreadable})
    assert created.order == {"unreadable": unreadable}
    assert created.order_id == "order-1"


def test_an_order_nested_without_end_inside_its_text_is_kept_as_text():
    deep = "[" * 100_000
    assert parsed(actionEvent={"bodyAsJson": deep}).order == {"unreadable": deep}


def test_an_event_without_an_id_is_known_by_what_it_says():
    first, copy = parsed(id=None), parse(payload(event(id=None)).replace(b'"iat": 1', b'"iat": 2'))
    assert first.id == copy.id
    assert first.id.startswith("sha256:")
    assert first.id != parsed(id=None, entityEventSequence="8").id


def test_the_order_is_named_by_itself_else_by_the_event_else_by_the_events_id():
    nameless = {"body": {"order": {"number": "1"}}}
    assert parsed(entityId="other").order_id == "order-1"
    assert parsed(actionEvent=nameless).order_id == "order-1"
    assert parsed(actionEvent=nameless, entityId=None).order_id == "event event-1"
    assert parsed(actionEvent={"body": {"order": {"id": 17}}}).order_id == "17"


@pytest.mark.parametrize(
    ("said", "sequence"),
    [
        ("7", 7),
        (7, 7),
        (" 007 ", 7),
        (str(2**70), 2**70),
        (2**70, 2**70),
        ("", None),
        ("-1", None),
        (-1, None),
        ("1.5", None),
        (1.5, None),
        ("seven", None),
        ("٣", None),
        (True, None),
        ([7], None),
        ("9" * 41, None),
        (None, None),
    ],
)
def test_a_sequence_is_a_whole_number_or_none(said, sequence):
    assert parsed(entityEventSequence=said).sequence == sequence


@pytest.mark.parametrize(
    ("said", "anonymise"),
    [(True, True), ("true", True), (False, False), ("false", False), (None, False), ({}, False)],
)
def test_a_wish_to_be_forgotten_is_heard(said, anonymise):
    assert parsed(triggeredByAnonymizeRequest=said).anonymise is anonymise


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "payload: not JSON"),
        (b"\xff\xfe\xfd", "payload: not JSON"),
        (b"[]", "payload: expected a JSON object, found list"),
        (b"null", "payload: expected a JSON object, found missing"),
        (b"{}", "data: expected a JSON object, found missing"),
        (b'{"data": 5}', "data: expected a JSON object, found int"),
        (b'{"data": "{"}', "data: not JSON"),
        (b'{"data": {"eventType": "x", "data": "{"}}', "data.data: not JSON"),
        (b'{"data": {"eventType": "x", "data": null}}', "data.data: expected"),
        (b'{"data": {"data": {"entityFqdn": "x"}}}', "data.eventType: missing"),
        (b'{"data": {"data": {"slug": "x"}}}', "data.eventType: missing"),
        (b"[" * 100_000, "payload: not JSON (nested too deeply)"),
        (b'{"data":' * 200 + b"1" + b"}" * 200, "payload: not JSON (nested too deeply)"),
    ],
)
def test_a_malformed_delivery_is_refused_with_the_place(body, place):
    with pytest.raises(MalformedError) as caught:
        parse(body)
    assert str(caught.value).startswith(place)


@pytest.mark.parametrize(
    "number",
    ["9" * 5_000, "1e999999999999999999999", "1e-99999999999999999999", "NaN", "-Infinity"],
)
def test_a_number_beyond_all_measure_does_not_cost_the_order(number):
    body = json.dumps({"data": {"eventType": "wix.ecom.v1.order_approved", **event(id=None)}})
    odd = parse(body.replace('"quantity": 1', f'"quantity": {number}').encode())
    assert odd.order["number"] == "10041"
    assert str(odd.order["lineItems"][0]["quantity"]).lstrip("-").lower() in number.lower()


def test_halves_of_characters_do_not_get_into_names():
    odd = parsed(id="event-\ud800", entityId="order-\udfff", actionEvent={"body": {"order": {}}})
    assert (odd.id, odd.order_id) == ("event-\ufffd", "order-\ufffd")
    assert parsed(id=None, slug="\ud800").id.startswith("sha256:")


KEYS = st.sampled_from(
    (
        *("data", "eventType", "id", "entityId", "slug", "entityFqdn", "entityEventSequence"),
        *("body", "order", "createdEvent", "actionEvent", "entity", "currentEntity", "lineItems"),
    )
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.sampled_from(["wix.ecom.v1.order", "wix.ecom.v1.order_approved", "approved", "{}", "{"]),
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(KEYS, st.text(max_size=3)), inner, max_size=6),
        inner.map(json.dumps),
    ),
    max_leaves=25,
)


@settings(max_examples=400)
@given(value=ANY_JSON, wrapped=st.sampled_from(["bare", "claims", "envelope"]))
def test_any_json_is_an_event_or_malformed(value, wrapped):
    if wrapped == "claims":
        value = {"data": value}
    if wrapped == "envelope":
        value = {"data": {"eventType": "wix.ecom.v1.order_approved", "data": value}}
    try:
        found = parse(json.dumps(value).encode())
    except MalformedError:
        return
    assert found.id
    assert found.order_id
    assert found.type
