"""How states and payloads lie in their items: compressed, because a write is paid by the kilobyte.

In small texts most bytes are names of fields. So the compressor starts from a dictionary of them (zlib's preset
dictionary, RFC 1950 section 2.2). That takes a third off an order and a sixth off a payload. What is packed names its
dictionary by a checksum.
"""

import json
import zlib
from typing import Any

from records.store.dictionaries import PAYLOADS, STATES

_BY_CHECKSUM = {zlib.adler32(words): words for words in (STATES, PAYLOADS)}
_HAS_DICTIONARY = 0x20  # zlib's flag FDICT, in the second byte; the dictionary's checksum follows


def pack(state: Any) -> bytes:
    """Compress a JSON state; the same state gives the same bytes."""
    text = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return compress(text.encode(), STATES)


def unpack(packed: bytes) -> Any:
    """Read a state back."""
    return json.loads(decompress(packed))


def compress(content: bytes, words: bytes = PAYLOADS) -> bytes:
    """Compress bytes with a dictionary."""
    packer = zlib.compressobj(9, zdict=words)
    return packer.compress(content) + packer.flush()


def decompress(packed: bytes) -> bytes:
    """Read bytes back, whichever dictionary they were compressed with, or none."""
    if not packed[1] & _HAS_DICTIONARY:
        return zlib.decompress(packed)
    unpacker = zlib.decompressobj(zdict=_BY_CHECKSUM[int.from_bytes(packed[2:6], "big")])
    return unpacker.decompress(packed) + unpacker.flush()
