"""Signatures: the published vectors, and what each vendor signs. Attacks: test_signature_attacks.py."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from connectors.errors import SignatureError
from connectors.signatures import SCHEMES, Secret, Signed, scheme_of, sign, verify

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "signature_vectors.json"
CLAIMED = {
    "easypost-hmac-hex": "easypost",
    "github-sha256": "hub-256",
    "hubspot-v3": "hubspot-v3",
    "shopify-hmac-b64": "shopify",
    "square-hmacsha256": "square",
    "standard-webhooks-v1": "standard-webhooks",
    "stripe-v1": "stripe",
    "woocommerce-hmac-b64": "woocommerce",
}
NOT_CLAIMED = {
    "adyen-item-hmac-b64",
    "adyen-payload-hmac-b64",
    "hubspot-v1",
    "hubspot-v2",
    "paddle-h1",
    "shopify-oauth-query-hmac-hex",
    "standard-webhooks-v1a-ed25519",
}

NOW = 1_790_000_000.0
URL = "https://hub.example/hooks/square?shop=a%3Ab"
BODY = b'{"id": 17, "note": "one, two"}'
ZETTLE_BODY = (
    b'{"organizationUuid":"o-1","messageId":"m-1","eventName":"PurchaseCreated",'
    b'"payload":"{\\"purchaseUUID\\":\\"p-1\\",\\"amount\\":1250}","timestamp":"2026-09-21T14:13:20.000Z"}'
)
SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TIMED = {"bigcommerce", "hubspot-v3", "klaviyo", "standard-webhooks", "stripe"}
UNSIGNED = {"basic", "static-token"}


def secret_for(scheme: str, secret: str = SECRET) -> str:
    return f"hub:{secret}" if scheme == "basic" else secret


def body_for(scheme: str) -> bytes:
    return ZETTLE_BODY if scheme == "zettle" else BODY


def genuine(scheme: str, secret: str = SECRET, now: float = NOW) -> Signed:
    headers = sign(scheme, method="POST", url=URL, body=body_for(scheme), secret=secret_for(scheme, secret), now=now)
    return Signed("POST", URL, headers, body_for(scheme))


def judge(scheme: str, request: Signed, *secrets: Secret, now: float = NOW) -> str:
    try:
        verify(scheme, request, secrets or (Secret(secret_for(scheme)),), now)
    except SignatureError as error:
        return error.code
    return "accepted"


def vectors() -> list[dict]:
    return json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"] if VECTORS.exists() else []


@pytest.mark.skipif(not VECTORS.exists(), reason=f"{VECTORS} is not there")
@pytest.mark.parametrize("vector", [v for v in vectors() if v["scheme"] in CLAIMED], ids=lambda vector: vector["id"])
def test_a_published_vector_is_judged_as_its_vendor_does(vector: dict) -> None:
    request = Signed(
        vector.get("method", "POST"), vector.get("url", ""), vector["headers"], vector["body"].encode("utf-8")
    )
    verdict = judge(CLAIMED[vector["scheme"]], request, Secret(vector["secret"]), now=vector.get("now", NOW))
    assert (verdict == "accepted") == (vector["expect"] == "valid")
    assert (verdict == "secret_missing") == (vector["expect"] == "config-error")


@pytest.mark.skipif(not VECTORS.exists(), reason=f"{VECTORS} is not there")
def test_every_scheme_of_the_vectors_is_claimed_or_named_as_not_claimed() -> None:
    assert {vector["scheme"] for vector in vectors()} == CLAIMED.keys() | NOT_CLAIMED


# Sendcloud publishes this one: developer documentation, "Webhook signature".
def test_sendclouds_published_example_is_accepted() -> None:
    digest = hmac.new(b"secretkey", b'{"key": "value"}', hashlib.sha256).hexdigest()
    assert digest.startswith("1eed4b3d")
    assert digest.endswith("da4b0a")
    request = Signed("POST", URL, {"Sendcloud-Signature": digest}, b'{"key": "value"}')
    assert judge("sendcloud", request, Secret("secretkey")) == "accepted"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_a_scheme_signs_it_accepts_however_a_gateway_spells_the_headers(scheme: str) -> None:
    request = genuine(scheme)
    assert {name.lower() for name in request.headers} == {name.lower() for name in SCHEMES[scheme].headers}
    for spell in (str.lower, str.upper, str.title):
        respelt = {spell(name): value for name, value in request.headers.items()}
        assert judge(scheme, Signed("POST", URL, respelt, request.body)) == "accepted"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_is_documented_by_an_https_page(scheme: str) -> None:
    assert SCHEMES[scheme].docs.startswith("https://")
    assert SCHEMES[scheme].about


@pytest.mark.parametrize("scheme", SCHEMES)
def test_another_secret_is_refused(scheme: str) -> None:
    assert judge(scheme, genuine(scheme), Secret(secret_for(scheme, SECRET[::-1]))) == "signature_wrong"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_without_a_secret_nothing_is_accepted(scheme: str) -> None:
    request = genuine(scheme)
    with pytest.raises(SignatureError, match="no secret is valid") as refused:
        verify(scheme, request, [], NOW)
    assert refused.value.code == "secret_missing"
    assert refused.value.cause == "configuration"
    assert judge(scheme, request, Secret("")) == "secret_missing"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_missing_header_is_named_before_secrets_are_looked_at(scheme: str) -> None:
    for name in SCHEMES[scheme].headers:
        kept = {spelt: value for spelt, value in genuine(scheme).headers.items() if spelt.lower() != name.lower()}
        with pytest.raises(SignatureError, match=f"(?i)no {name} header") as refused:
            verify(scheme, Signed("POST", URL, kept, body_for(scheme)), [], NOW)
        assert refused.value.code == "signature_missing"


@pytest.mark.parametrize("scheme", sorted(set(SCHEMES) - TIMED))
def test_a_scheme_without_a_time_says_so_and_accepts_late_retries(scheme: str) -> None:
    assert not SCHEMES[scheme].bounds_age
    assert judge(scheme, genuine(scheme), now=NOW + 172_800) == "accepted"
    assert verify(scheme, genuine(scheme), [Secret(secret_for(scheme))], NOW).signed_at is None


@pytest.mark.parametrize("scheme", sorted(TIMED))
def test_the_signed_time_is_reported(scheme: str) -> None:
    assert verify(scheme, genuine(scheme), [Secret(SECRET)], NOW + 7).signed_at == NOW


def test_square_signs_the_url_it_was_given() -> None:
    request = genuine("square")
    elsewhere = Signed("POST", URL.replace("https", "http"), request.headers, BODY)
    assert judge("square", elsewhere) == "signature_wrong"
    assert judge("square", Signed("POST", "", request.headers, BODY)) == "secret_missing"


def test_hubspot_signs_the_decoded_url_and_the_method() -> None:
    url = "https://hub.example/a%20b?x=%3a%2F%3F%40%21%24%27%28%29%2A%2C%3B&y=%3D"
    signed = f"POSThttps://hub.example/a%20b?x=:/?@!$'()*,;&y=%3D{BODY.decode()}{int(NOW * 1000)}"
    digest = base64.b64encode(hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()).decode()
    headers = {"X-HubSpot-Signature-v3": digest, "X-HubSpot-Request-Timestamp": str(int(NOW * 1000))}
    assert judge("hubspot-v3", Signed("POST", url, headers, BODY)) == "accepted"
    assert judge("hubspot-v3", Signed("PUT", url, headers, BODY)) == "signature_wrong"


def test_woocommerce_signs_with_the_secret_that_wordpress_escaped() -> None:
    for stored, key in (
        ("a&amp;b&lt;c&#62;&quot;d&#x22;&#039;e", 'a&b<c>"d"\'e'),
        ("a&amp;lt;b", "a&lt;b"),
        ("a&b", "a&b"),
    ):
        digest = base64.b64encode(hmac.digest(key.encode(), BODY, "sha256")).decode()
        request = Signed("POST", URL, {"X-WC-Webhook-Signature": digest}, BODY)
        assert judge("woocommerce", request, Secret(stored)) == "accepted"


def test_bigcommerce_uses_the_secrets_own_bytes() -> None:
    request = genuine("bigcommerce")
    encoded = base64.b64encode(SECRET.encode()).decode()
    assert judge("standard-webhooks", request, Secret(encoded)) == "accepted"
    assert judge("standard-webhooks", request, Secret(SECRET)) == "signature_wrong"


def test_a_standard_webhooks_secret_that_is_not_base64_is_ours_to_mend() -> None:
    request = genuine("standard-webhooks")
    assert judge("standard-webhooks", request, Secret("whsec_not base64")) == "secret_missing"
    assert judge("standard-webhooks", request, Secret("not base64"), Secret(SECRET)) == "accepted"


def test_junk_beside_a_good_signature_does_no_harm_and_too_many_are_refused() -> None:
    request = genuine("standard-webhooks")
    good = request.headers["webhook-signature"]
    for listed in (f"junk {good}", f"v1,é {good}", f"v2,{good[3:]} {good}", f"v1,a,b {good} "):
        headers = {**request.headers, "webhook-signature": listed}
        assert judge("standard-webhooks", Signed("POST", URL, headers, BODY)) == "accepted"
    many = {**request.headers, "webhook-signature": " ".join([good] * 17)}
    assert judge("standard-webhooks", Signed("POST", URL, many, BODY)) == "signature_malformed"


def test_a_standard_webhooks_id_is_kept_when_signing() -> None:
    headers = sign(
        "standard-webhooks",
        method="POST",
        url=URL,
        body=BODY,
        secret=SECRET,
        now=NOW,
        headers={"Webhook-Id": "msg_7"},
    )
    assert headers["webhook-id"] == "msg_7"
    assert judge("standard-webhooks", Signed("POST", URL, headers, BODY)) == "accepted"


def test_zettle_signs_the_decoded_payload_and_refuses_a_name_written_twice() -> None:
    payload = '{"purchaseUUID":"p-1","amount":1250}'
    message = f"2026-09-21T14:13:20.000Z.{payload}".encode()
    digest = hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
    headers = {"X-iZettle-Signature": digest}
    assert judge("zettle", Signed("POST", URL, headers, ZETTLE_BODY)) == "accepted"
    doubled = ZETTLE_BODY.replace(b'{"organizationUuid"', b'{"payload":"{}","organizationUuid"')
    for body in (doubled, b"[]", b"{}", b"", b"\xff", b'{"timestamp":1,"payload":"x"}', b"[" * 100_000):
        assert judge("zettle", Signed("POST", URL, headers, body)) == "signature_malformed"


def test_lightspeeds_header_is_read_with_or_without_a_space() -> None:
    value = genuine("lightspeed-x").headers["X-Signature"]
    for text, verdict in (
        (value.replace(",", ", "), "accepted"),
        (value.replace("SHA256", "SHA1"), "signature_malformed"),
        (value.split(",")[0], "signature_malformed"),
    ):
        assert judge("lightspeed-x", Signed("POST", URL, {"X-Signature": text}, BODY)) == verdict


def test_a_static_token_is_compared_in_the_header_that_the_scheme_names() -> None:
    scheme = "static-token:X-Clover-Auth"
    assert sign(scheme, method="POST", url=URL, body=BODY, secret="code", now=NOW) == {"X-Clover-Auth": "code"}
    for value, verdict in (("code", "accepted"), ("cod", "signature_wrong"), ("codé\ud800", "signature_wrong")):
        assert judge(scheme, Signed("POST", URL, {"x-clover-auth": value}, BODY), Secret("code")) == verdict


@pytest.mark.parametrize(
    "name", ["", "ebay", "static-token:", "static-token:a b", "static-token:é", "shopify:X", "Shopify"]
)
def test_an_unknown_scheme_is_ours_to_mend(name: str) -> None:
    with pytest.raises(SignatureError, match="no signature scheme") as refused:
        scheme_of(name)
    assert refused.value.code == "secret_missing"


def test_no_message_and_no_repr_holds_a_secret() -> None:
    assert SECRET not in repr(Secret(SECRET))
    for scheme in SCHEMES:
        with pytest.raises(SignatureError, match="does not match") as refused:
            verify(scheme, genuine(scheme, SECRET[::-1]), [Secret(secret_for(scheme))], NOW)
        assert SECRET not in str(refused.value)
