"""SQS in memory: queues whose messages are hidden while somebody works on them."""

import itertools
import json
import time
from typing import Any

from tests.memory_aws.client import Answer, Asked, RefusedError, takes

HIDDEN = 30.0  # seconds; the queue's usual visibility timeout
LARGEST = 1_048_576
LONGEST = 43_200

Message = dict[str, Any]


class Queues:
    """The service."""

    def __init__(self, endpoint: str, account: str) -> None:
        self._root = f"{endpoint}/{account}/"
        self._queues: dict[str, list[Message]] = {}
        self._numbers = itertools.count(1)

    def _queue(self, asked: Asked) -> list[Message]:
        url = asked["QueueUrl"]
        if url not in self._queues:
            raise _unknown()
        return self._queues[url]

    @takes("QueueName")
    def create_queue(self, asked: Asked) -> Answer:
        """Make a queue, or give the one of this name."""
        url = self._root + asked["QueueName"]
        self._queues.setdefault(url, [])
        return {"QueueUrl": url}

    @takes("QueueUrl")
    def delete_queue(self, asked: Asked) -> Answer:
        """Take a queue away with what is in it."""
        self._queue(asked)
        del self._queues[asked["QueueUrl"]]
        return {}

    @takes("QueueName")
    def get_queue_url(self, asked: Asked) -> Answer:
        """Say where a queue is."""
        url = self._root + asked["QueueName"]
        if url not in self._queues:
            raise _unknown()
        return {"QueueUrl": url}

    @takes("")
    def list_queues(self, asked: Asked) -> Answer:
        """List the queues."""
        return {"QueueUrls": list(self._queues)} if self._queues else {}

    @takes("QueueUrl MessageBody")
    def send_message(self, asked: Asked) -> Answer:
        """Put a message on a queue."""
        queue, body = self._queue(asked), asked["MessageBody"]
        if not body:
            raise RefusedError("MissingParameter", "The request must contain the parameter MessageBody.")
        if len(body.encode()) > LARGEST:
            reason = f"One or more parameters are invalid. Reason: Message must be shorter than {LARGEST} bytes."
            raise RefusedError("InvalidParameterValue", reason)
        return {"MessageId": self._add(queue, body)}

    @takes("QueueUrl Entries")
    def send_message_batch(self, asked: Asked) -> Answer:
        """Put up to ten messages on a queue."""
        queue, entries = self._queue(asked), asked["Entries"]
        names = [each["Id"] for each in entries]
        if not entries:
            raise RefusedError("AWS.SimpleQueueService.EmptyBatchRequest", "There is no message in the batch.")
        if len(names) > 10:
            raise RefusedError("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "More than 10 messages.")
        if len(set(names)) != len(names):
            raise RefusedError("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Two messages have one id.")
        if sum(len(each["MessageBody"].encode()) for each in entries) > LARGEST:
            raise RefusedError("AWS.SimpleQueueService.BatchRequestTooLong", "The messages are too long together.")
        sent = [{"Id": each["Id"], "MessageId": self._add(queue, each["MessageBody"])} for each in entries]
        return {"Successful": sent, "Failed": []}

    def _add(self, queue: list[Message], body: str) -> str:
        number = f"message-{next(self._numbers)}"
        queue.append({"MessageId": number, "Body": body, "seen_from": 0.0, "taken": ""})
        return number

    @takes("QueueUrl", "MaxNumberOfMessages VisibilityTimeout")
    def receive_message(self, asked: Asked) -> Answer:
        """Give messages that nobody works on, and hide them for a while."""
        moment = time.monotonic()
        most = asked.get("MaxNumberOfMessages", 1)
        free = [each for each in self._queue(asked) if each["seen_from"] <= moment][:most]
        for each in free:
            each["seen_from"] = moment + asked.get("VisibilityTimeout", HIDDEN)
            each["taken"] = f"{each['MessageId']} {next(self._numbers)}"
        given = [
            {"MessageId": each["MessageId"], "ReceiptHandle": each["taken"], "Body": each["Body"]} for each in free
        ]
        return {"Messages": given} if given else {}

    @takes("QueueUrl ReceiptHandle")
    def delete_message(self, asked: Asked) -> Answer:
        """Take a message off a queue; one that is gone is gone."""
        queue = self._queue(asked)
        queue[:] = [each for each in queue if each["MessageId"] != asked["ReceiptHandle"].partition(" ")[0]]
        return {}

    @takes("QueueUrl ReceiptHandle VisibilityTimeout")
    def change_message_visibility(self, asked: Asked) -> Answer:
        """Say how long a message stays hidden from now on."""
        queue, seconds = self._queue(asked), asked["VisibilityTimeout"]
        if not 0 <= seconds <= LONGEST:
            reason = f"Value {seconds} for parameter VisibilityTimeout is invalid."
            raise RefusedError(
                "InvalidParameterValue", f"{reason} Reason: Total VisibilityTimeout is beyond the limit."
            )
        found = [each for each in queue if each["taken"] == asked["ReceiptHandle"]]
        if not found:
            raise RefusedError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", 404)
        found[0]["seen_from"] = time.monotonic() + seconds
        return {}


def _unknown() -> RefusedError:
    return RefusedError("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")


class Bus:
    """EventBridge: it takes entries and keeps them for whoever wants to look."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._buses: set[str] = set()

    @takes("Name")
    def create_event_bus(self, asked: Asked) -> Answer:
        """Make a bus."""
        self._buses.add(asked["Name"])
        return {}

    @takes("Entries")
    def put_events(self, asked: Asked) -> Answer:
        """Take up to ten entries; one that is none is refused alone."""
        entries = asked["Entries"]
        if not 1 <= len(entries) <= 10:
            raise RefusedError("ValidationException", "Member must have length less than or equal to 10")
        answers = [_taken(each, number) for number, each in enumerate(entries)]
        self.entries += [each for each, answer in zip(entries, answers, strict=True) if "EventId" in answer]
        return {"FailedEntryCount": sum("ErrorCode" in each for each in answers), "Entries": answers}


def _taken(entry: dict[str, Any], number: int) -> Answer:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    try:
        json.loads(entry["Detail"])
    except ValueError:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    return {"EventId": f"event-{number}"}
