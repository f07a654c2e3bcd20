"""Pausing, resuming and reconciling a connection over HTTP; what the API may not do it says how to do."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions import runtime
from functions.cache import cache
from functions.registry import connections, connectors
from records.store import keys
from tests.hub import Hub


@pytest.fixture
def market(local_hub: Hub) -> Hub:
    local_hub.connect("mirakl", "market")
    local_hub.connect("shopify", "web")
    local_hub.connect("mirakl", "theirs", tenant="main")
    if not local_hub.connections["market"].delivery:
        local_hub.map_pushes("market")
    local_hub.tell("/v1/connections/market/resume", {})
    return local_hub


def is_handed_over(hub: Hub) -> bool:
    uuid = hub.connections["market"].delivery
    return bool(hub.client("lambda").get_event_source_mapping(UUID=uuid)["State"] == "Enabled")


def status(hub: Hub) -> str:
    cache.clear()
    return {each["connection_id"]: each["status"] for each in hub.ask("/v1/connections").json()["connections"]}[
        "market"
    ]


def test_a_paused_connection_is_neither_polled_nor_pushed_to_until_it_is_resumed(market: Hub) -> None:
    for _ in range(2):
        assert market.tell("/v1/connections/market/pause", {}).json() == {"connection_id": "market", "status": "paused"}
        assert (status(market), is_handed_over(market)) == ("paused", False)
    assert market.run("poll", {"connection_id": "market"})["taken"] == {}
    assert market.tell("/v1/connections/market/resume", {}).json()["status"] == "active"
    assert (status(market), is_handed_over(market)) == ("active", True)
    assert market.run("poll", {"connection_id": "market"})["taken"] != {}


def test_of_a_pause_and_a_resume_at_once_one_gets_its_way_in_both(market: Hub) -> None:
    """Each makes three calls; every way in which two can take turns is played."""
    for turns in set(itertools.permutations("PPPRRR")):
        left = {"P": "paused", "R": "active"}
        _play(market, list(turns), left)
        assert is_handed_over(market) == (status(market) == "active"), turns


def _play(hub: Hub, turns: list[str], wanted: dict[str, str]) -> None:
    """Let two switch; one goes on only when it is its turn, and at the end both do."""
    import threading

    gates = {name: threading.Semaphore(0) for name in wanted}
    waits = {name: threading.Semaphore(0) for name in wanted}
    done: set[str] = set()

    def gated(name: str, client: Any) -> Any:
        class Gate:
            def __getattr__(self, operation: str) -> Callable[..., Any]:
                def call(**arguments: Any) -> Any:
                    waits[name].release()
                    gates[name].acquire()
                    return getattr(client, operation)(**arguments)

                return call

        return Gate()

    def run(name: str) -> None:
        clients = (gated(name, runtime.client("dynamodb")), gated(name, hub.client("lambda")))
        connections.switch(*clients, "Connections", hub.connections["market"], wanted[name])
        done.add(name)
        waits[name].release()

    threads = [threading.Thread(target=run, args=(name,), daemon=True) for name in wanted]
    for thread in threads:
        thread.start()
    for gate in waits.values():
        gate.acquire()
    for name in [*turns, *"PPPRRRPPPRRR"]:
        if name not in done:
            gates[name].release()
            waits[name].acquire()
    for thread in threads:
        thread.join(10)
    assert done == set(wanted)


def test_a_connection_whose_mapping_is_not_noted_is_left_to_the_command_line(market: Hub) -> None:
    answer = market.tell("/v1/connections/web/pause", {})
    assert (answer.status, answer.problem()) == (409, "operator_needed")
    assert answer.json()["run"] == "tributary connections pause web"


def test_a_secret_is_changed_by_whoever_runs_the_hub(market: Hub) -> None:
    answer = market.tell("/v1/connections/market/rotate", {})
    assert (answer.status, answer.problem()) == (409, "operator_needed")
    assert answer.json()["run"].startswith("tributary connections rotate market")


@pytest.mark.parametrize("what", ["pause", "resume", "rotate", "reconcile"])
def test_another_tenants_connection_is_not_there(market: Hub, what: str) -> None:
    assert market.tell(f"/v1/connections/theirs/{what}", {}).problem() == "not_found"


def test_what_is_to_be_reconciled_is_polled_at_once_and_once(market: Hub) -> None:
    market.run("poll", {})
    assert market.run("poll", {})["taken"] == {}
    since = runtime.rfc3339(runtime.now() - timedelta(days=9))
    answer = market.tell("/v1/connections/market/reconcile", {"since": since})
    assert (answer.status, answer.json()["since"]) == (202, since)
    long_ago = market.tell("/v1/connections/market/reconcile", {"since": "0999-01-01T00:00:00Z"})
    assert long_ago.json()["since"] == "0999-01-01T00:00:00.000Z"
    polled = set(market.run("poll", {})["taken"])
    assert polled == {f"market/{name}" for name in answer.json()["polls"]}
    assert market.run("poll", {})["taken"] == {}


def test_a_reconciliation_goes_back_as_far_as_it_says(market: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def made(client: Any, call: str, since: str, cursor: Any) -> Any:
        from connectors.client import Page

        asked.append(since)
        return Page([], None)

    market.run("poll", {})
    monkeypatch.setattr("functions.poll.make_call", made)
    market.tell("/v1/connections/market/reconcile", {"since": "2026-01-31T09:00:00+01:00"})
    market.run("poll", {})
    assert asked
    assert set(asked) == {"2026-01-31T08:00:00.000Z"}
    key = keys.cursor("acme", "market", next(iter(connectors.find("acme", "mirakl").manifest.polls)))
    assert "polled_at" in runtime.records().get([key])[key]


@pytest.mark.parametrize(
    ("connection_id", "said", "status", "code"),
    [
        ("market", {"since": "yesterday"}, 400, "body_invalid"),
        ("market", {"since": "2026-01-31T09:00:00"}, 400, "body_invalid"),
        ("market", {"since": "0001-01-01T00:00:00+14:00"}, 400, "body_invalid"),
        ("market", {"until": "2026-01-31T09:00:00Z"}, 400, "body_invalid"),
    ],
)
def test_what_cannot_be_reconciled_is_said(
    market: Hub, connection_id: str, said: dict[str, str], status: int, code: str
) -> None:
    answer = market.tell(f"/v1/connections/{connection_id}/reconcile", said)
    assert (answer.status, answer.problem()) == (status, code)


def test_a_paused_connection_is_not_reconciled(market: Hub) -> None:
    market.tell("/v1/connections/market/pause", {})
    assert market.tell("/v1/connections/market/reconcile", {}).problem() == "connection_paused"
