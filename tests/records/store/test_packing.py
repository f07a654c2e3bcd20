"""A record's state comes back as it was, whichever dictionary it was packed with."""

import json
import zlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from records.store.packing import compress, decompress, pack, unpack

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)
STATES, PAYLOADS = 0x5B6C6953, 0xF0E87B65


@given(JSON)
def test_what_is_packed_comes_back(state: Any) -> None:
    assert unpack(pack(state)) == state


@given(JSON)
def test_what_was_packed_without_a_dictionary_can_still_be_read(state: Any) -> None:
    assert unpack(zlib.compress(json.dumps(state).encode(), 9)) == state


@given(st.binary())
def test_a_payload_comes_back_byte_for_byte(body: bytes) -> None:
    assert decompress(compress(body)) == body
    assert decompress(zlib.compress(body, 9)) == body


def test_the_dictionaries_of_what_is_stored_do_not_change() -> None:
    """What was packed with them could not be read any more: add another, and leave these."""
    used = [int.from_bytes(packed[2:6], "big") for packed in (pack({}), compress(b""))]
    assert used == [STATES, PAYLOADS]
