"""JSON Pointers (RFC 6901) into payloads."""

from typing import Any


def escaped(name: str) -> str:
    """Give a name as one step of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def pointer_of(payload: Any, wanted: Any) -> str | None:
    """Find where in a payload this very object or list stands. Scalars are not found: they have no identity."""
    if not isinstance(wanted, dict | list):
        return None
    todo = [("", payload)]
    while todo:
        pointer, value = todo.pop()
        if value is wanted:
            return pointer
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        todo.extend((f"{pointer}/{escaped(str(step))}", item) for step, item in steps)
    return None
