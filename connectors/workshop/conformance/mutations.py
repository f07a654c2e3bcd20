"""Payloads made wrong on purpose: deterministic, so that a fault found once is found again."""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

PLACES = 80  # of one payload; in a larger one as many are chosen at random, the same ones each time
OTHERS: tuple[Any, ...] = (None, "kit", "", 17, -1, Decimal("1.5"), True, [], {}, [{}], {"kit": 1}, [None], 2**70)

Path = tuple[str | int, ...]


def places(payload: Any, seed: str) -> list[Path]:
    """Choose at most PLACES paths of a payload; the root is none of them. One `seed` gives one choice."""
    found = list(_walk(payload, ()))
    if len(found) <= PLACES:
        return found
    chosen = random.Random(seed).sample(range(len(found)), PLACES)  # noqa: S311 - the same choice each time
    return [found[number] for number in sorted(chosen)]


def _walk(value: Any, path: Path) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield (*path, step)
        yield from _walk(inner, (*path, step))


def retyped(payload: Any, seed: str) -> Iterator[tuple[Path, Any]]:
    """Give (path, payload with another value there), the value mostly of another type; four for each path."""
    for number, path in enumerate(places(payload, seed)):
        for shift in range(4):
            other = OTHERS[(number * 3 + shift * 5) % len(OTHERS)]
            yield path, _changed(payload, path, other)


def without(payload: Any, seed: str) -> Iterator[tuple[Path, Any]]:
    """Give (path, payload without the field or element there)."""
    for path in places(payload, seed):
        yield path, _changed(payload, path, _GONE)


def with_unknown(payload: Any) -> Any:
    """Give a payload with a field nobody knows in every object."""
    if isinstance(payload, dict):
        return {**{key: with_unknown(value) for key, value in payload.items()}, "kit_unknown": {"kit": [1, "x"]}}
    return [with_unknown(item) for item in payload] if isinstance(payload, list) else payload


_GONE = object()


def _changed(value: Any, path: Path, other: Any) -> Any:
    """Copy a payload with another value at a path. Only the containers along the path are copied."""
    step, rest = path[0], path[1:]
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[step] = _changed(value[step], rest, other)
    elif other is _GONE:
        del copy[step]
    else:
        copy[step] = other
    return copy


def pointer(path: Path) -> str:
    """Write a path as a JSON Pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
