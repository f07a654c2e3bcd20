"""The hub of this checkout deploys, and a failure says why."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ops.hub import templates
from ops.hub.deploy import (
    DeployError,
    Hub,
    deploy_connection,
    deploy_hub,
    deploy_stack,
    find_hub,
    remove_connection,
    remove_stack,
)


def test_our_functions_answer(hub: Hub) -> None:
    with urllib.request.urlopen(f"{hub.api_url}/v1/health", timeout=30) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{hub.webhooks_url}/nobody", b"{}"), timeout=30)
    assert caught.value.code == 404


@pytest.mark.parametrize("name", ["poll", "sweep", "erase"])
def test_a_scheduled_function_runs(hub: Hub, name: str) -> None:
    answer = hub.clients("lambda").invoke(FunctionName=f"tributary-{name}", Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_a_hub_is_found_again(hub: Hub) -> None:
    endpoint = hub.api_url.partition("/restapis")[0]
    assert find_hub(hub.clients, endpoint=endpoint) == hub
    with pytest.raises(DeployError, match="no hub named elsewhere"):
        find_hub(hub.clients, name="elsewhere")


def test_alarms_and_dashboard_are_there(hub: Hub) -> None:
    pages = hub.clients("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix="tributary-")
    names = {alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]}
    assert {"tributary-receive-errors", "tributary-normalise-dead-letters", "tributary-api-5xx"} <= names
    body = hub.clients("cloudwatch").get_dashboard(DashboardName="tributary")["DashboardBody"]
    assert len(json.loads(body)["widgets"]) == 6


def test_a_connection_comes_and_goes(hub: Hub) -> None:
    outputs = deploy_connection(hub, "shop-es", "acme", Concurrency="2")
    mappings = hub.clients("lambda")
    mapping = mappings.get_event_source_mapping(UUID=outputs["Delivery"])
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    mappings.update_event_source_mapping(UUID=outputs["Delivery"], Enabled=False)
    deploy_connection(hub, "shop-es", "acme", SilenceHours="6")
    mapping = mappings.get_event_source_mapping(UUID=outputs["Delivery"])
    assert (mapping["State"], mapping["ScalingConfig"]) == ("Disabled", {"MaximumConcurrency": 2})
    remove_connection(hub, "shop-es")
    remove_connection(hub, "shop-es")
    assert not hub.clients("sqs").list_queues(QueueNamePrefix="tributary-connection-shop-es").get("QueueUrls")
    deploy_connection(hub, "shop-es", "acme")
    remove_connection(hub, "shop-es")


@pytest.mark.parametrize(("group", "wanted"), [("", ["acme"]), ("group:maison", ["acme", "group:maison"])])
def test_a_connection_hears_of_its_tenants_customers_and_of_its_groups(hub: Hub, group: str, wanted: list[str]) -> None:
    deploy_connection(hub, "shop-fr", "acme", Group=group)
    rules = hub.clients("events").list_rules(EventBusName=hub.outputs["BusName"])["Rules"]
    heard = [json.loads(rule["EventPattern"])["detail"]["tenant"] for rule in rules if "shop-fr" in rule["Name"]]
    assert sorted(heard, key=len) == [["acme"], wanted]
    remove_connection(hub, "shop-fr")


def test_deploying_again_changes_nothing(hub: Hub) -> None:
    endpoint = hub.api_url.partition("/restapis")[0]
    package = b"".join(hub.clients("s3").get_object(Bucket=hub.outputs["PackageBucket"], Key=code(hub))["Body"])
    assert deploy_hub(hub.clients, package, endpoint=endpoint, schedules=False) == hub


def code(hub: Hub) -> str:
    listed = hub.clients("s3").list_objects_v2(Bucket=hub.outputs["PackageBucket"])["Contents"]
    return str(listed[0]["Key"])


def test_the_embedded_cloud_cannot_make_the_archive(hub: Hub) -> None:
    with pytest.raises(DeployError, match=r"tributary-archive: .*AWS::Events::Archive"):
        deploy_stack(hub.clients, "tributary-archive", "archive", hub.outputs)


NEVER_SIGNALLED = """
    Resources:
      Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" }
      Signal: { Type: "AWS::CloudFormation::WaitCondition", Properties: { Handle: !Ref Handle, Timeout: 1 } }
"""
SIGNALLED = 'Resources: { Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" } }'


def test_a_failed_stack_says_why_and_the_next_try_starts_afresh(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "INFRA", tmp_path)
    (tmp_path / "trial.yaml").write_text(NEVER_SIGNALLED)
    for _ in range(2):
        with pytest.raises(DeployError, match=r"trial: ROLLBACK_COMPLETE\n  Signal: .*WaitCondition"):
            deploy_stack(hub.clients, "trial", "trial", {})
    (tmp_path / "trial.yaml").write_text(SIGNALLED)
    assert deploy_stack(hub.clients, "trial", "trial", {}) == {}
    remove_stack(hub.clients, "trial")
