"""One thing that a channel should show. What that is of a record, the record's own room says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wanted:
    """One thing a channel should show. `value` is compared with what it shows; `record` is what the mapping reads."""

    kind: str
    key: str
    value: str
    record: dict[str, Any]
    location_id: str | None = None
    told: Mapping[str, str] | None = field(default=None, compare=False)
