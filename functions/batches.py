"""Go through the messages of a queue one by one: what fails is given back alone, and never stops the others."""

import json
import math
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from functions.runtime import client, logger

MAX_DELAY = 900  # seconds
TRIES = 3

T = TypeVar("T")


class LaterError(Exception):
    """This message should come again, `delay` seconds from now."""

    def __init__(self, message: str, delay: float) -> None:
        super().__init__(message)
        self.delay = delay


def work_through(
    event: dict[str, Any], do: Callable[[Any, str, int], None], read: Callable[[str], Any] = json.loads
) -> dict[str, Any]:
    """Call `do` for each message with its body, its queue's name and its attempt. Gives the partial batch response.

    A message for which `do` raises LaterError comes again after that delay. Any other that fails comes again after the
    visibility time-out of its queue. After its last attempt the queue moves it to its dead-letter queue.
    """
    failed = []
    for record in event["Records"]:
        logger.clear_state()  # the message before may have been another tenant's
        try:
            do(read(record["body"]), record["eventSourceARN"].rpartition(":")[2], attempt_of(record))
        except LaterError as later:
            logger.info("later", reason=str(later), delay=later.delay)
            _delay(record, later.delay)
            failed.append({"itemIdentifier": record["messageId"]})
        except Exception:  # noqa: BLE001 - parked, see below
            # The message stays in the queue with everything needed to do it again.
            logger.exception("message failed", message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def backoff(attempt: int, base: float = 1.0) -> float:
    """Give the seconds to wait after the n-th attempt: doubling, with jitter, at most fifteen minutes."""
    return min(float(MAX_DELAY), base * 2.0 ** min(attempt, 12)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def send_all(entries: Sequence[T], most: int, send: Callable[[Sequence[T]], list[T]]) -> list[T]:
    """Send entries in batches of at most `most`. Gives those that are still refused after three tries.

    `send` sends one batch and gives back what was refused of it; that is sent again. PutEvents and SendMessageBatch
    answer 200 even where they refuse some entries.
    """
    left = list(entries)
    for _ in range(TRIES):
        left = [each for start in range(0, len(left), most) for each in send(left[start : start + most])]
    return left


def attempt_of(record: dict[str, Any]) -> int:
    """Say how often a message was received, this time included."""
    return int(record["attributes"]["ApproximateReceiveCount"])


def _delay(record: dict[str, Any], seconds: float) -> None:
    _, account, name = record["eventSourceARN"].split(":")[3:]
    queue = client("sqs").meta.endpoint_url.rstrip("/") + f"/{account}/{name}"
    client("sqs").change_message_visibility(
        QueueUrl=queue,
        ReceiptHandle=record["receiptHandle"],
        VisibilityTimeout=min(MAX_DELAY, math.ceil(seconds)),
    )
