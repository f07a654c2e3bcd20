"""What a manifest says of a message in a queue: its topic and its payload, with an envelope or without."""

from typing import Any

import pytest

from connectors import catalogue, queues
from connectors.errors import TopicError
from connectors.manifest import Manifest

AMAZON = catalogue.connector("amazon").manifest
SALESFORCE = catalogue.connector("salesforce").manifest
ORDER = {"NotificationType": "ORDER_CHANGE", "Payload": {}}
CHANGE = {"ChangeEventHeader": {"entityName": "Account"}}


@pytest.mark.parametrize(
    ("manifest", "message", "topic", "payload"),
    [
        (AMAZON, ORDER, "ORDER_CHANGE", ORDER),
        (AMAZON, {"detail-type": "ORDER_CHANGE", "detail": ORDER}, "ORDER_CHANGE", ORDER),
        (AMAZON, {"notificationType": "ITEM_INVENTORY_EVENT_CHANGE"}, "ITEM_INVENTORY_EVENT_CHANGE", ...),
        (AMAZON, {"NotificationType": "FEE_PROMOTION"}, "FEE_PROMOTION", ...),
        (SALESFORCE, CHANGE, "AccountChangeEvent", CHANGE),
        (SALESFORCE, {"detail": {"payload": CHANGE, "schemaId": "s"}}, "AccountChangeEvent", CHANGE),
        (SALESFORCE, {"data": {"payload": CHANGE, "event": {"replayId": 1}}}, "AccountChangeEvent", CHANGE),
    ],
)
def test_topic_and_payload_are_found_with_and_without_the_envelope(
    manifest: Manifest, message: Any, topic: str, payload: Any
) -> None:
    assert queues.topic_in(manifest, message) == topic
    assert queues.payload_in(manifest, message) == (message if payload is ... else payload)


def test_a_topic_that_is_fetched_has_another_name_in_the_queue() -> None:
    assert "order" in AMAZON.receives.topics
    assert queues.topic_in(AMAZON, {"NotificationType": "order"}) == "order by queue"
    assert "order by queue" not in AMAZON.receives.topics


@pytest.mark.parametrize("message", [None, 7, [], {}, {"NotificationType": ""}, {"detail": "text"}, {"detail": {}}])
def test_a_message_without_a_topic_is_a_typed_error(message: Any) -> None:
    for manifest in (AMAZON, SALESFORCE, catalogue.connector("mirakl").manifest):
        with pytest.raises(TopicError, match="sent a message that names no topic"):
            queues.topic_in(manifest, message)


@pytest.mark.parametrize("name", catalogue.names())
def test_what_comes_by_queue_is_known_by_an_id_of_its_own(name: str) -> None:
    """SQS and EventBridge deliver at least once."""
    receives = catalogue.connector(name).manifest.receives
    for topic in receives.queue.topics if receives.queue else ():
        assert receives.topics[topic].delivery or receives.delivery, topic
