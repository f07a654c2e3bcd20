"""`tributary up --data` stopped and started again goes on where it was."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels import stand_in
from tests.e2e.retailer import wait

pytestmark = pytest.mark.cloud
COMMAND = Path(sys.executable).with_name("tributary")
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Runs the command in a folder of its own, and gives what it prints; ends what is still up."""
    environment = {**os.environ, "TRIBUTARY_HOME": str(tmp_path / "home")}

    def call(*arguments: str, check: bool = True) -> Any:
        done = subprocess.run(
            [COMMAND, *arguments, "--json"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    yield call
    call("down", check=False)


def order(folder: Path, number: int) -> str:
    """Write the webhook of an order into a file."""
    about = {"id": number, "created_at": "2026-11-22T10:00:00Z", "updated_at": "2026-11-22T10:00:00Z"}
    line = {"id": 1, "sku": "MUG", "quantity": 1, "price": "12.50", "title": "Mug"}
    money = {"currency": "EUR", "total_price": "12.50", "subtotal_price": "12.50"}
    file = folder / f"{number}.json"
    file.write_text(json.dumps({**about, **money, "line_items": [line]}))
    return str(file)


def outcomes(run: Run) -> dict[str, str]:
    return {each["event_id"]: each["outcome"] for each in run("events", "list", "--limit", "200")["events"]}


def test_what_was_accepted_just_before_a_stop_is_applied_after_the_start(run: Run, tmp_path: Path) -> None:
    channel, held = stand_in("shopify")
    secrets = [option for name, value in held.items() for option in ("--secret", f"{name}={value}")]
    first = run("up", "--data", "state", "--detach")
    run("connections", "add", "shopify", "--id", "shop", "--base-url", channel.start(), *secrets)
    (fed,) = run("feed", "shop", order(tmp_path, 1), "--topic", "orders/create")
    wait(lambda: outcomes(run) == {fed["event_id"]: "applied"}, "the first order is applied")
    last = run("feed", "shop", *(order(tmp_path, number) for number in range(2, 22)), "--topic", "orders/create")
    assert {each["status"] for each in last} == {202}
    assert run("down") == {"was_running": True}
    assert run("down") == {"was_running": False}

    second = run("up", "--data", "state", "--detach")
    assert second == first
    assert [each["connection_id"] for each in run("connections", "list")] == ["shop"]
    every = {fed["event_id"], *(each["event_id"] for each in last)}
    wait(lambda: outcomes(run) == dict.fromkeys(every, "applied"), "all that was accepted is applied")
    (again,) = run("feed", "shop", order(tmp_path, 1), "--topic", "orders/create")
    assert (again["status"], again["event_id"]) == (200, fed["event_id"])
    (new,) = run("feed", "shop", order(tmp_path, 99), "--topic", "orders/create")
    assert new["status"] == 202
    wait(lambda: outcomes(run).get(new["event_id"]) == "applied", "what comes after the start is applied")
    assert {depth["waiting"] for name, depth in run("status")["queues"].items() if name.endswith("-dead")} == {0}
    channel.stop()
