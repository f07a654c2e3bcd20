"""Signatures under attack: another spelling, another time, a flipped bit, a fuzzed request. Only the genuine passes."""

import base64
import json
import random
from collections import Counter

import pytest

from connectors.errors import SignatureError
from connectors.signatures import SCHEMES, TOLERANCE, Secret, Signed, sign, verify

CODES = {"signature_missing", "signature_malformed", "signature_wrong", "signature_stale", "secret_missing"}
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


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_header_that_came_twice_is_refused(scheme: str) -> None:
    request = genuine(scheme)
    for name, value in request.headers.items():
        twice = {**request.headers, name.lower(): value, name.upper(): value}
        assert judge(scheme, Signed("POST", URL, twice, request.body)) == "signature_malformed"
        joined = {**request.headers, name: f"{value},{value}"}
        assert judge(scheme, Signed("POST", URL, joined, request.body)) != "accepted"


@pytest.mark.parametrize("scheme", sorted(set(SCHEMES) - UNSIGNED))
def test_another_body_is_refused(scheme: str) -> None:
    request = genuine(scheme)
    reserialised = json.dumps(json.loads(request.body.replace(b"p-1", b"p-2")), indent=1).encode()
    for body in (b"", request.body[:-1], reserialised):
        assert judge(scheme, Signed("POST", URL, request.headers, body)) != "accepted"


@pytest.mark.parametrize("scheme", sorted(TIMED))
@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        (TOLERANCE, "accepted"),
        (TOLERANCE + 1, "signature_stale"),
        (-TOLERANCE, "accepted"),
        (-TOLERANCE - 1, "signature_stale"),
        (float("nan"), "signature_stale"),
        (float("inf"), "signature_stale"),
    ],
)
def test_a_signed_time_is_good_for_five_minutes_either_way(scheme: str, later: float, verdict: str) -> None:
    assert SCHEMES[scheme].bounds_age
    assert judge(scheme, genuine(scheme), now=NOW + later) == verdict


@pytest.mark.parametrize(
    ("timed", "header", "texts"),
    [
        (
            "standard-webhooks",
            "webhook-timestamp",
            ["1790000000.0", " 1790000000", "1_790_000_000", "١٧٩٠٠٠٠٠٠٠", "nan"],
        ),
        ("hubspot-v3", "X-HubSpot-Request-Timestamp", ["1.79e12", "01790000000000", "-1", "+1790000000000", "9" * 16]),
        (
            "klaviyo",
            "Klaviyo-Timestamp",
            ["Mon, 31 Feb 2026 00:00:00 GMT", "Sun, 21 Sep 2026 14:13:20 GMT", "2026-09-21T14:13:20Z", "1790000000"],
        ),
    ],
)
def test_a_time_in_another_spelling_is_malformed(timed: str, header: str, texts: list[str]) -> None:
    request = genuine(timed)
    for text in texts:
        assert judge(timed, Signed("POST", URL, {**request.headers, header: text}, BODY)) == "signature_malformed"


def test_a_signature_in_another_spelling_of_the_same_digest_is_malformed() -> None:
    digest = genuine("shopify").headers["X-Shopify-Hmac-Sha256"]
    raw = base64.b64decode(digest)
    last = digest[-2]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    sibling = digest[:-2] + alphabet[alphabet.index(last) + 1] + "="
    assert base64.b64decode(sibling) == raw
    spellings = [sibling, digest.rstrip("="), digest + "=", f" {digest}", digest + "\n", raw.hex()]
    for text in spellings:
        request = Signed("POST", URL, {"X-Shopify-Hmac-Sha256": text}, BODY)
        assert judge("shopify", request) == "signature_malformed"
    upper = genuine("sendcloud").headers["Sendcloud-Signature"].upper()
    assert judge("sendcloud", Signed("POST", URL, {"Sendcloud-Signature": upper}, BODY)) == "signature_malformed"


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (NOW - 1, "signature_wrong"),
        (NOW, "accepted"),
        (NOW + 100, "accepted"),
        (NOW + 101, "signature_wrong"),
        (float("nan"), "signature_wrong"),
    ],
)
def test_a_secret_counts_only_in_its_window(now: float, verdict: str) -> None:
    old = Secret(SECRET, not_before=NOW, not_after=NOW + 100, key_id="old")
    assert judge("shopify", genuine("shopify"), old, Secret("other"), now=now) == verdict


def test_during_a_rotation_either_secret_is_accepted_and_named() -> None:
    secrets = [Secret("new", not_before=NOW), Secret("old", not_after=NOW + 3600, key_id="previous")]
    for scheme in sorted(set(SCHEMES) - UNSIGNED - {"standard-webhooks"}):
        assert verify(scheme, genuine(scheme, "new"), secrets, NOW).key_id == "current"
        assert verify(scheme, genuine(scheme, "old"), secrets, NOW).key_id == "previous"
    assert judge("shopify", genuine("shopify", "old"), *secrets, now=NOW + 3601) == "signature_wrong"


def test_every_secret_is_tried_even_after_one_matched(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr("connectors.signatures.verification.same", lambda a, b: compared.append(b) or a == b)
    secrets = [Secret(SECRET), Secret("second"), Secret("third")]
    assert verify("shopify", genuine("shopify"), secrets, NOW).key_id == "current"
    assert len(compared) == 3


def flip(text: bytes, bit: int) -> bytes:
    flipped = bytearray(text)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def flips_of(scheme: str, request: Signed) -> list[Signed]:
    """Every single-bit change of the signed body and of every header of the signature."""
    signed = range(len(request.body) * 8)
    if scheme == "zettle":
        # Only timestamp and payload are signed; a flip in the rest of the envelope is not the signature's to see.
        start = request.body.index(b'"payload":"') + len(b'"payload":"')
        signed = range(start * 8, (request.body.index(b'","timestamp"')) * 8)
    changed = [Signed("POST", URL, request.headers, flip(request.body, bit)) for bit in signed]
    for name, value in request.headers.items():
        raw = value.encode("ascii")
        for bit in range(len(raw) * 8):
            text = flip(raw, bit).decode("latin-1")
            changed.append(Signed("POST", URL, {**request.headers, name: text}, request.body))
    return changed


def test_no_single_flipped_bit_is_accepted() -> None:
    tried: Counter[str] = Counter()
    accepted = []
    scheme_names = sorted(set(SCHEMES) - UNSIGNED)
    for round_ in range(6):
        for scheme in scheme_names:
            content = ZETTLE_BODY if scheme == "zettle" else BODY + b" " * round_
            headers = sign(
                scheme, method="POST", url=URL, body=content, secret=f"{SECRET[round_:]}{'A' * round_}", now=NOW
            )
            secrets = [Secret(f"{SECRET[round_:]}{'A' * round_}")]
            for request in flips_of(scheme, Signed("POST", URL, headers, content)):
                tried[scheme] += 1
                if judge(scheme, request, *secrets) == "accepted":
                    accepted.append((scheme, request))
    assert accepted == []
    assert sum(tried.values()) >= 30_000
    assert min(tried.values()) >= 1_000


PIECES = (
    *("", " ", "v1,", "v1", ",", "=", "t=", "sha256=", "hmac-sha256-hex=", "signature=", ",algorithm=HMAC-SHA256"),
    *("\x00", "\r\n", "é", "\ud800", "٣", "\U0001f600", "\ufeff", "%00", "null", "[" * 50, "x" * 5000, "9" * 400),
    *("A" * 43 + "=", "a" * 64, "1790000000", "1790000000000", "nan", "-1", "1e400", "Mon, 21 Sep 2026 14:13:20 GMT"),
)


def fuzzed(random_: random.Random, names: list[str]) -> dict[str, str]:
    headers = {}
    for name in random_.sample(names, random_.randint(0, len(names))):
        spelt = random_.choice((str, str.lower, str.upper))(name)
        headers[spelt] = "".join(random_.choices(PIECES, k=random_.randint(0, 4)))
        if random_.random() < 0.05:
            headers[name.swapcase()] = random_.choice(PIECES)
    return headers


def test_a_hundred_thousand_fuzzed_requests_raise_nothing_but_a_typed_refusal() -> None:
    random_ = random.Random(20260921)
    verdicts: Counter[str] = Counter()
    scheme_names = [*SCHEMES, "static-token:X-Clover-Auth", "no-such-scheme"]
    bodies = (b"", BODY, ZETTLE_BODY, b"\xff\xfe", b'{"timestamp":"\\ud800","payload":"x"}', b"[" * 3000, b"1" * 5000)
    secrets = ([], [Secret("")], [Secret(SECRET)], [Secret("a:\ud800"), Secret("é", not_after=0.0)])
    for number in range(100_000):
        scheme = scheme_names[number % len(scheme_names)]
        row = SCHEMES.get(scheme)
        names = [*(row.headers if row else ("X-Clover-Auth",)), "svix-signature", "svix-id"]
        request = Signed(random_.choice(PIECES), random_.choice(PIECES), fuzzed(random_, names), random_.choice(bodies))
        verdicts[judge(scheme, request, *random_.choice(secrets))] += 1
    assert sum(verdicts.values()) == 100_000
    assert set(verdicts) == CODES - {"signature_stale"}


def test_headers_that_are_no_text_count_as_missing() -> None:
    request = Signed("POST", URL, {"X-Shopify-Hmac-Sha256": None, 7: "x"}, BODY)  # type: ignore[dict-item]
    assert judge("shopify", request) == "signature_missing"
