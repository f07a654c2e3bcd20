"""Checks of webhook signatures: the right one is accepted, and no other."""

from collections.abc import Iterator

from connectors.errors import SignatureError
from connectors.signatures import Secret, Signed, sign, verify
from connectors.signatures.encodings import hmac_sha256
from connectors.signatures.schemes import scheme_of
from connectors.workshop.conformance.subject import Subject

Found = Iterator[tuple[str, str]]
NOW = 1_800_000_000.0
LONG_AGO = NOW - 86_400
# (right, wrong) where the usual base64 does not do: basic authentication needs a colon.
SECRETS = {"basic": ("kit:right", "kit:wrong")}


def signature(subject: Subject) -> Found:
    """The right secret is accepted; another one, another body, no header and an old signature are refused."""
    rule = subject.connector.manifest.receives.signature
    if rule is None:
        return
    url = subject.connection().webhook_url
    for body in [sample.body for sample in subject.samples[:3]] or [b"{}"]:
        for what, code, request, secret, now in _attempts(rule.scheme, url, body):
            said = _said(rule.scheme, request, secret, now)
            if said != code:
                yield rule.scheme, f"{what}: {said or 'accepted'}, expected {code or 'accepted'}"


def _attempts(scheme: str, url: str, body: bytes) -> Iterator[tuple[str, str, Signed, str, float]]:
    right, wrong = SECRETS.get(scheme, ("d2hzZWNfcmlnaHQ=", "d2hzZWNfd3Jvbmc="))
    plan = scheme_of(scheme)
    # Zettle signs fields of the body, so only a body of that shape can be signed.
    try:
        headers = sign(scheme, method="POST", url=url, body=body, secret=right, now=NOW)
    except SignatureError:
        return
    request = Signed("POST", url, headers, body)
    yield "the right signature", "", request, right, NOW
    yield "another secret", "signature_wrong", request, wrong, NOW
    yield "no header", "signature_missing", Signed("POST", url, {}, body), right, NOW
    if plan.proof is hmac_sha256:
        changed = Signed("POST", url, headers, body + b" ")
        yield "another body", "signature_wrong", changed, right, NOW
    if plan.bounds_age:
        old = sign(scheme, method="POST", url=url, body=body, secret=right, now=LONG_AGO)
        yield "an old signature", "signature_stale", Signed("POST", url, old, body), right, NOW


def _said(scheme: str, request: Signed, secret: str, now: float) -> str:
    try:
        verify(scheme, request, [Secret(secret)], now)
    except SignatureError as error:
        return error.code
    return ""
