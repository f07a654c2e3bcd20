"""The table of schemes: one row per vendor, with the page its rule was read on."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from connectors.errors import SignatureError
from connectors.signatures import readings
from connectors.signatures.encodings import (
    from_base64,
    from_hex,
    hmac_sha256,
    key_base64,
    key_basic,
    key_nfkd,
    key_verbatim,
    key_wordpress,
    to_base64,
    to_hex,
    token,
)
from connectors.signatures.readings import Read, Write, as_token, in_header
from connectors.signatures.scheme import Scheme

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def _signed(
    name: str,
    headers: tuple[str, ...],
    pair: tuple[Read, Write],
    docs: str,
    about: str,
    *,
    key: Callable[[str], bytes | None] = key_verbatim,
    bounds_age: bool = False,
) -> Scheme:
    """Make the row of a scheme that proves with HMAC-SHA256."""
    read, write = pair
    return Scheme(name, about, docs, headers, read, write, key, hmac_sha256, bounds_age)


def _base64(header: str) -> tuple[Read, Write]:
    return in_header(header, from_base64, to_base64)


def _static_token(header: str) -> Scheme:
    """Make the scheme of a header that must equal the secret."""
    read, write = as_token(header)
    about = "the header equals the secret (Clover, UPS, DHL, …); the request itself is not signed"
    docs = "https://docs.clover.com/dev/docs/webhooks"
    return Scheme("static-token", about, docs, (header,), read, write, key_verbatim, token)


def _basic() -> Scheme:
    """Make the scheme of HTTP basic authentication; the secret is `user:password`."""
    read, write = as_token("Authorization")
    about = "HTTP basic authentication; the secret is user:password; the request itself is not signed"
    return Scheme(
        "basic", about, "https://www.rfc-editor.org/rfc/rfc7617", ("Authorization",), read, write, key_basic, token
    )


_ROWS = (
    _signed(
        "shopify",
        ("X-Shopify-Hmac-Sha256",),
        _base64("X-Shopify-Hmac-Sha256"),
        "https://shopify.dev/docs/apps/build/webhooks/verify-deliveries",
        "base64 over the raw body with the app's client secret; after a rotation the old one signs for up to an hour",
    ),
    _signed(
        "square",
        ("x-square-hmacsha256-signature",),
        in_header("x-square-hmacsha256-signature", from_base64, to_base64, message=readings.url_and_body),
        "https://developer.squareup.com/docs/webhooks/step3validate",
        "base64 over the notification URL exactly as registered, then the raw body",
    ),
    _signed(
        "hubspot-v3",
        ("X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"),
        (readings.read_hubspot, readings.write_hubspot),
        "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
        "base64 over method, URI (twelve characters decoded), raw body and timestamp in milliseconds",
        bounds_age=True,
    ),
    _signed(
        "easypost",
        ("X-Hmac-Signature",),
        in_header("X-Hmac-Signature", from_hex, to_hex, prefix="hmac-sha256-hex="),
        "https://docs.easypost.com/docs/webhooks",
        "hex over the raw body with the NFKD form of the secret (easypost-python, easypost/util.py)",
        key=key_nfkd,
    ),
    _signed(
        "woocommerce",
        ("X-WC-Webhook-Signature",),
        _base64("X-WC-Webhook-Signature"),
        "https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php",
        "base64 over the raw body with the secret after wp_specialchars_decode",
        key=key_wordpress,
    ),
    _signed(
        "standard-webhooks",
        _STANDARD_HEADERS,
        (readings.read_standard, readings.write_standard),
        "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        "v1: base64 over id.timestamp.body with a base64 secret (whsec_…); svix-* names are taken too",
        key=key_base64,
        bounds_age=True,
    ),
    _signed(
        "bigcommerce",
        _STANDARD_HEADERS,
        (readings.read_standard, readings.write_standard),
        "https://docs.bigcommerce.com/developer/docs/webhooks/https-events/overview",
        "Standard Webhooks with the client secret's own bytes as key",
        bounds_age=True,
    ),
    _signed(
        "klaviyo",
        ("Klaviyo-Signature", "Klaviyo-Timestamp"),
        (readings.read_klaviyo, readings.write_klaviyo),
        "https://developers.klaviyo.com/en/docs/working_with_system_webhooks",
        "hex over the raw body and the timestamp header as it came (an HTTP date)",
        bounds_age=True,
    ),
    _signed(
        "aftership",
        ("aftership-hmac-sha256",),
        _base64("aftership-hmac-sha256"),
        "https://www.aftership.com/docs/tracking/webhook/webhook-signature",
        "base64 over the raw body",
    ),
    _signed(
        "sendcloud",
        ("Sendcloud-Signature",),
        in_header("Sendcloud-Signature", from_hex, to_hex),
        "https://api.sendcloud.dev/docs/sendcloud-public-api/webhooks",
        "hex over the raw body with the integration's secret key",
    ),
    _signed(
        "lightspeed-x",
        ("X-Signature",),
        (readings.read_lightspeed, readings.write_lightspeed),
        "https://x-series-api.lightspeedhq.com/docs/webhooks",
        "signature=<hex>,algorithm=HMAC-SHA256 over the raw form body with the app's client secret; the page says "
        "neither hex nor whether the body means the form or its payload field: check with one delivery",
    ),
    _signed(
        "zettle",
        ("X-iZettle-Signature",),
        (readings.read_zettle, readings.write_zettle),
        "https://developer.zettle.com/docs/api/pusher/user-guides/create-subscriptions",
        "hex over the envelope's timestamp.payload with the subscription's signingKey; the rest of the envelope is not "
        "signed; no page states the rule, public code that checked real deliveries does",
    ),
    _signed(
        "stripe",
        ("Stripe-Signature",),
        (readings.read_stripe, readings.write_stripe),
        "https://docs.stripe.com/webhooks/signature",
        "t=<seconds>,v1=<hex> over timestamp.body",
        bounds_age=True,
    ),
    _signed(
        "hub-256",
        ("X-Hub-Signature-256",),
        in_header("X-Hub-Signature-256", from_hex, to_hex, prefix="sha256="),
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        "sha256=<hex> over the raw body (GitHub, Meta)",
    ),
    _static_token("Authorization"),
    _basic(),
)

SCHEMES: Mapping[str, Scheme] = MappingProxyType({row.name: row for row in _ROWS})


def scheme_of(name: str) -> Scheme:
    """Give a scheme by name; `static-token:X-Clover-Auth` names the header that `static-token` compares.

    Raises:
        SignatureError: there is no such scheme. The code is `secret_missing`, because it too is ours to mend.
    """
    base, colon, header = name.partition(":")
    if base == "static-token" and _HEADER_NAME.fullmatch(header):
        return _static_token(header)
    if base not in SCHEMES or colon:
        raise SignatureError("secret_missing", f"there is no signature scheme {name!r}")
    return SCHEMES[base]
