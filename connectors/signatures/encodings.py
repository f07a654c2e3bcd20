"""Headers, digests, times and keys, each in the one spelling that a vendor uses. Any other spelling is refused."""

import base64
import binascii
import email.utils
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping

from connectors.errors import SignatureError
from connectors.signatures.scheme import Headers

MAX_HEADER = 4096  # characters
DIGEST_SIZE = 32  # bytes

_BASE64_DIGEST = re.compile(r"[A-Za-z0-9+/]{43}=")
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")
_SECONDS = re.compile(r"[1-9][0-9]{0,11}")
_MILLISECONDS = re.compile(r"[1-9][0-9]{0,14}")
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_WORDPRESS_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot)|#0*(60|62|38|34|39)|#[xX]0*(3[cCeE]|2[267]));")
_NAMED_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def malformed(message: str) -> SignatureError:
    """Give the error for a signature that cannot be one."""
    return SignatureError("signature_malformed", message)


def by_name(headers: Mapping[str, str]) -> Headers:
    """Collect header values under lower-case names, so that a header sent twice in two spellings has two values."""
    collected: dict[str, tuple[str, ...]] = {}
    for name, value in headers.items():
        # A gateway's event is JSON: a header may arrive as null.
        if isinstance(name, str) and isinstance(value, str):
            lower = name.lower()
            collected[lower] = (*collected.get(lower, ()), value)
    return collected


def one(headers: Headers, name: str) -> str:
    """Give the only value of a header.

    Raises:
        SignatureError: it is missing or empty, came twice, or is too long.
    """
    values = headers.get(name.lower(), ())
    if len(values) > 1:
        raise malformed(f"{name} came {len(values)} times")
    if not values or not values[0]:
        raise SignatureError("signature_missing", f"no {name} header")
    if len(values[0]) > MAX_HEADER:
        raise malformed(f"{name} is longer than {MAX_HEADER} characters")
    return values[0]


def to_base64(digest: bytes) -> str:
    """Write a digest as base64."""
    return base64.b64encode(digest).decode("ascii")


def from_base64(text: str) -> bytes | None:
    """Read a SHA-256 digest from canonical base64; None where it is anything else."""
    if not _BASE64_DIGEST.fullmatch(text):
        return None
    digest = base64.b64decode(text)
    # The last sextet has two bits to spare, so four texts decode to one digest. Only one of them is canonical.
    return digest if to_base64(digest) == text else None


def to_hex(digest: bytes) -> str:
    """Write a digest as lower-case hex."""
    return digest.hex()


def from_hex(text: str) -> bytes | None:
    """Read a SHA-256 digest from lower-case hex; None where it is anything else."""
    return bytes.fromhex(text) if _HEX_DIGEST.fullmatch(text) else None


def from_seconds(text: str) -> float:
    """Read epoch seconds.

    Raises:
        SignatureError: it is anything else, also with a sign, a fraction, spaces or digits of another script.
    """
    if not _SECONDS.fullmatch(text):
        raise malformed("the timestamp is not in epoch seconds")
    return float(text)


def from_milliseconds(text: str) -> float:
    """Read epoch milliseconds as seconds.

    Raises:
        SignatureError: it is anything else.
    """
    if not _MILLISECONDS.fullmatch(text):
        raise malformed("the timestamp is not in epoch milliseconds")
    return int(text) / 1000


def from_date(text: str) -> float:
    """Read an HTTP date (`Tue, 14 Apr 2026 03:50:12 GMT`) as epoch seconds.

    Raises:
        SignatureError: it is anything else, or its weekday is wrong.
    """
    try:
        moment = email.utils.parsedate_to_datetime(text).timestamp() if _DATE.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None or to_date(moment) != text:
        raise malformed("the timestamp is not an HTTP date")
    return moment


def to_date(moment: float) -> str:
    """Write epoch seconds as an HTTP date."""
    return email.utils.formatdate(moment, usegmt=True)


def octets(text: str) -> bytes:
    """Encode any text as UTF-8, lone surrogates too, so that no input can raise."""
    return text.encode("utf-8", "surrogatepass")


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Give HMAC-SHA256."""
    return hmac.digest(key, message, "sha256")


def token(key: bytes, _message: bytes) -> bytes:
    """Give the key itself: where nothing is signed, the header is compared with it."""
    return key


def key_verbatim(secret: str) -> bytes | None:
    """Use a secret's UTF-8 bytes as the key."""
    return octets(secret) or None


def key_nfkd(secret: str) -> bytes | None:
    """Use the bytes of the secret's NFKD form, as EasyPost's libraries do."""
    return octets(unicodedata.normalize("NFKD", secret)) or None


def key_base64(secret: str) -> bytes | None:
    """Decode a Standard Webhooks secret: base64, with or without `whsec_` in front."""
    text = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(octets(text), validate=True)
    except binascii.Error:
        return None
    return key or None


def key_wordpress(secret: str) -> bytes | None:
    """Undo WordPress's escaping of `< > & " '` in a stored secret, in one pass, as WooCommerce does before it signs."""

    def character(match: re.Match[str]) -> str:
        name, decimal, hexadecimal = match.groups()
        return _NAMED_ENTITIES[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))

    return octets(_WORDPRESS_ENTITY.sub(character, secret)) or None


def key_basic(secret: str) -> bytes | None:
    """Make the Authorization header of `user:password` (RFC 7617)."""
    return b"Basic " + base64.b64encode(octets(secret)) if ":" in secret else None


def same(one_digest: bytes, other: bytes) -> bool:
    """Compare in constant time. Both are hashed first, so that the time does not show a token's length either."""
    return hmac.compare_digest(hashlib.sha256(one_digest).digest(), hashlib.sha256(other).digest())
