"""DynamoDB's arithmetic: how large an item is, and what reading and writing it costs.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html and
…/read-write-operations.html. A write is rounded up to 1 KB and costs twice as much in a transaction. A read is rounded
up to 4 KB.
"""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

WRITE, READ = 1024, 4096

Wire = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB's own JSON."""


def item_size(item: Wire) -> int:
    """Give an item's size in bytes: its names and values."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_size(Decimal(content))
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "M":
            return 3 + len(content) + item_size(content)
        case "L":
            return 3 + len(content) + sum(_size(part) for part in content)
        case _:
            raise ValueError(f"items here have no values of type {kind}")


def _number_size(number: Decimal) -> int:
    """Give a number's size in bytes: one for two digits without outer zeros, one for the exponent, one for a minus."""
    sign, digits, _ = number.normalize().as_tuple()
    return math.ceil(len(digits) / 2) + 1 + sign


def write_units(size: int, *, transaction: bool = False) -> float:
    """Give the units of writing an item. `size` is the larger of its sizes before and after, in bytes."""
    return max(1, math.ceil(size / WRITE)) * (2.0 if transaction else 1.0)


def read_units(sizes: Iterable[int], *, consistent: bool = True) -> float:
    """Give the units of reading items of these sizes one by one. A missing item (size 0) costs like the smallest."""
    return sum(max(1, math.ceil(size / READ)) for size in sizes) * (1.0 if consistent else 0.5)


def query_units(sizes: Iterable[int], *, consistent: bool = True) -> float:
    """Give the units of a query for items of these sizes. Their sum is rounded up, not each."""
    return read_units([sum(sizes)], consistent=consistent)
