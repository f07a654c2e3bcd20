"""Stand-ins by channel, each with the secrets that a connection to it needs."""

import secrets
from collections.abc import Callable

from ops.standins.easypost import EasyPost
from ops.standins.hubspot import HubSpot
from ops.standins.mirakl.channel import Mirakl
from ops.standins.server import StandIn
from ops.standins.shopify.channel import Shopify
from ops.standins.square.channel import Square
from ops.standins.woocommerce.channel import WooCommerce

Made = tuple[StandIn, dict[str, str]]

STAND_INS: dict[str, Callable[[str, str], Made]] = {
    "shopify": lambda key, sign: (Shopify(key, sign), {"access_token": key, "webhook_secret": sign}),
    "square": lambda key, sign: (Square(key, sign), {"access_token": key, "signature_key": sign}),
    "mirakl": lambda key, _: (Mirakl(key), {"api_key": key}),
    "easypost": lambda key, sign: (EasyPost(key, sign), {"api_key": key, "webhook_secret": sign}),
    "woocommerce": lambda key, sign: (
        WooCommerce(key, key, sign),
        {"consumer_key": key, "consumer_secret": key, "webhook_secret": sign},
    ),
    "hubspot": lambda key, sign: (HubSpot(key, sign), {"access_token": key, "client_secret": sign}),
}


def stand_in(kind: str) -> Made:
    """Make a stand-in with fresh keys, and the secrets of a connection to it. It does not listen yet."""
    return STAND_INS[kind](secrets.token_urlsafe(12), secrets.token_urlsafe(12))
