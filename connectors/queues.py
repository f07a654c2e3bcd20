"""Topic and payload of a message in a connection's queue (SQS), found as the manifest says."""

from typing import Any

from connectors.errors import TopicError
from connectors.manifest import Manifest, found_at


def topic_in(manifest: Manifest, message: Any) -> str:
    """Give the topic of a message. The manifest need not have it.

    A topic that the manifest has, but does not take from the queue, gets ` by queue` behind its name. So nothing takes
    the message for one of that topic.

    Raises:
        TopicError: the message names none.
    """
    queue = manifest.receives.queue
    found = found_at(queue.topic, message) if queue else None
    if queue is None or not isinstance(found, str) or not found:
        raise TopicError(f"{manifest.channel} sent a message that names no topic")
    if found in manifest.receives.topics and found not in queue.topics:
        return f"{found} by queue"
    return found


def payload_in(manifest: Manifest, message: Any) -> Any:
    """Give the payload of a message: the message itself where it comes without the envelope."""
    queue = manifest.receives.queue
    found = found_at(queue.payload, message) if queue else None
    return message if found is None else found
