"""Small functions in place of the hub's: they use of the embedded cloud what ours use of it, and do no more.

A payload may ask normalise for mischief: {"stay": seconds} makes it slow. {"crash": n} makes it die, and {"refuse": n}
makes it give the message back, each at the first n tries.
"""

import io
import textwrap
import zipfile

SOURCES = {
    "receive": """
        import base64, hashlib, json, os, boto3
        def handler(event, context):
            body = base64.b64decode(event["body"])
            key = hashlib.sha256(body).hexdigest()
            item = {"pk": {"S": key}, "body": {"B": body}}
            boto3.client("dynamodb").put_item(TableName=os.environ["INBOX_TABLE"], Item=item)
            print(key)
            seen = {"sha256": key, "is_base64": event["isBase64Encoded"], "parameters": event["pathParameters"]}
            return {"statusCode": 202, "body": json.dumps(seen)}
    """,
    "announce": """
        import json, os, boto3
        def entry(image):
            detail = {"cause": image["pk"]["S"], "tenant": "acme", "origin": "shop-fr"}
            kind = "StockModified" if "record" in image else "PayloadReceived"
            kind = image["kind"]["S"] if "kind" in image else kind
            bus = os.environ["BUS_NAME"]
            return {"EventBusName": bus, "Source": "tributary", "DetailType": kind, "Detail": json.dumps(detail)}
        def handler(event, context):
            for record in event["Records"]:
                answer = boto3.client("events").put_events(Entries=[entry(record["dynamodb"]["NewImage"])])
                assert not answer["FailedEntryCount"]
            print(len(event["Records"]))
    """,
    "normalise": """
        import json, os, time, boto3
        def handler(event, context):
            table, failed = boto3.client("dynamodb"), []
            for record in event["Records"]:
                key = {"pk": {"S": json.loads(record["body"])["detail"]["cause"]}}
                item = table.get_item(TableName=os.environ["INBOX_TABLE"], Key=key)["Item"]
                asked, tries = json.loads(item["body"]["B"]), int(record["attributes"]["ApproximateReceiveCount"])
                time.sleep(asked.get("stay", 0))
                if tries <= max(asked.get("crash", 0), asked.get("refuse", 0)):
                    name = record["eventSourceARN"].split(":")[-1]
                    sqs = boto3.client("sqs")
                    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
                    sqs.change_message_visibility(
                        QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
                    )
                    if "crash" in asked:
                        os._exit(1)
                    failed.append({"itemIdentifier": record["messageId"]})
                    continue
                done = {**key, "sk": {"S": "x"}, "record": {"S": "stock"}}
                if "kind" in asked:
                    done["kind"] = {"S": asked["kind"]}
                table.put_item(TableName=os.environ["RECORDS_TABLE"], Item=done)
            print(len(failed))
            return {"batchItemFailures": failed}
    """,
    "push": """
        import json, os, boto3
        def handler(event, context):
            for record in event["Records"]:
                key = record["eventSourceARN"].split(":")[-1] + " " + json.loads(record["body"])["detail"]["cause"]
                item = {"pk": {"S": key}}
                boto3.client("dynamodb").put_item(TableName=os.environ["CONNECTIONS_TABLE"], Item=item)
            print(key)
    """,
}


def package() -> bytes:
    """Make a deployment package of the small functions."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as files:
        for name, source in SOURCES.items():
            files.writestr(f"functions/{name}.py", textwrap.dedent(source))
    return made.getvalue()
