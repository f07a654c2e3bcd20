"""The Inbox: what channels sent, byte for byte, written once under a deterministic id."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from records import ids
from records.errors import ConflictError
from records.store.dynamo import translated
from records.store.packing import compress, decompress
from records.store.wire import from_wire, to_wire

INLINE = 300 * 1024  # a DynamoDB item holds 400 KB; larger bodies lie in the bucket
KEEP_DAYS = 90
TOMBSTONE = b'{"erased":true}'


@dataclass(frozen=True)
class Delivery:
    """One payload at the door.

    `delivery` is its idempotency key: the channel's own id of it, or a digest of what makes it the same.
    """

    tenant: str
    connection_id: str
    topic: str
    delivery: str
    body: bytes
    received_at: str
    content_type: str = "application/json"
    cause: str | None = None
    hop: int = 0


@dataclass(frozen=True)
class Receipt:
    """How a delivery was taken. `repeated`: it was here before. `conflict`: the same id came with another body."""

    event_id: str
    repeated: bool
    conflict: bool = False


class Inbox:
    """The Inbox table, and the bucket for bodies that do not fit an item."""

    def __init__(self, dynamo: Any, table: str, s3: Callable[[], Any], bucket: str) -> None:
        self._dynamo, self._table, self._s3, self._bucket = dynamo, table, s3, bucket

    def receive(self, delivery: Delivery, epoch: float) -> Receipt:
        """Make a delivery durable, once. The same id with another body is an event of its own, marked as a conflict.

        Raises:
            StoreUnavailableError: it may not be durable; the channel must send it again.
        """
        event_id = ids.event_id(delivery.tenant, delivery.connection_id, delivery.delivery)
        digest = hashlib.sha256(delivery.body).hexdigest()
        known = self._put(event_id, delivery, digest, epoch, conflict=False)
        if known is None:
            return Receipt(event_id, repeated=False)
        if known == digest:
            return Receipt(event_id, repeated=True)
        other_id = ids.event_id(delivery.tenant, delivery.connection_id, f"{delivery.delivery} {digest}")
        known = self._put(other_id, delivery, digest, epoch, conflict=True)
        return Receipt(other_id, repeated=known is not None, conflict=True)

    def _put(self, event_id: str, delivery: Delivery, digest: str, epoch: float, *, conflict: bool) -> str | None:
        """Write the item unless it is there; then give the digest of the body that is."""
        item: dict[str, Any] = {
            "pk": f"{delivery.tenant}#{event_id}",
            "event_id": event_id,
            "tenant": delivery.tenant,
            "connection_id": delivery.connection_id,
            "topic": delivery.topic,
            "delivery": delivery.delivery,
            "received_at": delivery.received_at,
            "hour": f"{delivery.tenant}#{delivery.received_at[:13]}",
            "content_type": delivery.content_type,
            "digest": digest,
            "size": len(delivery.body),
            "hop": delivery.hop,
            "expires_at": int(epoch) + KEEP_DAYS * 86400,
        }
        if delivery.cause:
            item["cause"] = delivery.cause
        if conflict:
            item["conflict"] = True
        packed = compress(delivery.body)
        if len(packed) <= INLINE:
            item["body"] = packed
        else:
            item["body_key"] = f"{delivery.tenant}/{event_id}/{digest}"
            self._s3().put_object(Bucket=self._bucket, Key=item["body_key"], Body=packed)
        try:
            self._put_item(item)
        except ConflictError as error:
            return str(self._found(error, item["pk"])["digest"])
        return None

    @translated
    def _put_item(self, item: dict[str, Any]) -> None:
        self._dynamo.put_item(
            TableName=self._table,
            Item=to_wire(item),
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    def _found(self, error: ConflictError, pk: str) -> dict[str, Any]:
        """Give the item that was in the way; DynamoDB sends it along with the refusal."""
        there = getattr(error.__cause__, "response", {}).get("Item")
        return from_wire(there) if there else self._read([pk])[pk]

    def erase(self, tenant: str, event_id: str, at: str, left: bytes | None) -> None:
        """Replace a body by what is left of it after redaction; None: by a tombstone.

        When it was received and its digest stay, so that a repeat is known. Whatever reads the payload from now on (a
        replay, an export) reads what is left.
        """
        pk = f"{tenant}#{event_id}"
        item = self._plain(pk)
        put: dict[str, Any] = {"erased_at" if left is None else "redacted_at": at, "content_type": "application/json"}
        packed = compress(TOMBSTONE if left is None else left)
        if "body_key" in item:  # the object first: an item that says it is erased must not lead to a body that is not
            self._s3().put_object(Bucket=self._bucket, Key=item["body_key"], Body=packed)
        else:
            put["body"] = packed
        self._update(pk, put)

    @translated
    def _plain(self, pk: str) -> dict[str, Any]:
        answer = self._dynamo.batch_get_item(
            RequestItems={self._table: {"Keys": [{"pk": {"S": pk}}], "ConsistentRead": True}}
        )
        return from_wire(answer["Responses"][self._table][0])

    @translated
    def _update(self, pk: str, put: dict[str, Any]) -> None:
        self._dynamo.update_item(
            TableName=self._table,
            Key={"pk": {"S": pk}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in put),
            ConditionExpression="attribute_exists(pk)",  # it may have expired meanwhile
            ExpressionAttributeNames={f"#{name}": name for name in put},
            ExpressionAttributeValues={f":{name}": value for name, value in to_wire(put).items()},
        )

    def read(self, tenant: str, event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read events by id with their bodies as bytes under `body`; unknown ids are missing from the answer."""
        found = self._read([f"{tenant}#{event_id}" for event_id in event_ids])
        for item in found.values():
            packed = item.get("body") or self._fetch(item["body_key"])
            item["body"] = decompress(packed)
        return {item["event_id"]: item for item in found.values()}

    def _fetch(self, key: str) -> bytes:
        return bytes(self._s3().get_object(Bucket=self._bucket, Key=key)["Body"].read())

    @translated
    def _read(self, pks: Sequence[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        wanted = [{"pk": {"S": pk}} for pk in dict.fromkeys(pks)]
        while wanted:
            batch, wanted = wanted[:25], wanted[25:]  # 25 bodies of up to 400 KB; an answer holds 16 MB
            answer = self._dynamo.batch_get_item(
                RequestItems={self._table: {"Keys": batch, "ConsistentRead": True}},
            )
            for wire in answer["Responses"].get(self._table, []):
                item = from_wire(wire)
                found[item["pk"]] = item
            wanted += answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return found

    @translated
    def received(self, tenant: str, hour: str, *, after: str = "", limit: int = 1000) -> list[dict[str, Any]]:
        """List what was received in an hour (`2026-01-31T09`), oldest first, without bodies: about `limit` of it.

        A page ends with a whole millisecond. So the next page, `after` the time of its last item, leaves nothing out.
        """
        found: list[dict[str, Any]] = []
        start: dict[str, Any] = {}
        while True:
            answer = self._dynamo.query(
                TableName=self._table,
                IndexName="by_time",
                KeyConditionExpression="#h = :h AND received_at > :a",
                ExpressionAttributeNames={"#h": "hour"},
                ExpressionAttributeValues={":h": {"S": f"{tenant}#{hour}"}, ":a": {"S": after or "0"}},
                Limit=limit,
                **start,
            )
            found += [from_wire(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return found
            whole = [item for item in found if item["received_at"] < found[-1]["received_at"]]
            if whole:
                return whole
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
