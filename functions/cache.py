"""What a process remembers for a short while, so that not every message pays for reading it again."""

import time
from collections.abc import Callable
from typing import Any

FRESH = 20.0  # seconds a connection or secret is remembered; a rotation must overlap by more


class Cache:
    """Values by name, each for as long as it is fresh."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, name: str, read: Callable[[], Any], fresh: float = FRESH) -> Any:
        """Give a value, and read it only where it is not known or no longer fresh (seconds). None is not kept."""
        until, value = self._kept.get(name, (0.0, None))
        if time.monotonic() >= until:
            value = read()
            if value is not None:  # a connection that is not there yet may be there at once
                self._kept[name] = (time.monotonic() + fresh, value)
        return value

    def forget(self, name: str) -> None:
        """Read a value again when it is next asked for."""
        self._kept.pop(name, None)

    def clear(self) -> None:
        """Forget everything, as a cold start does."""
        self._kept.clear()


cache = Cache()
"""The cache of this process."""
