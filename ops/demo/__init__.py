"""`tributary demo`: play a trading day through five channels, and check that all agree in the evening."""

import time
from typing import Any

from ops.commands import output
from ops.demo import report, verdict
from ops.demo.day import Day
from ops.demo.day import play as live
from ops.demo.shops import Shops


def play(*, people: bool) -> dict[str, Any]:
    """Play the day, and give what `--json` prints. With `people` it is told and shown as well."""
    started, day = time.monotonic(), Day()
    tell = output.step
    with Shops.open(tell) as shops:
        problem: str | None = None
        try:
            live(shops, day, tell, lambda: verdict.wait(shops))
        except verdict.NotQuietError as error:
            problem = str(error)
        result = verdict.summary(shops, day, time.monotonic() - started)
        if problem:
            result["disagreements"].insert(0, problem)
            result["ok"] = False
        if people:
            report.show(shops, day, result)
    return result
