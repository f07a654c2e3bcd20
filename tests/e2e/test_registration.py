"""A thirteenth channel is registered at run time: it sends and is told, with no deployment, restart or changed file."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connectors.connection import Connection
from connectors.signatures import sign
from connectors.translation import fact, statements
from connectors.workshop import scaffold
from functions.registry.bundles import Registry
from ops.commands import connectors
from ops.hub import connections, target
from ops.hub.deploy import Hub
from ops.hub.target import Api, ApiError
from ops.standins.server import Reply, Request, Route, StandIn
from tests import corner

ROOT = Path(__file__).parents[2]
KEY, SIGNING = "corner-key", "corner-signing"
PATIENCE = 60.0
SKU = "THIRTEEN-MUG"


class Corner(StandIn):
    """The webshop's API."""

    def __init__(self) -> None:
        self.stock: dict[str, Any] = {}
        super().__init__()

    def routes(self) -> list[Route]:
        return [
            ("GET", "/articles", self._articles),
            ("PUT", r"/articles/(?P<article>[^/]+)/stock/(?P<place>[^/]+)", self._set),
            ("GET", r"/orders/(?P<id>[^/]+)", self._order),
        ]

    def authorised(self, request: Request) -> bool:
        return request.headers.get("x-corner-key") == KEY

    def _articles(self, request: Request) -> Reply:
        return 200, {}, {"articles": [{"id": 31}] if request.query["sku"] == SKU else []}

    def _set(self, request: Request) -> Reply:
        self.stock[request.groups["place"]] = request.json()["pieces"]
        return 200, {}, {"status": "ok", "pieces": request.json()["pieces"], "change_id": "c-1"}

    def _order(self, request: Request) -> Reply:
        return 200, {}, placed(int(request.groups["id"]))


def placed(number: int) -> dict[str, Any]:
    line = {**corner.PLACED["lines"][0], "sku": SKU}
    return {**corner.PLACED, "id": number, "number": f"C-{number}", "lines": [line]}


def fingerprint() -> str:
    """Digest every file that a connector of the repository, or the hub itself, is made of."""
    files = (
        file
        for folder in ("connectors", "mappings", "functions", "infra")
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in {".py", ".yaml", ".json"}
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def eventually(look: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, what
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def api(hub: Hub) -> Api:
    return Api(hub)


@pytest.fixture(scope="module")
def shops() -> Iterator[dict[str, Corner]]:
    made = {"corner-till": Corner(), "corner-shop": Corner()}
    for shop in made.values():
        shop.start()
    yield made
    for shop in made.values():
        shop.stop()


def send(api: Api, at: Connection, topic: str, content: Any, delivery: str) -> tuple[int, Any]:
    body = json.dumps(content).encode()
    headers = {"Content-Type": "application/json", "X-Corner-Topic": topic, "X-Corner-Delivery": delivery}
    signed = sign(
        "hub-256", method="POST", url=at.webhook_url, body=body, secret=SIGNING, now=time.time(), headers=headers
    )
    return api.webhook(at.connection_id, body, {**headers, **signed})


def register(api: Api, **changed: str) -> tuple[int, Any]:
    return api.post("/v1/connectors", json.dumps(corner.parts(**changed)).encode())


def connect(hub: Hub, shops: dict[str, Corner], connection_id: str, **fields: Any) -> Connection:
    base = {"connection_id": connection_id, "tenant": "main", "connector": "corner"}
    base["base_url"] = shops[connection_id].base_url
    settings = {"locations": {"shelf": "corner-place"}, "sells_from": ("corner-place",), **fields}
    return connections.add(hub, {**base, **settings}, {"signing_key": SIGNING, "api_key": KEY})


def trace(api: Api, event_id: str, outcomes: tuple[str, ...] = ("applied", "unchanged")) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = api.get(f"/v1/events/{event_id}")
        assert found["outcome"] in ("received", *outcomes), found
        return found if found["outcome"] in outcomes else None

    result: dict[str, Any] = eventually(look, f"{event_id} is not normalised")
    return result


def test_a_bad_one_is_refused_with_every_fault_and_changes_nothing(api: Api) -> None:
    broken = corner.MANIFEST.replace("scheme: hub-256", "scheme: rot13").replace("secrets: [signing_key, api_key]", "")
    with pytest.raises(ApiError) as refused:
        register(api, manifest=broken, order=corner.ORDER.replace("as: quantity", "as: guess"))
    faults = refused.value.problem["faults"]
    assert refused.value.status == 422
    assert {fault["check"] for fault in faults} == {"signature", "secrets", "mappings"}
    assert "there is no signature scheme 'rot13'" in {fault["message"] for fault in faults}
    with pytest.raises(ApiError, match="There is no connector corner"):
        api.get("/v1/connectors/corner")


def test_one_that_maps_otherwise_than_its_samples_say_is_refused(api: Api) -> None:
    with pytest.raises(ApiError) as refused:
        register(api, order=corner.ORDER.replace("from: number, as: text", "from: id, as: id"))
    assert refused.value.problem["faults"] == [
        {"check": "mapping", "file": "order_placed__mugs.json", "message": "fact 0 (order): label is not as expected"}
    ]


def test_the_command_line_registers_a_folder(
    hub: Hub, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "current", lambda: hub)
    scaffold.write("fourteenth", "crm", tmp_path)
    done = CliRunner().invoke(connectors.app, ["register", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.stdout
    version = json.loads(done.stdout)["version"]
    assert api.get("/v1/connectors/fourteenth")["version"] == version


def test_a_name_of_the_repository_cannot_be_registered_over(api: Api) -> None:
    with pytest.raises(ApiError) as refused:
        register(api, manifest=corner.MANIFEST.replace("channel: corner", "channel: square"))
    assert [fault["message"] for fault in refused.value.problem["faults"]] == [
        "manifest.yaml: the name square belongs to this repository"
    ]


def test_a_thirteenth_channel_is_registered_sends_and_is_told(hub: Hub, api: Api, shops: dict[str, Corner]) -> None:
    before = fingerprint()
    status, made = register(api)
    assert (status, made["connector"], made["versions"]) == (201, "corner", 1)
    assert register(api) == (200, made)  # the same again is the same version
    assert "corner" in {each["channel"] for each in api.get("/v1/connectors")["connectors"]}
    till = connect(hub, shops, "corner-till", owns=("corner-place",))
    shop = connect(hub, shops, "corner-shop", default_location="corner-place")

    counted = {**corner.COUNTED, "sku": SKU}
    status, taken = send(api, till, "stock.changed", counted, "d-1")
    assert status == 202
    assert trace(api, taken["event_id"])["connector"] == f"corner@{made['version']}"
    eventually(lambda: shops["corner-shop"].stock == {"shelf": 10}, "the shop is not told of ten mugs")

    _, hinted = send(api, shop, "order.hinted", {"order_id": 7001}, "d-2")  # thin: the order is fetched
    children = trace(api, hinted["event_id"])["children"]
    assert trace(api, children[0])["connector"] == f"corner@{made['version']}"
    eventually(lambda: shops["corner-till"].stock == {"shelf": 8}, "the till is not told that two were sold")

    _a_new_version_maps_otherwise(api, shop, made["version"])
    _the_old_version_still_maps_what_it_mapped(hub, api, children[0], shop, made["version"])
    # Registering the first content again goes back to its version.
    assert register(api) == (200, {**made, "versions": 2})
    assert fingerprint() == before


def _a_new_version_maps_otherwise(api: Api, shop: Connection, first: str) -> None:
    relabelled = corner.ORDER.replace("from: number, as: text", "from: id, as: id")
    status, second = register(api, order=relabelled, label="7001")
    assert (status, second["versions"]) == (201, 2)
    assert second["version"] != first
    time.sleep(2.5)  # as long as functions remember which version is current
    _, taken = send(api, shop, "order.placed", placed(7002), "d-3")
    assert trace(api, taken["event_id"])["connector"] == f"corner@{second['version']}"
    found = api.get("/v1/orders", connection_id="corner-shop", channel_order_id="7002")["orders"]
    assert [order["label"] for order in found] == ["7002"]
    shown = api.get("/v1/connectors/corner")
    assert (shown["version"], len(shown["versions"])) == (second["version"], 2)


def _the_old_version_still_maps_what_it_mapped(
    hub: Hub, api: Api, event_id: str, shop: Connection, version: str
) -> None:
    """Open the version that the event's marker names, and map the payload again: the same facts, id for id."""
    dynamo, table = hub.clients("dynamodb"), hub.outputs["ConnectionsTable"]
    registry = Registry(dynamo, table, lambda: hub.clients("s3"), hub.outputs["PackageBucket"])
    seen = trace(api, event_id)
    assert seen["connector"] == f"corner@{version}"
    old = registry.connector("main", seen["connector"])
    said, _ = statements(old, shop, "order", placed(7001))
    assert [fact(each, event_id, shop).fact_id for each in said] == seen["facts"]
