"""One thing that a channel should show (its desired state). Which things these are, each record's own folder says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wanted:
    """One thing a channel should show.

    `value` is compared with what it shows now, `record` is what the mapping reads. `told` is there where the channel
    owns the place: what it knows of others' claims once it shows this, `{source: pieces}`.
    """

    kind: str
    key: str
    value: str
    record: dict[str, Any]
    location_id: str | None = None
    told: Mapping[str, str] | None = field(default=None, compare=False)
