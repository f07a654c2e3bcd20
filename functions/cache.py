"""What a process remembers for a short while, so that no message pays for reading it again."""

import time
from collections.abc import Callable
from typing import Any

FRESH = 20.0  # seconds a connection or secret is remembered; a rotation must overlap by more
FRESH_VERSION = 2.0  # which version of a registered connector is current: a new one is wanted at once
_remembered: dict[str, tuple[float, Any]] = {}


def remember(key: str, read: Callable[[], Any], fresh: float = FRESH) -> Any:
    """Give what a name stands for, and read it only where it is not known or no longer fresh. None is not kept."""
    until, value = _remembered.get(key, (0.0, None))
    if time.monotonic() >= until:
        value = read()
        if value is not None:  # a connection that is not there yet may be there at once
            _remembered[key] = (time.monotonic() + fresh, value)
    return value


def forget(key: str) -> None:
    """Read it again when it is next asked for."""
    _remembered.pop(key, None)
