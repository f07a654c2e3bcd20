"""Shopify reviews an app by sending its privacy topics with a bad signature: the answer must be 401, and nothing else.

https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
"""

import base64
from pathlib import Path

import pytest

from tests.hub import Hub

SAMPLES = Path(__file__).parents[3] / "events" / "samples" / "shopify"
FORGED = base64.b64encode(bytes(32)).decode()
REQUESTS = {
    "customers/data_request": "customers_data_request__camille_asks.json",
    "customers/redact": "customers_redact__camille_leaves.json",
    "shop/redact": "shop_redact__two_days_after_the_app_went.json",
}


@pytest.mark.parametrize("topic", REQUESTS)
def test_a_privacy_request_with_a_bad_signature_is_refused_and_not_written(local_hub: Hub, topic: str) -> None:
    local_hub.connect("shopify", "shop-fr")
    body = (SAMPLES / REQUESTS[topic]).read_bytes()
    forged = local_hub.send("shop-fr", body, topic, {"X-Shopify-Hmac-Sha256": FORGED})
    unsigned = local_hub.send("shop-fr", body, topic, {"X-Shopify-Hmac-Sha256": ""})
    assert [(each.status, each.problem()) for each in (forged, unsigned)] == [
        (401, "signature_wrong"),
        (401, "signature_missing"),
    ]
    assert local_hub.items("Inbox") == []


@pytest.mark.parametrize("topic", REQUESTS)
def test_a_privacy_request_is_taken_once(local_hub: Hub, topic: str) -> None:
    local_hub.connect("shopify", "shop-fr")
    body = (SAMPLES / REQUESTS[topic]).read_bytes()
    named = {"X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"}
    assert [local_hub.send("shop-fr", body, topic, named).status for _ in range(2)] == [202, 200]
    assert len(local_hub.items("Inbox")) == 1
