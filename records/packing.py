"""How a record's state lies in its item: JSON, compressed, because a write is paid by the kilobyte."""

import json
import zlib
from typing import Any


def pack(state: Any) -> bytes:
    """Compress a JSON state; the same state gives the same bytes."""
    return zlib.compress(json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(), 9)


def unpack(packed: bytes) -> Any:
    """Read a state back."""
    return json.loads(zlib.decompress(packed))
