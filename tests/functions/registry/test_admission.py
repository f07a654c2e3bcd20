"""Registering over the API: versions, tenants, going back, and what is refused. The whole path is in tests/e2e."""

import json
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.errors import ManifestError
from functions.registry import admission, connections, session
from functions.registry.bundles import Registry
from functions.registry.connectors import registry
from records.errors import ConflictError
from tests import corner
from tests.hub import Hub
from tests.process import forget
from tests.request import Answer

OTHER = "token-of-main"


@pytest.fixture(autouse=True)
def nothing_registered(local_hub: Hub) -> None:
    """Take away what the test before registered."""
    for item in local_hub.items("Connections"):
        local_hub.dynamo.delete_item(TableName="Connections", Key={"pk": item["pk"]})
    store = local_hub.s3
    for entry in store.list_objects_v2(Bucket="packages").get("Contents", []):
        store.delete_object(Bucket="packages", Key=entry["Key"])
    forget()


def post(hub: Hub, parts: Any, token: str = "token-of-acme") -> Answer:
    body = parts if isinstance(parts, bytes) else json.dumps(parts).encode()
    return hub.http("api", "POST", "/v1/connectors", body, {"Authorization": f"Bearer {token}"})


def at(tenant: str, connector: str = "corner") -> Connection:
    fields = {"connection_id": f"{tenant}-corner", "tenant": tenant, "connector": connector, "base_url": "http://-"}
    return Connection.model_validate(fields)


def test_a_connector_is_registered_once_and_each_other_content_is_a_version(local_hub: Hub) -> None:
    first = post(local_hub, corner.parts())
    assert (first.status, first.json()["versions"]) == (201, 1)
    assert post(local_hub, corner.parts()).status == 200
    second = post(local_hub, {**corner.parts(), "readme": corner.README + "more"})
    assert (second.status, second.json()["versions"]) == (201, 2)
    assert session.of(at("acme")).connector.version == second.json()["version"]
    old = session.of(at("acme", f"corner@{first.json()['version']}")).connector
    assert (old.version, old.manifest.channel) == (first.json()["version"], "corner")


def test_an_old_content_registered_again_is_current_again(local_hub: Hub) -> None:
    first = post(local_hub, corner.parts()).json()
    post(local_hub, {**corner.parts(), "readme": corner.README + "more"})
    assert post(local_hub, corner.parts()).json() == {**first, "versions": 2}
    found = local_hub.ask("/v1/connectors/corner").json()
    assert (found["version"], len(found["versions"]), found["registered"]) == (first["version"], 2, True)


def test_a_tenant_never_sees_nor_changes_another_tenants_connector(local_hub: Hub) -> None:
    first = post(local_hub, corner.parts()).json()
    assert local_hub.ask("/v1/connectors/corner", token=OTHER).status == 404
    assert "corner" not in {each["channel"] for each in local_hub.ask("/v1/connectors", OTHER).json()["connectors"]}
    with pytest.raises(ManifestError, match="there is no connector 'corner'"):
        session.of(at("main"))
    assert post(local_hub, {**corner.parts(), "readme": corner.README + "theirs"}, OTHER).status == 201
    assert session.of(at("acme")).connector.version == first["version"]


def test_connectors_lie_beside_connections_and_are_none(local_hub: Hub) -> None:
    post(local_hub, corner.parts())
    connections.register(local_hub.dynamo, "Connections", at("acme"))
    assert [each.connection_id for each in connections.all_connections()] == ["acme-corner"]


REFUSED = [
    (b"{", 400, "payload_malformed"),
    (b'{"manifest": 1}', 422, "connector_refused"),
    ({**corner.parts(), "client": "import os"}, 422, "connector_refused"),
    (corner.parts(manifest="channel: corner"), 422, "connector_refused"),
    (corner.parts(manifest=corner.MANIFEST.replace("hub-256", "rot13")), 422, "connector_refused"),
    (corner.parts(label="not what is in the payload"), 422, "connector_refused"),
]


@pytest.mark.parametrize(("parts", "status", "code"), REFUSED)
def test_a_bad_one_is_refused_with_its_faults_and_leaves_nothing(
    local_hub: Hub, parts: Any, status: int, code: str
) -> None:
    refused = post(local_hub, parts)
    assert (refused.status, refused.problem()) == (status, code)
    if status == 422:
        assert all({"check", "file", "message"} == fault.keys() for fault in refused.json()["faults"])
        assert refused.json()["faults"]
    assert local_hub.items("Connections") == []
    assert "Contents" not in local_hub.s3.list_objects_v2(Bucket="packages")


def test_a_token_is_needed(local_hub: Hub) -> None:
    assert post(local_hub, corner.parts(), "wrong").status == 401


def test_of_two_that_register_at_once_one_is_told(local_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    post(local_hub, corner.parts())
    registered = registry()
    stale = registered.entry("acme", "corner")
    post(local_hub, {**corner.parts(), "readme": corner.README + "first"})
    monkeypatch.setattr(Registry, "entry", lambda *_: stale)
    with pytest.raises(ConflictError):
        admission.register(registered, "acme", {**corner.parts(), "readme": corner.README + "second"}, "now")


@pytest.mark.parametrize("reference", ["corner@9-nothing", "corner@../../x", "nobody", "square@1"])
def test_a_version_that_is_not_there_is_said(local_hub: Hub, reference: str) -> None:
    post(local_hub, corner.parts())
    with pytest.raises(ManifestError):
        session.of(at("acme", reference))


def test_a_bundle_that_somebody_damaged_is_said_and_not_run(local_hub: Hub) -> None:
    version = post(local_hub, corner.parts()).json()["version"]
    key = f"connectors/acme/corner/{version}.zip"
    local_hub.s3.put_object(Bucket="packages", Key=key, Body=b"PK something else")
    with pytest.raises(ManifestError, match="the bundle cannot be read"):
        registry().open("acme", "corner", version)
