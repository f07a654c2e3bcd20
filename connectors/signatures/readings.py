"""What each family of schemes signs: how to read the claim out of a request, and how to write the headers of one."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from connectors.errors import SignatureError
from connectors.signatures.encodings import (
    by_name,
    from_base64,
    from_date,
    from_hex,
    from_milliseconds,
    from_seconds,
    malformed,
    octets,
    one,
    to_base64,
    to_date,
    to_hex,
)
from connectors.signatures.scheme import Claim, Headers, Mac, Signed

MAX_SIGNATURES = 16

Read = Callable[[Signed, Headers], Claim]
Write = Callable[[Signed, float, Mac], dict[str, str]]
Decode = Callable[[str], bytes | None]
Encode = Callable[[bytes], str]
Message = Callable[[Signed], bytes]

_WEBHOOK_ID = re.compile(r"[\x21-\x7e]{1,255}")
_LIGHTSPEED = re.compile(r"signature=([0-9a-f]{64}), ?algorithm=HMAC-SHA256")
# https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
_HUBSPOT_DECODED = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


def body(request: Signed) -> bytes:
    """Give what most schemes sign: the raw body."""
    return request.body


def url_and_body(request: Signed) -> bytes:
    """Give what Square signs: the notification URL as it was registered, then the raw body."""
    if not request.url:
        raise SignatureError("secret_missing", "the scheme signs the webhook's URL and the connection has none")
    return octets(request.url) + request.body


def digest_of(text: str, decode: Decode, header: str) -> bytes:
    """Decode a signature.

    Raises:
        SignatureError: it is not in the vendor's spelling.
    """
    digest = decode(text)
    if digest is None:
        raise malformed(f"{header} is not a SHA-256 digest in the vendor's spelling")
    return digest


def in_header(
    header: str, decode: Decode, encode: Encode, *, prefix: str = "", message: Message = body
) -> tuple[Read, Write]:
    """Give the reader and the writer of a scheme that puts one digest in one header, without a time."""

    def read(request: Signed, headers: Headers) -> Claim:
        value = one(headers, header)
        if not value.startswith(prefix):
            raise malformed(f"{header} does not start with {prefix}")
        return Claim((digest_of(value.removeprefix(prefix), decode, header),), message(request))

    def write(request: Signed, _now: float, mac: Mac) -> dict[str, str]:
        return {header: prefix + encode(mac(message(request)))}

    return read, write


def hubspot_message(request: Signed, timestamp: str) -> bytes:
    """Give what HubSpot v3 signs: method, URI with the documented characters decoded, body, timestamp."""
    uri = _HUBSPOT_DECODED.sub(lambda match: chr(int(match[1], 16)), request.url)
    return octets(request.method + uri) + request.body + octets(timestamp)


def read_hubspot(request: Signed, headers: Headers) -> Claim:
    """Read HubSpot's v3 signature; the time is in milliseconds."""
    digest = digest_of(one(headers, "X-HubSpot-Signature-v3"), from_base64, "X-HubSpot-Signature-v3")
    timestamp = one(headers, "X-HubSpot-Request-Timestamp")
    return Claim((digest,), hubspot_message(request, timestamp), from_milliseconds(timestamp))


def write_hubspot(request: Signed, now: float, mac: Mac) -> dict[str, str]:
    """Write HubSpot's v3 headers."""
    timestamp = str(int(now * 1000))
    signature = to_base64(mac(hubspot_message(request, timestamp)))
    return {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": timestamp}


def read_klaviyo(request: Signed, headers: Headers) -> Claim:
    """Read Klaviyo's signature: the raw body, then the timestamp header as it came."""
    digest = digest_of(one(headers, "Klaviyo-Signature"), from_hex, "Klaviyo-Signature")
    timestamp = one(headers, "Klaviyo-Timestamp")
    signed_at = from_date(timestamp)
    return Claim((digest,), request.body + octets(timestamp), signed_at)


def write_klaviyo(request: Signed, now: float, mac: Mac) -> dict[str, str]:
    """Write Klaviyo's headers."""
    timestamp = to_date(now)
    return {"Klaviyo-Signature": to_hex(mac(request.body + octets(timestamp))), "Klaviyo-Timestamp": timestamp}


def standard_message(identifier: str, timestamp: str, content: bytes) -> bytes:
    """Give what Standard Webhooks sign: id, time and raw body, with points between."""
    return octets(f"{identifier}.{timestamp}.") + content


def read_standard(request: Signed, headers: Headers) -> Claim:
    """Read a Standard Webhooks signature: a list of `v1,<base64>`; other versions and junk in the list do not count."""
    # Svix, whose scheme it was, still sends its own names.
    vendor = "svix" if "svix-signature" in headers and "webhook-signature" not in headers else "webhook"
    identifier = one(headers, f"{vendor}-id")
    timestamp = one(headers, f"{vendor}-timestamp")
    entries = one(headers, f"{vendor}-signature").split(" ")
    if not _WEBHOOK_ID.fullmatch(identifier):
        raise malformed(f"{vendor}-id is not visible ASCII")
    signed_at = from_seconds(timestamp)
    found = [from_base64(entry.removeprefix("v1,")) for entry in entries if entry.startswith("v1,")]
    digests = tuple(digest for digest in found if digest is not None)
    if not 0 < len(digests) <= MAX_SIGNATURES:
        raise malformed(f"{vendor}-signature holds {len(digests)} signatures of version 1")
    return Claim(digests, standard_message(identifier, timestamp, request.body), signed_at)


def write_standard(request: Signed, now: float, mac: Mac) -> dict[str, str]:
    """Write Standard Webhooks headers; the id is the request's own, or made of the body."""
    given = by_name(request.headers).get("webhook-id")
    identifier = given[0] if given else "msg_" + hashlib.sha256(request.body).hexdigest()[:24]
    timestamp = str(int(now))
    signature = "v1," + to_base64(mac(standard_message(identifier, timestamp, request.body)))
    return {"webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": signature}


def read_stripe(request: Signed, headers: Headers) -> Claim:
    """Read a Stripe signature: `t=<seconds>,v1=<hex>[,v1=<hex>]`. A v0 does not count: no downgrade."""
    pairs = [part.partition("=")[::2] for part in one(headers, "Stripe-Signature").split(",")]
    times = [value for name, value in pairs if name == "t"]
    if len(times) != 1:
        raise malformed(f"Stripe-Signature holds {len(times)} timestamps")
    signed_at = from_seconds(times[0])
    found = [from_hex(value) for name, value in pairs if name == "v1"]
    digests = tuple(digest for digest in found if digest is not None)
    if not 0 < len(digests) <= MAX_SIGNATURES:
        raise malformed(f"Stripe-Signature holds {len(digests)} signatures of version 1")
    return Claim(digests, octets(f"{times[0]}.") + request.body, signed_at)


def write_stripe(request: Signed, now: float, mac: Mac) -> dict[str, str]:
    """Write Stripe's header."""
    return {"Stripe-Signature": f"t={int(now)},v1={to_hex(mac(octets(f'{int(now)}.') + request.body))}"}


def read_lightspeed(request: Signed, headers: Headers) -> Claim:
    """Read Lightspeed's signature over the raw form-encoded body, not over its `payload` field."""
    match = _LIGHTSPEED.fullmatch(one(headers, "X-Signature"))
    if match is None:
        raise malformed("X-Signature is not signature=<hex>,algorithm=HMAC-SHA256")
    return Claim((digest_of(match[1], from_hex, "X-Signature"),), request.body)


def write_lightspeed(request: Signed, _now: float, mac: Mac) -> dict[str, str]:
    """Write Lightspeed's header."""
    return {"X-Signature": f"signature={to_hex(mac(request.body))},algorithm=HMAC-SHA256"}


def zettle_message(request: Signed) -> bytes:
    """Give what Zettle signs: `timestamp.payload`. The payload is JSON text, sent as a string in a JSON envelope."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # If a name came twice, the mapping could read the value that was not signed.
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        envelope = json.loads(request.body, object_pairs_hook=once)
        timestamp, payload = envelope["timestamp"], envelope["payload"]
        if isinstance(timestamp, str) and isinstance(payload, str):
            return f"{timestamp}.{payload}".encode()
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise malformed("the body is not a JSON envelope with a timestamp and a payload, each once") from error
    raise malformed("the envelope's timestamp and payload are not text")


def read_zettle(request: Signed, headers: Headers) -> Claim:
    """Read Zettle's signature. The envelope's eventName, messageId and organizationUuid are not signed."""
    digest = digest_of(one(headers, "X-iZettle-Signature"), from_hex, "X-iZettle-Signature")
    return Claim((digest,), zettle_message(request))


def write_zettle(request: Signed, _now: float, mac: Mac) -> dict[str, str]:
    """Write Zettle's header for a body that already is an envelope."""
    return {"X-iZettle-Signature": to_hex(mac(zettle_message(request)))}


def as_token(header: str) -> tuple[Read, Write]:
    """Give the reader and the writer of a header that must equal the secret.

    Nothing is signed: TLS alone protects the request.
    """

    def read(_request: Signed, headers: Headers) -> Claim:
        return Claim((octets(one(headers, header)),), b"")

    def write(_request: Signed, _now: float, mac: Mac) -> dict[str, str]:
        return {header: mac(b"").decode("utf-8", "surrogatepass")}

    return read, write
