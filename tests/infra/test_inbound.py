"""The inbound queue of a connection: who has one, who may send to it, and whose it is."""

import re

from ops.hub import templates

CONNECTION = templates.transformed("connection")
CONDITIONAL = {name: item for name, item in CONNECTION["Resources"].items() if "Condition" in item}


def test_only_a_channel_that_speaks_through_a_queue_has_one() -> None:
    conditions = {name: item["Condition"] for name, item in CONDITIONAL.items()}
    assert conditions.pop("SilenceAlarm") == "WatchesSilence"
    assert {name for name, condition in conditions.items() if condition == "IsCollecting"} == {
        "Inbound",
        "InboundDead",
        "Collection",
        "InboundDeadLettersAlarm",
        "InboundWaitingAlarm",
    }
    assert CONNECTION["Parameters"]["Collects"]["Default"] == "off"
    for name in ("HasEventBus", "IsReached"):
        assert {"Condition": "IsCollecting"} in CONNECTION["Conditions"][name]["Fn::And"]


def test_the_names_of_queues_tell_connections_apart() -> None:
    longest = {"Hub": "h" * 28, "ConnectionId": "c" * 35}
    for queue in templates.resources(CONNECTION, "AWS::SQS::Queue").values():
        name = queue["QueueName"]["Fn::Sub"]
        assert len(name.replace("${Hub}", longest["Hub"]).replace("${ConnectionId}", longest["ConnectionId"])) <= 80
    pattern = CONNECTION["Parameters"]["ConnectionId"]["AllowedPattern"]
    assert not re.fullmatch(pattern, "shop-dead")
    assert all(re.fullmatch(pattern, name) for name in ("shop", "shop-fr", "dead", longest["ConnectionId"]))
    prefix = templates.resources(templates.transformed("hub"), "AWS::Lambda::Function")["CollectFunction"][
        "Environment"
    ]["Variables"]["INBOUND"]
    assert prefix == {"Fn::Sub": "${AWS::StackName}-inbound-"}
    assert CONDITIONAL["Inbound"]["Properties"]["QueueName"] == {"Fn::Sub": "${Hub}-inbound-${ConnectionId}"}


def test_only_the_channels_accounts_and_its_event_bus_may_send_to_the_inbound_queue() -> None:
    senders, relay = CONDITIONAL["InboundPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    arn, rule = {"Fn::GetAtt": ["Inbound", "Arn"]}, {"Fn::GetAtt": ["Relayed", "Arn"]}
    assert senders["Fn::If"] == [
        "HasSenders",
        {
            "Effect": "Allow",
            "Principal": {"AWS": {"Ref": "Senders"}},
            "Action": ["sqs:SendMessage", "sqs:GetQueueAttributes"],
            "Resource": arn,
        },
        {"Ref": "AWS::NoValue"},
    ]
    assert relay["Fn::If"][0] == "HasEventBus"
    assert relay["Fn::If"][1]["Principal"] == {"Service": "events.amazonaws.com"}
    assert relay["Fn::If"][1]["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
    assert (relay["Fn::If"][1]["Action"], relay["Fn::If"][1]["Resource"]) == ("sqs:SendMessage", arn)
