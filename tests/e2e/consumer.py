"""An outside consumer of the hub's bus: it hears everything, and knows of it what is published."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ops.hub.deploy import Hub
from tests.published import breaches

NAME = "outside-consumer"
PROBE = "ConsumerSubscribed"


class Consumer:
    """Subscribes to the bus of a hub. `breaches` says what of all that was heard breaks the contract."""

    def __init__(self, hub: Hub) -> None:
        self._sqs, events, bus = hub.clients("sqs"), hub.clients("events"), hub.outputs["BusName"]
        hidden = {"VisibilityTimeout": "3600"}
        self._queue = self._sqs.create_queue(QueueName=NAME, Attributes=hidden)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        events.put_rule(Name=NAME, EventBusName=bus, EventPattern=json.dumps({"source": ["tributary"]}))
        events.put_targets(Rule=NAME, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        probe = {"EventBusName": bus, "Source": "tributary", "DetailType": PROBE, "Detail": "{}"}
        assert events.put_events(Entries=[probe])["FailedEntryCount"] == 0

    def breaches(self) -> list[str]:
        """Read everything that was heard. That nothing was heard at all is a breach too."""
        heard, found = Counter[str](), []
        for event in self._events():
            name = event["detail-type"]
            heard[name] += 1
            found += breaches(name, event["detail"]) if name != PROBE else []
        return found if heard[PROBE] else ["the consumer heard nothing"]

    def _events(self) -> Iterator[dict[str, Any]]:
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            yield from (json.loads(message["Body"]) for message in messages)
