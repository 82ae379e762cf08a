"""If these pass, a simulated delivery has the form that Wix's own has."""

from __future__ import annotations

import base64
import copy
import json

import pytest
from joserfc.jwk import RSAKey

from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import public_part
from wix_printer_service.simulation.signing import LIFETIME_S, Style, sign, wrap
from wix_printer_service.wix.webhook import Verifier

NOW = 1_795_197_600


def claims_of(body, private_key):
    return json.loads(Verifier(public_part(private_key)).verify(body, 2 * 1024 * 1024))


def test_the_body_is_one_rs256_jwt(private_key):
    body = sign(samples.load("pickup"), private_key, NOW)
    header, payload, signature = body.split(b".")
    assert json.loads(base64.urlsafe_b64decode(header + b"==")) == {"alg": "RS256", "typ": "JWT"}
    assert payload
    assert len(base64.urlsafe_b64decode(signature + b"==")) == 256


def test_the_claims_are_a_string_of_data_and_the_times(private_key):
    claims = claims_of(sign(samples.load("pickup"), private_key, NOW + 0.9), private_key)
    assert sorted(claims) == ["data", "exp", "iat"]
    assert (claims["iat"], claims["exp"]) == (NOW, NOW + LIFETIME_S)
    assert isinstance(claims["data"], str)


def test_todays_form_has_strings_for_data_and_identity_and_an_object_for_the_order(private_key):
    sample = samples.load("pickup")
    envelope = json.loads(claims_of(sign(sample, private_key, NOW), private_key)["data"])
    assert json.loads(envelope["identity"]) == sample["identity"]
    assert envelope["accountInfo"] == sample["accountInfo"]
    assert json.loads(envelope["data"]) == sample["data"]


@pytest.mark.parametrize(
    ("name", "holder", "json_name"),
    [
        ("pickup", "actionEvent", "bodyAsJson"),
        ("pickup_created", "createdEvent", "entityAsJson"),
        ("delivery_updated", "updatedEvent", "currentEntityAsJson"),
    ],
)
def test_the_older_form_has_the_order_as_a_string(name, holder, json_name):
    sample = samples.load(name)
    event = json.loads(wrap(sample, Style.AS_JSON)["data"])
    held = event[holder]
    assert json_name in held
    shown = json.loads(held[json_name])
    assert shown.get("order", shown) == samples.order_of(sample)


def test_the_form_of_objects_has_no_strings_at_all(private_key):
    sample = samples.load("pickup")
    assert claims_of(sign(sample, private_key, NOW, Style.OBJECTS), private_key)["data"] == sample


@pytest.mark.parametrize("style", Style)
def test_wrapping_leaves_the_envelope_as_it_was(style):
    sample = samples.load("pickup")
    before = copy.deepcopy(sample)
    wrap(sample, style)
    assert sample == before


def test_an_order_larger_than_any_default_limit_is_signed(private_key):
    sample = samples.load("pickup")
    samples.order_of(sample)["buyerNote"] = "x" * 1_200_000
    assert len(sign(sample, private_key, NOW)) > 1_600_000


def test_halves_of_characters_are_signed_as_they_are(private_key):
    sample = samples.load("pickup")
    samples.order_of(sample)["buyerNote"] = "\ud800"
    claims = claims_of(sign(sample, private_key, NOW, Style.OBJECTS), private_key)
    assert samples.order_of(claims["data"])["buyerNote"] == "\ud800"


def test_two_keys_in_turn_sign_each_with_their_own(private_key):
    other = RSAKey.generate_key(2048).as_pem(private=True).decode("ascii")
    for key in (private_key, other, private_key):
        assert claims_of(sign(samples.load("pickup"), key, NOW), key)["iat"] == NOW
