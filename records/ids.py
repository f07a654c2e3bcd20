"""Identifiers made of content alone: the same thing has the same id in every process and every replay."""

import functools
import hashlib


def _digest(*parts: str) -> str:
    # Each part is preceded by its length: ("a", "bc") and ("ab", "c") must differ.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def event_id(tenant: str, connection_id: str, delivery: str) -> str:
    """Name an event: one delivery of a connection, by the delivery's own id."""
    return f"evt_{_digest(tenant, connection_id, delivery)[:32]}"


def order_id(tenant: str, connection_id: str, channel_order_id: str) -> str:
    """Name an order of a connection."""
    return f"ord_{_digest(tenant, connection_id, channel_order_id)[:24]}"


@functools.lru_cache(maxsize=4096)
def customer_id(tenant: str, account: str) -> str:
    """Name an account, and the customer that goes by it.

    `account`: `<connection_id>/<channel_customer_id>`, or a guest (`claims.account_name`).
    """
    return f"cus_{_digest(tenant, account)[:24]}"


def review_id(one: str, other: str) -> str:
    """Name the review of two accounts; it does not matter which of them is named first."""
    return f"rev_{_digest(*sorted((one, other)))[:24]}"


def reservation_id(tenant: str, key: str) -> str:
    """Name a reservation by the key its caller chose: the same request again is the same reservation."""
    return f"res_{_digest(tenant, key)[:24]}"


@functools.lru_cache(maxsize=4096)
def claim(tenant: str, key: str) -> str:
    """Name the claim of a key, or a clue, by a digest: it does not show whose e-mail or phone it is."""
    return _digest(tenant, key)[:40]


def erasure_id(tenant: str, request: str) -> str:
    """Name a privacy request."""
    return f"era_{_digest(tenant, request)[:24]}"


def push_key(connection_id: str, record: str, sequence: int, value: str) -> str:
    """Make the idempotency key of a push: a repeat has the same key, the next change another. A UUID-like text."""
    digest = _digest(connection_id, record, str(sequence), value)
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
