"""What the other services are asked, to compare two of them: objects, messages, entries, secrets, mappings."""

from typing import Any

from tests.memory_aws.both import Aws

ROOT = "https://sqs.us-east-1.amazonaws.com/123456789012/"
NOBODY = "00000000-0000-4000-8000-999999999999"


def objects(aws: Aws) -> None:
    """Write, read, list and delete objects."""
    for bucket in ("payloads", "nowhere"):
        aws.call("s3", "list_objects_v2", Bucket=bucket)
        for key in ("b/1", "a"):
            aws.call("s3", "put_object", Bucket=bucket, Key=key, Body=key.encode())
        aws.call("s3", "list_objects_v2", Bucket=bucket)
        for key in ("a", "nothing"):
            aws.call("s3", "get_object", Bucket=bucket, Key=key)
            aws.call("s3", "delete_object", Bucket=bucket, Key=key)
        aws.call("s3", "get_object", Bucket=bucket, Key="a")
    aws.call("s3", "get_object", Bucket="payloads")


def messages(aws: Aws) -> None:
    """Send, take, hide and delete messages, one and many."""

    def call(operation: str, queue: str = "one", **asked: Any) -> Any:
        return aws.call("sqs", operation, QueueUrl=ROOT + queue, **asked)

    aws.call("sqs", "list_queues")
    for _ in range(2):
        aws.call("sqs", "create_queue", QueueName="one")
    for name in ("one", "nothing"):
        aws.call("sqs", "get_queue_url", QueueName=name)
        call("receive_message", name)
        call("send_message", name, MessageBody="first")
        call("send_message_batch", name, Entries=[{"Id": "0", "MessageBody": "second"}])
    taken = call("receive_message", MaxNumberOfMessages=10)["Messages"][0]
    call("receive_message", MaxNumberOfMessages=10)
    for seconds in (60, 0, 43_201):
        handle = taken["ReceiptHandle"]
        call("change_message_visibility", ReceiptHandle=handle, VisibilityTimeout=seconds)
    call("change_message_visibility", ReceiptHandle="nobody's", VisibilityTimeout=1)
    taken = call("receive_message", VisibilityTimeout=0)["Messages"][0]
    taken = call("receive_message", MaxNumberOfMessages=10)["Messages"][0]
    for _ in range(2):
        call("delete_message", ReceiptHandle=taken["ReceiptHandle"])
    call("receive_message")
    call("send_message", MessageBody="x" * 1_048_577)
    for count in (0, 10, 11):
        call("send_message_batch", Entries=[{"Id": str(n), "MessageBody": f"{n}"} for n in range(count)])
    call("send_message_batch", Entries=[{"Id": "0", "MessageBody": "a"}] * 2)
    call("send_message_batch", Entries=[{"Id": str(n), "MessageBody": "x" * 600_000} for n in range(2)])
    aws.call("sqs", "list_queues")
    for _ in range(2):
        call("delete_queue")


def entries(aws: Aws) -> None:
    """Put entries on a bus, some of which are none."""
    aws.call("events", "create_event_bus", Name="tributary")
    good = {"EventBusName": "tributary", "Source": "s", "DetailType": "T", "Detail": "{}"}
    for batch in ([good], [good, {**good, "Detail": "{"}], [{**good, "Source": ""}, good], [good] * 10, [good] * 11):
        aws.call("events", "put_events", Entries=batch)


def secrets(aws: Aws) -> None:
    """Make and read secrets."""
    made = aws.call("secretsmanager", "create_secret", Name="a/b", SecretString="{}")
    aws.call("secretsmanager", "create_secret", Name="a/b", SecretString="{}")
    for name in ("a/b", made["ARN"], "nothing", made["ARN"].replace("a/b", "a/c")):
        aws.call("secretsmanager", "get_secret_value", SecretId=name)


def mapping(aws: Aws) -> str:
    """Make what hands a queue over; gives its id."""
    role = aws.call("iam", "create_role", RoleName="push", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    about = {"Role": role, "Runtime": "python3.13", "Handler": "push", "Code": {"ZipFile": b"code"}}
    aws.call("lambda", "create_function", FunctionName="push", **about)
    aws.call("sqs", "create_queue", QueueName="mapped")
    queue = "arn:aws:sqs:us-east-1:123456789012:mapped"
    aws.call("lambda", "create_event_source_mapping", EventSourceArn=queue, FunctionName="nothing")
    made = aws.call("lambda", "create_event_source_mapping", EventSourceArn=queue, FunctionName="push")
    return str(made["UUID"])


def mappings(aws: Aws) -> None:
    """Switch what hands a queue over."""
    name = mapping(aws)
    for enabled in (False, False, True):
        aws.call("lambda", "update_event_source_mapping", UUID=name, Enabled=enabled)
        aws.call("lambda", "get_event_source_mapping", UUID=name)
    aws.call("lambda", "get_event_source_mapping", UUID=NOBODY)
