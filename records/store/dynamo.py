"""The store on DynamoDB. One call for one action, one transaction for several."""

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from records.errors import ConflictError, RecordError, StoreUnavailableError
from records.store.actions import Absent, AbsentOr, Action, Below, Condition, Is, Item, Key, Put
from records.store.wire import from_wire, to_value, to_wire

CONFLICTS = {"ConditionalCheckFailedException", "ConditionalCheckFailed", "TransactionConflict"}
CONFLICTS |= {"TransactionConflictException", "TransactionInProgressException"}
BUSY = {"ProvisionedThroughputExceededException", "ThrottlingException", "ThrottlingError", "RequestLimitExceeded"}
BUSY |= {"ProvisionedThroughputExceeded", "InternalServerError", "ServiceUnavailable", "InternalFailure"}
MOST_ROUNDS = 20  # batches that may come back unfinished before a read is given up

P = ParamSpec("P")
T = TypeVar("T")


def translated(call: Callable[P, T]) -> Callable[P, T]:
    """Make a call to DynamoDB raise our errors."""

    def translate(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except ClientError as error:
            raise meaning(error) from error
        except BotoCoreError as error:
            raise StoreUnavailableError(f"DynamoDB did not answer: {type(error).__name__}") from error

    return translate


def meaning(error: ClientError) -> RecordError:
    """Give our error for one of DynamoDB's. A conflict outweighs a throttle: reading again mends both."""
    code = error.response["Error"]["Code"]
    codes = {code} | {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])}
    if codes & CONFLICTS:
        return ConflictError(f"DynamoDB: {', '.join(sorted(codes & CONFLICTS))}")
    if codes & BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return StoreUnavailableError(f"DynamoDB: {', '.join(sorted(codes & BUSY)) or code}")
    return RecordError(f"DynamoDB refuses: {error.response['Error'].get('Message', code)}")


class DynamoStore:
    """Items of one table with keys `pk` and `sk`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read items, at most 100 in a batch.

        A batch may leave some unread, because the answer is too large or the table is busy: they are asked for again.

        Raises:
            StoreUnavailableError: some are still unread after many batches.
        """
        found: dict[Key, Item] = {}
        wanted = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in dict.fromkeys(keys)]
        rounds = MOST_ROUNDS + len(wanted) // 10
        while wanted:
            rounds -= 1
            if rounds < 0:
                raise StoreUnavailableError(f"DynamoDB leaves {len(wanted)} items unread")
            batch, wanted = wanted[:100], wanted[100:]
            answer = self._batch_get({self._table: {"Keys": batch, "ConsistentRead": consistent}})
            for wire in answer["Responses"].get(self._table, []):
                item = from_wire(wire)
                found[item["pk"], item["sk"]] = item
            wanted += answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return found

    @translated
    def _batch_get(self, request: dict[str, Any]) -> Any:
        return self._client.batch_get_item(RequestItems=request)

    @translated
    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition in order of sort key, every page of it."""
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            condition, values = f"{condition} AND begins_with(sk, :sk)", {**values, ":sk": {"S": prefix}}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        return [from_wire(item) for page in pages for item in page["Items"]]

    @translated
    def page(self, pk: str, *, before: str, limit: int) -> list[Item]:
        """Read a page of a partition backwards: at most `limit` items with a sort key below `before`."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk < :sk",
            ExpressionAttributeValues={":pk": {"S": pk}, ":sk": {"S": before}},
            ScanIndexForward=False,
            Limit=limit,
            ConsistentRead=True,
        )
        return [from_wire(item) for item in answer["Items"]]

    @translated
    def scan(self, start: Item | None, limit: int) -> tuple[list[Item], Item | None]:
        """Read a page of the whole table, and where the next one starts."""
        begin = {"ExclusiveStartKey": to_wire(start)} if start else {}
        answer = self._client.scan(TableName=self._table, Limit=limit, ConsistentRead=True, **begin)
        last = answer.get("LastEvaluatedKey")
        return [from_wire(item) for item in answer["Items"]], from_wire(last) if last else None

    @translated
    def index(
        self, name: str, field: str, value: str, *, limit: int, start: Item | None = None
    ) -> tuple[list[Key], Any]:
        """Read one page of keys from an index, newest first, and where the next page starts."""
        answer = self._client.query(
            TableName=self._table,
            IndexName=name,
            KeyConditionExpression="#f = :v",
            ExpressionAttributeNames={"#f": field},
            ExpressionAttributeValues={":v": {"S": value}},
            ScanIndexForward=False,
            Limit=limit,
            **({"ExclusiveStartKey": to_wire(start)} if start else {}),
        )
        last = answer.get("LastEvaluatedKey")
        return [(i["pk"]["S"], i["sk"]["S"]) for i in answer["Items"]], from_wire(last) if last else None

    @translated
    def due(self, name: str, listed: tuple[str, str], until: tuple[str, str]) -> list[Key]:
        """Read keys from an index: those of one list, whose sort key is at most a value.

        `listed` and `until` are (field, value): of the list, and of the sort key.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=name,
            KeyConditionExpression="#l = :l AND #u <= :u",
            ExpressionAttributeNames={"#l": listed[0], "#u": until[0]},
            ExpressionAttributeValues={":l": {"S": listed[1]}, ":u": {"S": until[1]}},
        )
        return [(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]]

    @translated
    def write(self, actions: Sequence[Action]) -> None:
        """Do all of it or nothing. botocore makes a transaction's idempotency token, so its own retries write once."""
        requests = [request(action, self._table) for action in actions]
        if len(requests) == 1:
            kind, arguments = requests[0]
            call = self._client.put_item if kind == "Put" else self._client.update_item
            call(**arguments)
        elif requests:
            self._client.transact_write_items(TransactItems=[{kind: arguments} for kind, arguments in requests])


def request(action: Action, table: str) -> tuple[str, dict[str, Any]]:
    """Give an action as DynamoDB's own request."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}

    def name(text: str) -> str:
        placeholder = f"#n{len(names)}"
        names[placeholder] = text
        return placeholder

    def value(content: Any) -> str:
        placeholder = f":v{len(values)}"
        values[placeholder] = to_value(content)
        return placeholder

    arguments: dict[str, Any] = {"TableName": table}
    if isinstance(action, Put):
        arguments["Item"] = to_wire(action.item)
    else:
        arguments["Key"] = {"pk": {"S": action.key[0]}, "sk": {"S": action.key[1]}}
        clauses = {
            "SET": [f"{name(field)} = {value(content)}" for field, content in action.put.items()],
            "REMOVE": [name(field) for field in action.remove],
            "ADD": [f"{name(field)} {value(amount)}" for field, amount in action.add.items()],
        }
        arguments["UpdateExpression"] = " ".join(f"{verb} {', '.join(made)}" for verb, made in clauses.items() if made)
    if action.when is not None:
        arguments["ConditionExpression"] = _expression(action.when, name, value)
    if names:
        arguments["ExpressionAttributeNames"] = names
    if values:
        arguments["ExpressionAttributeValues"] = values
    return ("Put" if isinstance(action, Put) else "Update"), arguments


def _expression(condition: Condition, name: Callable[[str], str], value: Callable[[Any], str]) -> str:
    match condition:
        case Absent():
            return "attribute_not_exists(pk)"
        case Is(field, None):
            return f"attribute_exists(pk) AND attribute_not_exists({name(field)})"
        case Is(field, content):
            return f"{name(field)} = {value(content)}"
        case AbsentOr(field, content):
            return f"attribute_not_exists(pk) OR {name(field)} = {value(content)}"
        case Below(field, content):
            return f"attribute_not_exists({name(field)}) OR {name(field)} < {value(content)}"
