"""What each function's role may do, from hub.yaml, and what its code was seen doing. Both are sets of rights.

A right is `(action, thing)`, e.g. `("dynamodb:Query", "Inbox/index/by_time")`.
"""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from ops.hub import templates
from tests.process import VARIABLES

Right = tuple[str, str]

# Rights that Lambda itself uses on behalf of a function. None of our code makes these calls.
BY_LAMBDA = {
    "logs:CreateLogStream": "Lambda writes the log",
    "logs:PutLogEvents": "Lambda writes the log",
    "dynamodb:DescribeStream": "the event source mapping reads the stream",
    "dynamodb:GetRecords": "the event source mapping reads the stream",
    "dynamodb:GetShardIterator": "the event source mapping reads the stream",
    "dynamodb:ListStreams": "the event source mapping reads the stream",
    "sqs:ReceiveMessage": "the event source mapping reads the queue",
    "sqs:DeleteMessage": "the event source mapping reads the queue",
    "sqs:GetQueueAttributes": "the event source mapping reads the queue",
    "sqs:SendMessage": "Lambda parks what failed for good",
}
SECRETS = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret"
QUEUES = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}"
# A resource as hub.yaml writes it → our name for it.
THINGS = {
    "${InboxArn}": "Inbox",
    "${RecordsArn}": "Records",
    "${ConnectionsArn}": "Connections",
    "${PayloadBucketArn}/*": "payloads",
    "arn:${AWS::Partition}:s3:::${CodeBucket}/connectors/*": "connectors",
    "${Bus.Arn}": "bus",
    "${ApiSecret}": "API secret",
    "${NormaliseQueue.Arn}": "normalise queue",
    "${ReplayQueue.Arn}": "replay queue",
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:event-source-mapping:*": "push mappings",
    f"{SECRETS}:tributary/${{AWS::StackName}}/connection/*": "connection secrets",
    f"{QUEUES}:${{AWS::StackName}}-connection-*": "connection queues",
    f"{QUEUES}:${{AWS::StackName}}-inbound-*": "inbound queues",
}
ALONE = {"events": "bus", "lambda": "push mappings"}  # services of which a function may touch one thing only
IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def granted(function: str) -> set[Right]:
    """Give the rights that a function's role gives its code, after SAM's transform."""
    role = templates.transformed("hub")["Resources"][f"{function.title()}Role"]["Properties"]
    statements = [
        statement for policy in role["Policies"] for statement in _list(policy["PolicyDocument"]["Statement"])
    ]
    assert not role.get("ManagedPolicyArns")
    found: set[Right] = set()
    for statement in statements:
        assert statement["Effect"] == "Allow"
        given = itertools.product(_list(statement["Action"]), _list(statement["Resource"]))
        found |= {(action, _thing(resource)) for action, resource in given if not _is_lambdas(action, resource)}
    return found


def _is_lambdas(action: str, resource: Any) -> bool:
    """Tell whether Lambda itself uses a right. It sends to dead-letter queues only: to other queues our code sends."""
    return action in BY_LAMBDA and (action != "sqs:SendMessage" or _written(resource).endswith("Dead.Arn}"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _written(resource: Any) -> str:
    return str(resource.get("Fn::Sub") or "${" + (resource.get("Ref") or ".".join(resource["Fn::GetAtt"])) + "}")


def _thing(resource: Any) -> str:
    written = _written(resource)
    table, slash, rest = written.partition("/index/")
    return THINGS[table] + slash + rest if slash else THINGS[written]


def used(service: str, operation: str, params: dict[str, Any]) -> Iterator[Right]:
    """Give the rights that one call of AWS needs."""
    if operation == "TransactWriteItems":
        for kind, action in ((kind, body) for item in params["TransactItems"] for kind, body in item.items()):
            yield f"dynamodb:{IN_TRANSACTION[kind]}", action["TableName"]
    elif operation == "BatchGetItem":
        for table in params["RequestItems"]:
            yield "dynamodb:BatchGetItem", table
    elif service == "dynamodb":
        index = params.get("IndexName")
        yield f"dynamodb:{operation}", params["TableName"] + (f"/index/{index}" if index else "")
    elif service == "s3":
        yield f"s3:{operation}", _object(params["Bucket"], params["Key"])
    elif service in ALONE:
        yield f"{service}:{operation}", ALONE[service]
    elif service == "secretsmanager":
        name = params["SecretId"]
        yield f"secretsmanager:{operation}", "API secret" if name == VARIABLES["API_SECRET"] else "connection secrets"
    elif service == "sqs":
        yield f"sqs:{operation.removesuffix('Batch')}", _queue(params["QueueUrl"])
    else:
        raise AssertionError(f"a function calls {service}:{operation}; say in granted.py which right that needs")


def _queue(url: str) -> str:
    kinds = [f"{kind} queues" for kind in ("connection", "inbound") if f"-{kind}-" in url]
    return kinds[0] if kinds else f"{url.rpartition('-')[2]} queue"


def _object(bucket: str, key: str) -> str:
    if bucket == VARIABLES["PAYLOAD_BUCKET"]:
        return "payloads"
    assert re.match("connectors/", key), json.dumps(key)
    return "connectors"
