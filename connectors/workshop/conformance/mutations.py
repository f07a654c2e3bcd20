"""Payloads made wrong on purpose: deterministic, so that a fault found once is found again."""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

PLACES = 80  # of one payload; large ones are tried at as many places, evenly chosen
OTHERS: tuple[Any, ...] = (None, "kit", "", 17, -1, Decimal("1.5"), True, [], {}, [{}], {"kit": 1}, [None], 2**70)

Path = tuple[str | int, ...]


def places(payload: Any, seed: str) -> list[Path]:
    """Choose paths of a payload, the root not among them."""
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
    """Give payloads with one value of another type."""
    for number, path in enumerate(places(payload, seed)):
        for shift in range(4):
            other = OTHERS[(number * 3 + shift * 5) % len(OTHERS)]
            yield path, _changed(payload, path, other)


def without(payload: Any, seed: str) -> Iterator[tuple[Path, Any]]:
    """Give payloads with one field or element missing."""
    for path in places(payload, seed):
        yield path, _changed(payload, path, _GONE)


def with_unknown(payload: Any) -> Any:
    """Give a payload with a field nobody knows in every object."""
    if isinstance(payload, dict):
        return {**{key: with_unknown(value) for key, value in payload.items()}, "kit_unknown": {"kit": [1, "x"]}}
    return [with_unknown(item) for item in payload] if isinstance(payload, list) else payload


_GONE = object()


def _changed(value: Any, path: Path, other: Any) -> Any:
    """Copy a payload along a path with another value at its end."""
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
    """Write a path as a JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
