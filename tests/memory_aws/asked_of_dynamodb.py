"""What DynamoDB is asked, to compare two of it: items, conditions, batches, transactions, pages."""

import json
from typing import Any

from tests.memory_aws.both import Aws

OPEN = "attribute_not_exists(pk)"


def text(value: str) -> dict[str, str]:
    return {"S": value}


def number(value: str) -> dict[str, str]:
    return {"N": value}


def record(pk: str, sk: str = "A", **more: Any) -> dict[str, Any]:
    return {"pk": text(pk), "sk": text(sk), **more}


def items(aws: Aws) -> None:
    """Write, read, change and refuse single items."""

    def call(operation: str, **asked: Any) -> Any:
        return aws.call("dynamodb", operation, **{"TableName": "Records", **asked})

    one = record("t#1", n=number("1"), deep={"M": {"list": {"L": [number("1.50"), {"NULL": True}, {"B": b"\x00"}]}}})
    call("get_item", Key=record("t#1"))
    call("put_item", Item=one, ConditionExpression=OPEN)
    call("put_item", Item=one, ConditionExpression=OPEN)
    call("put_item", Item=one, ConditionExpression=OPEN, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    call("get_item", Key=record("t#1"), ConsistentRead=True)
    call("get_item", Key={"pk": text("t#1")})
    call("get_item", Key=record("t#1"), Colour="red")
    call("put_item", Item={"pk": text("t#1")})
    call("put_item", Item=record(""))
    call("put_item", Item=record("t#1", ""))
    call("put_item", Item=record("p" * 2049))
    call("put_item", Item=record("p" * 2048, "s" * 1025))
    call("put_item", Item=record("t#2", status_key=text(""), at=text("1")))
    call("put_item", Item=record("t#2", body={"B": bytes(420_000)}))
    call("put_item", TableName="Nothing", Item=record("t#1"))
    set_n = {"UpdateExpression": "SET #n = :n", "ExpressionAttributeNames": {"#n": "n"}}
    ten = {":n": number("10")}
    for condition in ("attribute_exists(pk)", "attribute_exists(pk) AND attribute_not_exists(#n)", "#n < :n"):
        for pk in ("t#1", "t#9"):
            asked = {**set_n, "ConditionExpression": condition, "ExpressionAttributeValues": ten}
            call("update_item", Key=record(pk), ReturnValues="ALL_NEW", **asked)
    for unused in ({":n": number("1"), ":m": number("2")}, {":m": number("2")}):
        call("update_item", Key=record("t#1"), **set_n, ExpressionAttributeValues=unused)
    add, values = "SET a = :a REMOVE deep ADD n :one", {":a": text("a"), ":one": number("1")}
    call(
        "update_item", Key=record("t#1"), UpdateExpression=add, ExpressionAttributeValues=values, ReturnValues="ALL_NEW"
    )
    call(
        "update_item", Key=record("t#8"), UpdateExpression=add, ExpressionAttributeValues=values, ReturnValues="ALL_NEW"
    )
    call(
        "update_item", Key=record("t#1"), UpdateExpression="ADD a :one", ExpressionAttributeValues={":one": number("1")}
    )
    call(
        "update_item",
        Key=record("t#1"),
        UpdateExpression="SET a = :a REMOVE a",
        ExpressionAttributeValues={":a": text("")},
    )
    call("update_item", Key=record("t#1"), UpdateExpression="SET sk = :a", ExpressionAttributeValues={":a": text("B")})
    call("update_item", Key=record("t#1"), UpdateExpression="")
    for _ in range(2):
        call("delete_item", Key=record("t#1"))
    call("get_item", Key=record("t#1"))


def conditions(aws: Aws) -> None:
    """Ask each condition of every kind of value, and of none."""
    values = [number("1"), number("1.0"), number("10"), text("1"), text("b"), {"BOOL": False}, {"B": b"1"}, {"L": []}]
    for kept in [None, *values]:
        item = {"pk": text("x"), "versions": {"L": [text("a")]}, **({"v": kept} if kept else {})}
        for wanted in values:
            for operator in ("=", "<", "<=", ">", ">=") if set(wanted) & {"N", "S"} else ("=",):
                aws.call("dynamodb", "put_item", TableName="Connections", Item=item)
                asked = {"ConditionExpression": f"#v {operator} :v AND size(versions) = :n"}
                asked |= {"ExpressionAttributeNames": {"#v": "v"}}
                asked |= {"ExpressionAttributeValues": {":v": wanted, ":n": number("1")}}
                if kept is None or set(kept) == set(wanted) or operator == "=":
                    aws.call("dynamodb", "put_item", TableName="Connections", Item=item, **asked)


def batches(aws: Aws) -> None:
    """Read many items at once, and too many."""
    for pk in "abc":
        aws.call("dynamodb", "put_item", TableName="Records", Item=record(pk))

    def read(*pks: str, table: str = "Records") -> None:
        keys = [record(pk) for pk in pks]
        answer = aws.call("dynamodb", "batch_get_item", RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
        found = aws.said[-1][1]
        if "Responses" in answer and isinstance(found, dict):
            found["Responses"] = {name: sorted(each, key=str) for name, each in found["Responses"].items()}

    read("a", "c", "nothing")
    read("nothing")
    read("a", "a")
    read(*map(str, range(101)))
    read(*map(str, range(100)))
    read()
    read("a", table="Nothing")


def transactions(aws: Aws) -> None:
    """Write all or nothing."""

    def write(*actions: dict[str, Any]) -> None:
        aws.call("dynamodb", "transact_write_items", TransactItems=list(actions))

    def put(pk: str, **more: Any) -> dict[str, Any]:
        return {"Put": {"TableName": "Records", "Item": record(pk), **more}}

    def raised(pk: str, **more: Any) -> dict[str, Any]:
        values = {":one": number("1"), **more.pop("values", {})}
        asked = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": values, **more}
        return {"Update": {"TableName": "Records", "Key": record(pk), **asked}}

    write(put("a"), raised("b"))
    write(put("a", ConditionExpression=OPEN), raised("b"))
    write(
        put("c"),
        put("a", ConditionExpression=OPEN),
        raised("b", ConditionExpression="n = :n", values={":n": number("7")}),
    )
    write(raised("b", ConditionExpression="n = :n", values={":n": number("1")}), put("d", ConditionExpression=OPEN))
    write(put("e"), raised("e"))
    write(*(put(f"many {n}") for n in range(101)))
    write(*(put(f"many {n}") for n in range(100)))
    write(put("f"), put(""))
    write()
    for pk in ("a", "b", "c", "d", "e", "f", "many 0", "many 99"):
        aws.call("dynamodb", "get_item", TableName="Records", Key=record(pk))


def whole(aws: Aws, operation: str, *, sorts: bool, **asked: Any) -> None:
    """Read every page, and note what was found on all of them and how the last one ends."""
    found: list[Any] = []
    while True:
        answer = aws.call("dynamodb", operation, **asked)
        said = aws.said.pop()
        if "Items" not in answer:
            aws.said.append(said)
            return
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            break
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    aws.said.append(found if sorts else sorted(found, key=lambda item: json.dumps(item, sort_keys=True)))


def pages(aws: Aws) -> None:
    """Read partitions, indexes and tables page by page, forwards and backwards."""
    for n in range(7):
        more = {"status_key": text("t#open"), "at": text(f"2026-0{n % 3 + 1}")} if n != 4 else {"at": text("2026")}
        aws.call("dynamodb", "put_item", TableName="Records", Item=record("t#1", f"P#{n}", **more, more=text("x")))
        aws.call("dynamodb", "put_item", TableName="Records", Item=record(f"t#{n}", "Q"))

    def read(operation: str, *, sorts: bool = True, **asked: Any) -> None:
        whole(aws, operation, sorts=sorts, TableName="Records", **asked)

    one, partition = {":pk": text("t#1")}, "pk = :pk"
    for more in ({}, {"Limit": 2}, {"Limit": 3, "ScanIndexForward": False}, {"ConsistentRead": True, "Limit": 8}):
        read("query", KeyConditionExpression=partition, ExpressionAttributeValues=one, **more)
        begins, values = f"{partition} AND begins_with(sk, :sk)", {**one, ":sk": text("P#")}
        read("query", KeyConditionExpression=begins, ExpressionAttributeValues=values, **more)
        before, values = f"{partition} AND sk < :sk", {**one, ":sk": text("P#4")}
        read("query", KeyConditionExpression=before, ExpressionAttributeValues=values, **more)
    listed = {"IndexName": "by_status", "ExpressionAttributeNames": {"#l": "status_key", "#u": "at"}}
    listed |= {"KeyConditionExpression": "#l = :l AND #u <= :u"}
    for until in ("2026-00", "2026-02", "2026-09"):
        values = {":l": text("t#open"), ":u": text(until)}
        for more in ({}, {"Limit": 1}, {"Limit": 4, "ScanIndexForward": False}):
            read("query", sorts=False, ExpressionAttributeValues=values, **listed, **more)
    values = {":l": text("t#open"), ":u": text("2026-02")}
    read("query", ConsistentRead=True, ExpressionAttributeValues=values, **listed)
    for more in ({}, {"Limit": 1}, {"Limit": 5}, {"Limit": 14}):
        read("scan", sorts=False, **more)
        read("scan", sorts=False, FilterExpression="begins_with(pk, :pk)", ExpressionAttributeValues=one, **more)
    for n in range(4):  # a page holds a megabyte
        aws.call("dynamodb", "put_item", TableName="Records", Item=record("large", str(n), body={"B": bytes(350_000)}))
    asked = {"KeyConditionExpression": partition, "ExpressionAttributeValues": {":pk": text("large")}}
    aws.call("dynamodb", "query", TableName="Records", **asked)
