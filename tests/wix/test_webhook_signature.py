"""If these pass, only what Wix signed for this app gets in, and all of that does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import RSAKey

from wix_printer_service.errors import ConfigurationError, MalformedError, UnauthenticError
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import public_part
from wix_printer_service.simulation.signing import sign
from wix_printer_service.wix.webhook import Verifier

MOST = 2 * 1024 * 1024
NOW = 1_795_197_600
PAYLOAD = b'{"data": "{}", "iat": 1795197600}'


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(private_key: str, payload: bytes = PAYLOAD, header: object = None) -> bytes:
    """Sign RS256 by hand, with any header at all."""
    header = {"alg": "RS256", "typ": "JWT"} if header is None else header
    signing_input = b64(json.dumps(header).encode()) + b"." + b64(payload)
    key = serialization.load_pem_private_key(private_key.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return signing_input + b"." + b64(key.sign(signing_input, padding.PKCS1v15(), hashes.SHA256()))


def with_claims(private_key: str, **claims: object) -> bytes:
    return signed(private_key, json.dumps({"data": "{}", **claims}).encode())


@pytest.fixture(scope="module")
def public_key(private_key):
    return public_part(private_key)


@pytest.fixture(scope="module")
def verifier(public_key):
    return Verifier(public_key)


@pytest.fixture(scope="module")
def stranger():
    return RSAKey.generate_key(2048).as_pem(private=True).decode("ascii")


def test_a_delivery_signed_with_the_apps_key_gives_its_payload(verifier, private_key):
    assert verifier.verify(signed(private_key), MOST) == PAYLOAD


def test_a_simulated_delivery_is_verified_like_one_of_wix(verifier, private_key):
    body = sign(samples.load("pickup"), private_key, NOW)
    claims = json.loads(verifier.verify(body, MOST))
    assert claims["iat"] == NOW
    assert isinstance(claims["data"], str)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iat": NOW + 10**9}, id="issued in the future of a slow clock"),
        pytest.param({"iat": 1, "exp": 2}, id="expired long ago, as a late retry is"),
        pytest.param({"iat": NOW}, id="without an expiry"),
        pytest.param({"nbf": NOW + 10**9}, id="not valid before a far day"),
        pytest.param({"aud": "some-app", "iss": "wix.com"}, id="with audience and issuer"),
        pytest.param({"exp": "tomorrow", "iat": None}, id="with times that are none"),
    ],
)
def test_no_claim_but_the_signature_decides(verifier, private_key, claims):
    payload = verifier.verify(with_claims(private_key, **claims), MOST)
    assert json.loads(payload) == {"data": "{}", **claims}


@pytest.mark.parametrize(("before", "after"), [(b"", b"\n"), (b" \t", b"\r\n  "), (b"\n\n", b"")])
def test_white_space_around_the_token_does_not_matter(verifier, private_key, before, after):
    assert verifier.verify(before + signed(private_key) + after, MOST) == PAYLOAD


def test_a_body_of_two_mebibytes_is_verified(verifier, private_key):
    payload = b'{"data": "' + b"x" * 1_570_000 + b'"}'
    body = signed(private_key, payload)
    assert 0.99 * MOST < len(body) <= MOST
    assert verifier.verify(body, MOST) == payload


def test_a_token_larger_than_the_cap_is_not_looked_at(verifier, private_key):
    with pytest.raises(UnauthenticError):
        verifier.verify(signed(private_key, b"x" * 10_000), 1_000)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b64(b'{"alg":"none"}') + b"." + b64(PAYLOAD) + b".", id="alg none"),
        pytest.param(b64(b'{"alg":"RS256"}') + b"." + b64(PAYLOAD) + b".", id="empty signature"),
        pytest.param(b64(b'{"alg":"RS256"}') + b"." + b64(PAYLOAD), id="two parts"),
        pytest.param(b64(b'{"alg":"none"}') + b"." + b64(PAYLOAD) + b".AA", id="none, but signed"),
        pytest.param(b64(b'{"alg":"RS256"}') + b"." + b64(PAYLOAD) + b".AAAA", id="junk signature"),
        pytest.param(PAYLOAD, id="a bare JSON object"),
        pytest.param(b"[1.5]", id="a bare JSON list"),
        pytest.param(b"..", id="nothing between the dots"),
        pytest.param(b"a.b.c", id="three parts of nonsense"),
        pytest.param("ä.ö.ü".encode(), id="not even ASCII"),
    ],
)
def test_what_is_not_signed_is_refused(verifier, body):
    with pytest.raises(UnauthenticError):
        verifier.verify(body, MOST)


@pytest.mark.parametrize("body", [b"", b"  \n", b"hello", b"a.b.c.d", b"\x00\xff\xfe"])
def test_what_is_no_token_at_all_is_malformed_and_says_so(verifier, body):
    with pytest.raises(MalformedError, match=r"^body: "):
        verifier.verify(body, MOST)


def test_a_strangers_signature_is_refused(verifier, stranger):
    with pytest.raises(UnauthenticError):
        verifier.verify(signed(stranger), MOST)


def test_a_payload_changed_after_signing_is_refused(verifier, private_key):
    header, payload, signature = signed(private_key).split(b".")
    changed = b64(base64.urlsafe_b64decode(payload + b"==").replace(b"iat", b"exp"))
    with pytest.raises(UnauthenticError):
        verifier.verify(b".".join((header, changed, signature)), MOST)


def test_a_signature_made_with_the_public_key_as_a_secret_is_refused(verifier, public_key):
    signing_input = b64(b'{"alg":"HS256"}') + b"." + b64(PAYLOAD)
    signature = hmac.new(public_key.encode(), signing_input, hashlib.sha256).digest()
    with pytest.raises(UnauthenticError):
        verifier.verify(signing_input + b"." + b64(signature), MOST)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_other_algorithms_of_the_right_key_are_refused(verifier, private_key, algorithm):
    registry = jws.JWSRegistry(algorithms=[algorithm])
    key = RSAKey.import_key(private_key)
    body = jws.serialize_compact({"alg": algorithm}, PAYLOAD, key, registry=registry)
    with pytest.raises(UnauthenticError):
        verifier.verify(body.encode(), MOST)


def test_a_key_that_the_token_itself_names_is_never_trusted(verifier, stranger, private_key):
    named = {
        "kid": "wix-2026",
        "jwk": RSAKey.import_key(stranger).as_dict(private=False),
        "jku": "https://attacker.example/keys.json",
    }
    with pytest.raises(UnauthenticError):
        verifier.verify(signed(stranger, header={"alg": "RS256", **named}), MOST)
    assert verifier.verify(signed(private_key, header={"alg": "RS256", **named}), MOST) == PAYLOAD


@pytest.mark.parametrize(
    "header",
    [[], "RS256", 1, {}, {"alg": []}, {"alg": "RS256", "crit": 5}, {"alg": "RS256", "crit": ["x"]}],
)
def test_a_strange_header_is_refused_even_when_signed(verifier, private_key, header):
    with pytest.raises(UnauthenticError):
        verifier.verify(signed(private_key, header=header), MOST)


def test_a_header_nested_without_end_is_refused(verifier):
    with pytest.raises(UnauthenticError):
        verifier.verify(b64(b"[" * 100_000) + b"." + b64(PAYLOAD) + b".AA", MOST)


@given(body=st.one_of(st.binary(), st.from_regex(rb"[\w-]*(\.[\w-]*){0,4}", fullmatch=True)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_crashes_the_verifier(verifier, body):
    with pytest.raises((MalformedError, UnauthenticError)):
        verifier.verify(body, MOST)


@given(data=st.data())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_a_byte_changes_what_is_believed(verifier, private_key, data):
    body = bytearray(signed(private_key))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    try:
        believed = verifier.verify(bytes(body), MOST)
    except (MalformedError, UnauthenticError):
        return
    assert believed == PAYLOAD  # the last bits of the signature's base64 mean nothing


def test_the_key_may_be_wrapped_in_base64_on_one_line_or_many(public_key, private_key):
    on_one = base64.b64encode(public_key.encode()).decode()
    on_many = base64.encodebytes(public_key.encode()).decode()
    for form in (on_one, on_many, f"\n{public_key}\n", public_key.replace("\n", "\r\n")):
        assert Verifier(form).verify(signed(private_key), MOST) == PAYLOAD


def test_a_private_key_is_refused_with_a_sentence_for_a_person(private_key):
    for form in (private_key, base64.b64encode(private_key.encode()).decode()):
        with pytest.raises(ConfigurationError, match="private key"):
            Verifier(form)


def elliptic_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("hello", id="words"),
        pytest.param("schlüssel", id="not ASCII"),
        pytest.param(base64.b64encode(b"\xff\xfe hello").decode(), id="base64 of something else"),
        pytest.param("-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----", id="broken"),
        pytest.param(elliptic_key(), id="another kind of key"),
    ],
)
def test_a_key_that_is_none_is_refused_with_a_sentence_for_a_person(key):
    with pytest.raises(ConfigurationError, match="not an RSA public key"):
        Verifier(key)
