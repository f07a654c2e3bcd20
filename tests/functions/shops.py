"""The shops that most tests of functions trade with: a web shop and a till of one place, and its clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from functions import runtime
from tests.hub import Hub

PLACE = "lille"
POOL: dict[str, Any] = {"sells_from": (PLACE,), "default_location": PLACE}


def web_shop(hub: Hub, connection_id: str = "web", **more: Any) -> Any:
    """Connect a web shop that sells what lies in Lille."""
    return hub.connect("shopify", connection_id, locations={"905": PLACE}, **POOL, **more)


def till(hub: Hub, connection_id: str = "till", **more: Any) -> Any:
    """Connect the till that stands in Lille and counts what lies there."""
    return hub.connect("square", connection_id, locations={"LILLE1": PLACE}, owns=(PLACE,), **POOL, **more)


class Clock:
    """The time that functions see. It stands still from the first time it is set."""

    def __init__(self, put: Callable[[Callable[[], datetime]], None]) -> None:
        self._put = put

    def set(self, moment: str) -> None:
        """Let it be a certain time."""
        now = datetime.fromisoformat(moment).astimezone(UTC)
        self._put(lambda: now)

    def pass_by(self, **time: float) -> None:
        """Let time pass: `minutes=3`."""
        now = runtime.now() + timedelta(**time)
        self._put(lambda: now)
