"""The embedded cloud runs our templates as AWS would, as far as we rely on it, and loses nothing when it is stopped."""

import hashlib
import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.hub.cloud import Cloud, CloudError
from ops.hub.deploy import Hub, deploy_connection, deploy_hub, find_hub
from tests.ops.hub.small_functions import package

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def small() -> Iterator[Hub]:
    """A hub with the functions of small_functions.py and two connections, on a cloud of its own."""
    with Cloud.start() as cloud:
        yield small_hub(cloud)


def small_hub(cloud: Cloud) -> Hub:
    hub = deploy_hub(cloud.client, package(), endpoint=cloud.endpoint, schedules=False)
    for connection_id in ("shop-fr", "shop-de"):
        deploy_connection(hub, connection_id, "acme")
    return hub


def send(hub: Hub, body: bytes | dict[str, Any]) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{hub.webhooks_url}/shop-fr", raw, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def pushes(hub: Hub) -> set[str]:
    """Give "<connection> <sha256 of the payload>" for all that push was called with."""
    pages = hub.clients("dynamodb").get_paginator("scan").paginate(TableName=hub.outputs["ConnectionsTable"])
    return {item["pk"]["S"].removeprefix("tributary-connection-") for page in pages for item in page["Items"]}


def key(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def wait(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.1)


def workers(cloud: Cloud) -> list[str]:
    """Give the processes whose command line names the cloud's folder."""
    processes = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
    lines = []
    for process in processes:
        try:
            lines.append((process / "cmdline").read_text())
        except OSError:
            continue
    return [line for line in lines if str(cloud.directory) in line]


# --- what our functions rely on


def test_a_function_gets_the_very_bytes(small: Hub) -> None:
    body = b'{"name": "\xff\xfe caf\xc3\xa9", "id": 9007199254740993}\r\n'
    seen = send(small, body)
    assert seen == {
        "sha256": hashlib.sha256(body).hexdigest(),
        "is_base64": True,
        "parameters": {"connection_id": "shop-fr"},
    }


def test_stock_reaches_its_origin_and_orders_do_not(small: Hub) -> None:
    stock, order = {"n": 1}, {"n": 2, "kind": "OrderCreated"}
    send(small, stock)
    send(small, order)
    wait(lambda: {f"shop-de {key(order)}", f"shop-de {key(stock)}", f"shop-fr {key(stock)}"} <= pushes(small))
    assert f"shop-fr {key(order)}" not in pushes(small)


@pytest.mark.parametrize("how", ["crash", "refuse"])
def test_a_message_comes_again_after_a_crash_or_a_refusal(small: Hub, how: str) -> None:
    body = {how: 2}
    send(small, body)
    wait(lambda: f"shop-de {key(body)}" in pushes(small))


def test_a_message_that_is_never_done_ends_in_the_dead_letter_queue(small: Hub) -> None:
    send(small, {"refuse": 99})
    url, sqs = small.outputs["NormaliseDeadUrl"], small.clients("sqs")
    name = "ApproximateNumberOfMessages"
    wait(lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name] == "1")


# --- its life


def test_a_stop_in_the_middle_of_work_loses_nothing(tmp_path: Path) -> None:
    bodies = [{"n": n, "stay": 0.05} for n in range(60)]
    with Cloud.start(tmp_path) as cloud:
        hub = small_hub(cloud)
        for body in bodies:
            send(hub, body)
        left = workers(cloud)
    assert left
    assert workers(cloud) == []
    with Cloud.start(tmp_path) as cloud:
        again = find_hub(cloud.client, endpoint=cloud.endpoint)
        assert again.api_url == hub.api_url
        assert again.token == hub.token
        wanted = {f"{name} {key(body)}" for body in bodies for name in ("shop-fr", "shop-de")}
        wait(lambda: wanted <= pushes(again), 60)


def test_it_ends_with_the_process_that_started_it() -> None:
    cloud = Cloud.start()
    assert cloud.process is not None
    assert cloud.process.stdin is not None
    cloud.process.stdin.close()  # what the system does when we are killed
    assert cloud.process.wait(20) == 0
    cloud.stop()


def test_a_detached_one_is_stopped_by_its_process_id() -> None:
    started = Cloud.start(detach=True)
    Cloud(started.endpoint, started.pid, started.directory).stop()
    assert not started.is_running()
    assert not started.directory.exists()


def test_a_port_that_is_taken_is_named() -> None:
    with Cloud.start() as cloud:
        port = int(cloud.endpoint.rpartition(":")[2])
        with pytest.raises(CloudError, match=f"port {port} is taken"):
            Cloud.start(port=port)


def test_a_start_that_fails_shows_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.hub.cloud.KEPT_VARIABLES", ())
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(CloudError, match="did not start on http://127"):
        Cloud.start(tmp_path)


def test_stopping_twice_is_harmless() -> None:
    cloud = Cloud.start()
    os.kill(cloud.pid, signal.SIGKILL)
    cloud.stop()
    cloud.stop()
