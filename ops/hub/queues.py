"""How much waits in a hub's queues."""

from ops.hub.deploy import Hub

DEAD = "-dead"  # what the name of a dead-letter queue ends with
COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


def depths(hub: Hub) -> dict[str, dict[str, int]]:
    """Count the messages in each of the hub's queues: `{queue: {waiting, in_flight}}`."""
    sqs, found = hub.clients("sqs"), {}
    for url in sqs.list_queues(QueueNamePrefix=hub.name, MaxResults=1000).get("QueueUrls", []):
        said = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))["Attributes"]
        visible, delayed, in_flight = (int(said.get(name, 0)) for name in COUNTS)
        found[url.rpartition("/")[2]] = {"waiting": visible + delayed, "in_flight": in_flight}
    return found


def live(hub: Hub) -> int:
    """Count the messages in the queues that functions read: those that wait and those in flight."""
    counted = depths(hub).items()
    return sum(each["waiting"] + each["in_flight"] for name, each in counted if not name.endswith(DEAD))


def dead(hub: Hub) -> dict[str, int]:
    """Count the messages in each dead-letter queue. Empty queues are left out."""
    return {name: each["waiting"] for name, each in depths(hub).items() if name.endswith(DEAD) and each["waiting"]}
