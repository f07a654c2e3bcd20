"""DynamoDB in memory: tables and their indexes, the few expressions we use, transactions, pages, and its limits."""

import marshal
from collections.abc import Callable, Iterable
from typing import Any

from tests.memory_aws.client import Answer, Asked, RefusedError, check_length, takes
from tests.memory_aws.expressions import check_all_used, holds, updated

Wire = dict[str, Any]
Key = tuple[str, ...]
PAGE = 1_000_000  # bytes
ITEM = 400 * 1024
KEY = {"HASH": 2048, "RANGE": 1024}
CONDITIONAL = (
    "ExpressionAttributeNames ExpressionAttributeValues ConditionExpression ReturnValuesOnConditionCheckFailure"
)
READ = "ExpressionAttributeNames ExpressionAttributeValues ExclusiveStartKey Limit ConsistentRead"


def _invalid(message: str) -> RefusedError:
    return RefusedError("ValidationException", message)


def _copied(item: Wire) -> Wire:
    """Copy an item; what is kept and what is given never changes with the other."""
    copied: Wire = marshal.loads(marshal.dumps(item))
    return copied


def size_of(value: Any) -> int:
    """Give about what DynamoDB reckons for a value: names and contents."""
    if isinstance(value, dict):
        return sum(len(name.encode()) + size_of(inner) for name, inner in value.items())
    if isinstance(value, list):
        return sum(map(size_of, value))
    return len(value.encode()) if isinstance(value, str) else len(value) if isinstance(value, bytes) else 1


class Index:
    """What orders a table, or one of its indexes: a hash key and perhaps a sort key, and which fields it gives."""

    def __init__(self, schema: list[dict[str, str]], projection: Iterable[str] | None = None) -> None:
        by_type = {each["KeyType"]: each["AttributeName"] for each in schema}
        self.keys = tuple(by_type[kind] for kind in ("HASH", "RANGE") if kind in by_type)
        self.projection = None if projection is None else set(projection)
        self.partitions: dict[str, dict[Key, Wire]] = {}

    def place(self, item: Wire) -> Key:
        """Give where an item stands; only where `lists` it."""
        return tuple(item[name]["S"] for name in self.keys)

    def replace(self, key: Key, old: Wire | None, new: Wire | None) -> None:
        """Take what lay under a key out of it, and what lies there now in, if it has all the fields that order it."""
        for item in (old, new):
            if item is not None and all(name in item for name in self.keys):
                partition = self.partitions.setdefault(item[self.keys[0]]["S"], {})
                partition.pop(key, None) if item is old else partition.update({key: item})

    def partition(self, asked: Asked) -> Iterable[Wire]:
        """Give the items of the partition that a query names."""
        name, _, rest = asked["KeyConditionExpression"].partition(" = ")
        if asked.get("ExpressionAttributeNames", {}).get(name, name) != self.keys[0]:
            raise _invalid(f"Query condition missed key schema element: {self.keys[0]}")
        return self.partitions.get(asked["ExpressionAttributeValues"][rest.partition(" ")[0]]["S"], {}).values()

    def given(self, item: Wire) -> Wire:
        """Give the fields of an item that it holds."""
        if self.projection is None:
            return item
        return {name: value for name, value in item.items() if name in self.projection}


class Table:
    """Items by their key."""

    def __init__(self, asked: Asked) -> None:
        self.main = Index(asked["KeySchema"])
        self.indexes = {each["IndexName"]: self._index(each) for each in asked.get("GlobalSecondaryIndexes", [])}
        self.items: dict[Key, Wire] = {}

    def _index(self, asked: Asked) -> Index:
        schema, projection = asked["KeySchema"], asked["Projection"]
        keys = [*self.main.keys, *(each["AttributeName"] for each in schema)]
        is_whole = projection["ProjectionType"] == "ALL"
        return Index(schema, None if is_whole else [*keys, *projection.get("NonKeyAttributes", [])])

    def key(self, given: Wire) -> Key:
        """Read a key as it stands in a request."""
        if set(given) != set(self.main.keys):
            raise _invalid("The provided key element does not match the schema")
        return self.main.place(given)

    def check(self, item: Wire) -> None:
        """Refuse an item that no table would take."""
        for index in (self.main, *self.indexes.values()):
            for name, kind in zip(index.keys, KEY, strict=False):
                if index is not self.main and name not in item:
                    continue
                value = item.get(name, {}).get("S")
                if value is None:
                    raise _invalid("One or more parameter values were invalid: Missing the key or Type mismatch")
                if not value:
                    raise _invalid("One or more parameter values are not valid: a key cannot be an empty string")
                if len(value.encode()) > KEY[kind]:
                    raise _invalid(f"One or more parameter values were invalid: a key is longer than {KEY[kind]}")
        if size_of(item) > ITEM:
            raise _invalid("Item size has exceeded the maximum allowed size")

    def put(self, asked: Asked) -> Callable[[], Wire]:
        """Check a put; gives what does it."""
        check_all_used(asked, "ConditionExpression")
        self.check(asked["Item"])
        key = self.main.place(asked["Item"])
        self._check_condition(asked, key)
        return lambda: self._keep(key, asked["Item"])

    def update(self, asked: Asked) -> Callable[[], Wire]:
        """Check an update; gives what does it."""
        check_all_used(asked, "ConditionExpression", "UpdateExpression")
        key = self.key(asked["Key"])
        made = updated(asked, self.items.get(key) or asked["Key"])
        self._check_condition(asked, key)
        self.check(made)
        return lambda: self._keep(key, made)

    def _keep(self, key: Key, item: Wire) -> Wire:
        kept = _copied(item)
        self.replace(key, kept)
        return kept

    def replace(self, key: Key, new: Wire | None) -> None:
        """Let this lie under a key from now on, in every index."""
        old = self.items.pop(key, None)
        if new is not None:
            self.items[key] = new
        for index in (self.main, *self.indexes.values()):
            index.replace(key, old, new)

    def _check_condition(self, asked: Asked, key: Key) -> None:
        there = self.items.get(key, {})
        if not holds(asked, "ConditionExpression", there):
            old = asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and there
            more: dict[str, Any] = {"Item": _copied(there)} if old else {}
            raise RefusedError("ConditionalCheckFailedException", "The conditional request failed", **more)

    def page(self, asked: Asked, index: Index, fitting: list[Wire]) -> Answer:
        """Give the items from where the page before ended, as many as a page takes."""

        def order(item: Wire) -> Key:
            return (*index.place(item), *self.main.place(item))

        backwards = not asked.get("ScanIndexForward", True)
        found = sorted(fitting, key=order, reverse=backwards)
        if start := asked.get("ExclusiveStartKey"):
            after = order(start)
            found = [item for item in found if (order(item) < after if backwards else order(item) > after)]
        taken, size = 0, 0
        for item in found:
            size += size_of(item)
            if taken == asked.get("Limit", -1) or (size > PAGE and taken):
                break
            taken += 1
        page = found[:taken]
        answer: Answer = {}
        if page and taken < len(found):
            named = {*index.keys, *self.main.keys}
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in named}
        given = [_copied(index.given(item)) for item in page if holds(asked, "FilterExpression", item)]
        return {"Items": given, "Count": len(given), "ScannedCount": len(page), **answer}


class DynamoDb:
    """The service."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            raise RefusedError("ResourceNotFoundException", "Requested resource not found")
        return self._tables[name]

    @takes("TableName KeySchema AttributeDefinitions", "BillingMode GlobalSecondaryIndexes")
    def create_table(self, asked: Asked) -> Answer:
        """Make a table."""
        self._tables[asked["TableName"]] = Table(asked)
        return {}

    @takes("TableName Key", "ConsistentRead")
    def get_item(self, asked: Asked) -> Answer:
        """Read an item."""
        table = self._table(asked["TableName"])
        item = table.items.get(table.key(asked["Key"]))
        return {"Item": _copied(item)} if item else {}

    @takes("RequestItems")
    def batch_get_item(self, asked: Asked) -> Answer:
        """Read up to 100 items."""
        answers = {}
        for name, wanted in asked["RequestItems"].items():
            table = self._table(name)
            keys = [table.key(key) for key in wanted["Keys"]]
            check_length("Keys", keys)
            if len(keys) > 100:
                raise _invalid("Too many items requested for the BatchGetItem call")
            if len(set(keys)) != len(keys):
                raise _invalid("Provided list of item keys contains duplicates")
            answers[name] = [_copied(table.items[key]) for key in keys if key in table.items]
        return {"Responses": answers, "UnprocessedKeys": {}}

    @takes("TableName Item", CONDITIONAL)
    def put_item(self, asked: Asked) -> Answer:
        """Write an item."""
        self._table(asked["TableName"]).put(asked)()
        return {}

    @takes("TableName Key UpdateExpression", f"{CONDITIONAL} ReturnValues")
    def update_item(self, asked: Asked) -> Answer:
        """Write some fields of an item."""
        made = self._table(asked["TableName"]).update(asked)()
        return {"Attributes": _copied(made)} if asked.get("ReturnValues") == "ALL_NEW" else {}

    @takes("TableName Key")
    def delete_item(self, asked: Asked) -> Answer:
        """Take an item away; one that is not there is away already."""
        table = self._table(asked["TableName"])
        table.replace(table.key(asked["Key"]), None)
        return {}

    @takes("TransactItems", "ClientRequestToken")
    def transact_write_items(self, asked: Asked) -> Answer:
        """Write all or nothing."""
        actions = [each.popitem() for each in map(dict, asked["TransactItems"])]
        check_length("TransactItems", actions)
        if len(actions) > 100:
            raise _invalid("Member must have length less than or equal to 100")
        places, writes, reasons = set(), [], []
        for kind, action in actions:
            table = self._table(action["TableName"])
            key = table.main.place(action["Item"] if kind == "Put" else action["Key"])
            places.add((action["TableName"], key))
        if len(places) != len(actions):
            raise _invalid("Transaction request cannot include multiple operations on one item")
        for kind, action in actions:
            try:
                writes.append(getattr(self._table(action["TableName"]), kind.lower())(action))
                reasons.append({"Code": "None"})
            except RefusedError as refused:
                error = refused.content["Error"]
                if error["Code"] != "ConditionalCheckFailedException":
                    raise
                reasons.append({"Code": "ConditionalCheckFailed", "Message": error["Message"]})
        if len(writes) < len(actions):
            named = ", ".join(each["Code"] for each in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{named}]"
            raise RefusedError("TransactionCanceledException", message, CancellationReasons=reasons)
        for write in writes:
            write()
        return {}

    @takes("TableName KeyConditionExpression", f"{READ} IndexName ScanIndexForward")
    def query(self, asked: Asked) -> Answer:
        """Read a partition of a table or an index, in order."""
        table = self._table(asked["TableName"])
        check_all_used(asked, "KeyConditionExpression")
        index = table.indexes[asked["IndexName"]] if "IndexName" in asked else table.main
        if index is not table.main and asked.get("ConsistentRead"):
            raise _invalid("Consistent reads are not supported on global secondary indexes")
        partition = index.partition(asked)
        return table.page(asked, index, [item for item in partition if holds(asked, "KeyConditionExpression", item)])

    @takes("TableName", f"{READ} FilterExpression")
    def scan(self, asked: Asked) -> Answer:
        """Read a whole table; a filter leaves out of a page what was read for it."""
        table = self._table(asked["TableName"])
        return table.page(asked, table.main, list(table.items.values()))
