"""What must hold of the templates, whoever changes them next. They are read after their transforms, as AWS does."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.hub import templates

NAMES = ("data", "hub", "connection", "watch", "archive")
ALL = {name: templates.transformed(name) for name in NAMES}
HUB = ALL["hub"]


def of_type(kind: str, *names: str) -> dict[str, dict[str, Any]]:
    """Give the properties of every resource of one type, in the templates named or in all."""
    found = [templates.resources(ALL[name], kind).items() for name in names or NAMES]
    return dict(itertools.chain.from_iterable(found))


FUNCTIONS = of_type("AWS::Lambda::Function", "hub")
QUEUES = of_type("AWS::SQS::Queue")
RULES = {name: rule for name, rule in of_type("AWS::Events::Rule").items() if "EventPattern" in rule}
TABLES = of_type("AWS::DynamoDB::Table", "data")
STREAMS = {name: m for name, m in of_type("AWS::Lambda::EventSourceMapping").items() if "StartingPosition" in m}
SCHEDULED = ("PollFunction", "SweepFunction", "EraseFunction")


def each(found: dict[str, dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", sorted(found))


def short(function: dict[str, Any]) -> str:
    """Give `receive` for the function named ${AWS::StackName}-receive."""
    return str(function["FunctionName"]["Fn::Sub"]).rpartition("-")[2]


@pytest.mark.slow
def test_cfn_lint_has_nothing_to_say() -> None:
    paths = [str(path) for path in sorted(templates.INFRA.glob("*.yaml"))]
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([lint, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_small_enough_to_be_sent_without_a_bucket(name: str) -> None:
    assert len(templates.text(name).encode()) < 51_200


def test_what_hub_and_connection_ask_for_is_handed_on_by_name() -> None:
    given_by_deploy = {"CodeBucket", "CodeKey", "Hub", "ConnectionId", "Tenant"}
    outputs = set(ALL["data"]["Outputs"]) | set(HUB["Outputs"]) | given_by_deploy
    for name in NAMES:
        asked = {key for key, value in ALL[name].get("Parameters", {}).items() if "Default" not in value}
        assert asked <= outputs, name


# --- functions


@each(FUNCTIONS)
def test_a_function_runs_a_module_of_its_name(name: str) -> None:
    module = short(FUNCTIONS[name])
    assert FUNCTIONS[name]["Handler"] == f"functions.{module}.handler"
    assert FUNCTIONS[name]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == module
    assert Path(templates.INFRA.parent, "functions", f"{module}.py").exists()


@each(FUNCTIONS)
def test_a_function_has_a_log_group_that_forgets(name: str) -> None:
    kept = {
        group["LogGroupName"]["Fn::Sub"]: group["RetentionInDays"] for group in of_type("AWS::Logs::LogGroup").values()
    }
    assert kept[f"/aws/lambda/{FUNCTIONS[name]['FunctionName']['Fn::Sub']}"] == 30


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in FUNCTIONS.values()]
    assert sorted(roles) == sorted(of_type("AWS::IAM::Role"))


def allowed() -> Iterator[Any]:
    for name, role in of_type("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role, name
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield pytest.param(statement, id=f"{name}-{statement['Action'][0]}")


@pytest.mark.parametrize("statement", list(allowed()))
def test_a_role_names_its_actions_and_resources(statement: dict[str, Any]) -> None:
    assert statement["Effect"] == "Allow"
    assert not [action for action in statement["Action"] if "*" in action]
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    for resource in resources:
        written = resource if isinstance(resource, str) else next(iter(resource.values()))
        assert written != "*"
        # A star may stand for the rest of a name, never for the kind of thing or for all of them.
        assert "*" not in str(written)[:-1].rpartition("/")[0].rpartition(":")[2]
        # AWS names an event source mapping by a number: whose it is, the condition says.
        assert not str(written).endswith(":*") or "lambda:FunctionArn" in statement["Condition"]["ArnEquals"]


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_scheduled_function_parks_what_it_cannot_do(name: str) -> None:
    configured = {
        config["FunctionName"]["Ref"]: config for config in of_type("AWS::Lambda::EventInvokeConfig").values()
    }
    assert configured[name]["MaximumRetryAttempts"] <= 2
    assert configured[name]["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["ScheduleDead", "Arn"]}


# --- queues, rules, streams


@each({name: queue for name, queue in QUEUES.items() if "Dead" not in name})
def test_a_queue_has_a_dead_letter_queue(name: str) -> None:
    target = QUEUES[name]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert target.endswith("Dead")
    assert QUEUES[target]["MessageRetentionPeriod"] == 14 * 86400


@each(QUEUES)
def test_a_queue_is_encrypted(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize(
    ("queue", "function"),
    [("NormaliseQueue", "NormaliseFunction"), ("Queue", "PushFunction"), ("Inbound", "CollectFunction")],
)
def test_a_message_stays_hidden_for_six_times_the_functions_timeout(queue: str, function: str) -> None:
    assert QUEUES[queue]["VisibilityTimeout"] == 6 * FUNCTIONS[function]["Timeout"]


def test_one_failed_message_does_not_bring_back_its_batch() -> None:
    for name, mapping in of_type("AWS::Lambda::EventSourceMapping").items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


@each(RULES)
def test_a_rule_ignores_replays(name: str) -> None:
    assert RULES[name]["EventPattern"]["replay-name"] == [{"exists": False}]


@each(RULES)
def test_what_a_rule_cannot_deliver_is_parked(name: str) -> None:
    for target in RULES[name]["Targets"]:
        assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].endswith("Dead")


def test_the_origin_hears_of_stock_but_not_of_its_own_orders_and_customers() -> None:
    detail = {name: rule["EventPattern"].get("detail") for name, rule in RULES.items()}
    tenant = [{"Ref": "Tenant"}]
    assert detail["RecordChanged"] == {"tenant": tenant, "origin": [{"anything-but": [{"Ref": "ConnectionId"}]}]}
    shared = {"Fn::If": ["SharesCustomers", [*tenant, {"Ref": "Group"}], tenant]}
    assert detail["StateChanged"] == {"tenant": shared}


@each(STREAMS)
def test_a_poison_record_does_not_block_its_shard(name: str) -> None:
    stream = STREAMS[name]
    assert stream["BisectBatchOnFunctionError"] is True
    assert 0 < stream["MaximumRetryAttempts"] <= 1000
    assert stream["MaximumRecordAgeInSeconds"] == {"Fn::FindInMap": ["Size", {"Ref": "Size"}, "giveUp"]}
    assert HUB["Mappings"]["Size"]["account"]["giveUp"] <= 86400 / 2
    assert stream["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["AnnounceDead", "Arn"]}


def test_announce_hears_of_each_payload_once_and_of_each_change_of_a_record() -> None:
    patterns = {name: json.loads(m["FilterCriteria"]["Filters"][0]["Pattern"]) for name, m in STREAMS.items()}
    assert patterns["AnnounceFunctionInbox"] == {"eventName": ["INSERT"]}
    assert patterns["AnnounceFunctionRecords"]["eventName"] == ["INSERT", "MODIFY"]


# --- what is kept


@each(TABLES)
def test_a_table_survives_its_stack_and_yesterday_can_be_restored(name: str) -> None:
    resource, table = ALL["data"]["Resources"][name], TABLES[name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProtected", True, False]}
    assert ALL["data"]["Parameters"]["DeletionProtection"]["Default"] == "true"


@pytest.mark.parametrize("name", ["Inbox", "Records"])
def test_a_table_of_facts_forgets_and_announces(name: str) -> None:
    assert TABLES[name]["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert TABLES[name]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


@each(of_type("AWS::S3::Bucket"))
def test_a_bucket_is_closed(name: str) -> None:
    bucket = of_type("AWS::S3::Bucket")[name]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]
    policies = {policy["Bucket"]["Ref"]: policy for policy in of_type("AWS::S3::BucketPolicy").values()}
    statement = policies[name]["PolicyDocument"]["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_large_payloads_expire() -> None:
    rules = of_type("AWS::S3::Bucket")["Payloads"]["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in rules] == [90]


@pytest.mark.cloud
def test_moto_gets_the_same_tables() -> None:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        for name, definition in templates.table_definitions().items():
            dynamodb.create_table(TableName=name, **definition)
        assert dynamodb.list_tables()["TableNames"] == ["Inbox", "Records", "Connections"]
        indexes = dynamodb.describe_table(TableName="Records")["Table"]["GlobalSecondaryIndexes"]
        assert [index["IndexName"] for index in indexes] == ["by_customer", "by_status"]


# --- what is watched


ALARMS = of_type("AWS::CloudWatch::Alarm")


def watched(metric: str) -> set[str]:
    """Give the functions or queues whose metric has an alarm, as watch.yaml names them."""
    alarms = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == metric]
    return {str(alarm["Dimensions"][0]["Value"].get("Fn::Sub")) for alarm in alarms}


def test_every_function_has_an_alarm_for_its_errors() -> None:
    assert watched("Errors") == {f"${{Hub}}-{short(function)}" for function in FUNCTIONS.values()}


def test_every_dead_letter_queue_has_an_alarm() -> None:
    dead = {
        queue["QueueName"]["Fn::Sub"] for name, queue in of_type("AWS::SQS::Queue", "hub").items() if "Dead" in name
    }
    assert {name.replace("AWS::StackName", "Hub") for name in dead} <= watched("ApproximateNumberOfMessagesVisible")
    alarms = templates.resources(ALL["connection"], "AWS::CloudWatch::Alarm")
    assert alarms["DeadLettersAlarm"]["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["Dead", "QueueName"]}
    assert alarms["InboundDeadLettersAlarm"]["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["InboundDead", "QueueName"]}


@each(ALARMS)
def test_an_alarm_reaches_the_topic_where_one_is_given(name: str) -> None:
    assert ALARMS[name]["AlarmActions"]["Fn::If"][:2] == ["HasTopic", [{"Ref": "AlarmTopicArn"}]]
