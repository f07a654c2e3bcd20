"""Forget a person in a payload of the Inbox: erase a payload about them alone, redact one that is about others too."""

from collections.abc import Sequence
from typing import Any

from functions import runtime
from functions.privacy import redaction
from functions.privacy.redaction import Names
from functions.runtime import logger
from mappings.payloads import write_json
from records.customers.claims import claims, statement_of
from records.facts import Stored
from records.store.actions import Item


def forget(item: Item, payload: Any, names: Names, at: str, *, is_shared: bool) -> str:
    """Erase a payload, or redact one that is about others too (`is_shared`). Done again, it changes nothing more.

    A payload that is neither an object nor a list cannot be redacted and is erased. Gives the name under which requests
    count this: `payloads_erased` or `payloads_redacted`.
    """
    left = _left(payload, names) if is_shared else None
    runtime.inbox().erase(item["tenant"], item["event_id"], at, left)
    logger.info("payload forgotten", event_id=item["event_id"], whole=left is None)
    return "payloads_erased" if left is None else "payloads_redacted"


def _left(payload: Any, names: Names) -> bytes | None:
    if not isinstance(payload, dict | list):
        return None
    kept = redaction.cut(payload, names)
    return write_json(redaction.blank(payload, names) if kept is None else kept)


def names_in(stated: Sequence[Stored]) -> Names:
    """Give what names the people that some facts are about."""
    said = (statement_of({**each, "kind": "consent"} if "subject" in each else each) for each in stated)
    return Names.of(key for statement in said if statement for key in claims(statement))
