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
from tests.request import Answer

OTHER = "token-of-main"


def post(hub: Hub, parts: Any, token: str = "token-of-acme") -> Answer:
    body = parts if isinstance(parts, bytes) else json.dumps(parts).encode()
    return hub.http("api", "POST", "/v1/connectors", body, {"Authorization": f"Bearer {token}"})


def at(tenant: str, connector: str = "corner") -> Connection:
    fields = {"connection_id": f"{tenant}-corner", "tenant": tenant, "connector": connector, "base_url": "http://-"}
    return Connection.model_validate(fields)


@pytest.mark.moto
def test_a_connector_is_registered_once_and_each_other_content_is_a_version(fresh_hub: Hub) -> None:
    first = post(fresh_hub, corner.parts())
    assert (first.status, first.json()["versions"]) == (201, 1)
    assert post(fresh_hub, corner.parts()).status == 200
    second = post(fresh_hub, {**corner.parts(), "readme": corner.README + "more"})
    assert (second.status, second.json()["versions"]) == (201, 2)
    assert session.of(at("acme")).connector.version == second.json()["version"]
    old = session.of(at("acme", f"corner@{first.json()['version']}")).connector
    assert (old.version, old.manifest.channel) == (first.json()["version"], "corner")


def test_an_old_content_registered_again_is_current_again(fresh_hub: Hub) -> None:
    first = corner.register().partition("@")[2]
    corner.register(label="another")
    assert post(fresh_hub, corner.parts()).json() == {"connector": "corner", "version": first, "versions": 2}
    found = fresh_hub.ask("/v1/connectors/corner").json()
    assert (found["version"], len(found["versions"]), found["registered"]) == (first, 2, True)


def test_a_tenant_never_sees_nor_changes_another_tenants_connector(fresh_hub: Hub) -> None:
    first = corner.register().partition("@")[2]
    assert fresh_hub.ask("/v1/connectors/corner", token=OTHER).status == 404
    assert "corner" not in {each["channel"] for each in fresh_hub.ask("/v1/connectors", OTHER).json()["connectors"]}
    with pytest.raises(ManifestError, match="there is no connector 'corner'"):
        session.of(at("main"))
    assert post(fresh_hub, {**corner.parts(), "readme": corner.README + "theirs"}, OTHER).status == 201
    assert session.of(at("acme")).connector.version == first


def test_connectors_lie_beside_connections_and_are_none(fresh_hub: Hub) -> None:
    corner.register()
    connections.register(fresh_hub.dynamo, "Connections", at("acme"))
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
    fresh_hub: Hub, parts: Any, status: int, code: str
) -> None:
    refused = post(fresh_hub, parts)
    assert (refused.status, refused.problem()) == (status, code)
    if status == 422:
        assert all({"check", "file", "message"} == fault.keys() for fault in refused.json()["faults"])
        assert refused.json()["faults"]
    assert fresh_hub.items("Connections") == []
    assert "Contents" not in fresh_hub.s3.list_objects_v2(Bucket="packages")


def test_a_token_is_needed(fresh_hub: Hub) -> None:
    assert post(fresh_hub, corner.parts(), "wrong").status == 401


def test_of_two_that_register_at_once_one_is_told(fresh_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    corner.register()
    registered = registry()
    stale = registered.entry("acme", "corner")
    corner.register(label="other")
    monkeypatch.setattr(Registry, "entry", lambda *_: stale)
    with pytest.raises(ConflictError):
        admission.register(registered, "acme", {**corner.parts(), "readme": corner.README + "second"}, "now")


@pytest.mark.parametrize("reference", ["corner@9-nothing", "corner@../../x", "nobody", "square@1"])
def test_a_version_that_is_not_there_is_said(fresh_hub: Hub, reference: str) -> None:
    corner.register()
    with pytest.raises(ManifestError):
        session.of(at("acme", reference))


def test_a_bundle_that_somebody_damaged_is_said_and_not_run(fresh_hub: Hub) -> None:
    version = corner.register().partition("@")[2]
    key = f"connectors/acme/corner/{version}.zip"
    fresh_hub.s3.put_object(Bucket="packages", Key=key, Body=b"PK something else")
    with pytest.raises(ManifestError, match="the bundle cannot be read"):
        registry().open("acme", "corner", version)
