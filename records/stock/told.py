"""What the owner of a place was told of others' claims: the entries that a confirmed push leaves in its stock record.

The entries themselves (`told#<time>`, `told_since`, `rebased`) are explained in `position`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from records.moments import just_after, rfc3339
from records.stock import position
from records.store.actions import Is, Item, Key, Update

TIDY_FROM = 60  # entries of a stock record
SETTLED = timedelta(days=7)  # after so long no channel sends any more what it had not sent


def confirmed(key: Key, known: Item, told: Mapping[str, str], sent_at: str) -> Update:
    """Keep that the owner shows a number in which these claims are taken off. `known` is the stock record."""
    count_at = known["count"]["at"]
    put: dict[str, Any] = {f"told#{_from(count_at, sent_at)}": dict(told)}
    if "told_since" not in known:
        put["told_since"] = count_at
    return Update(key, put=put, remove=position.outdated(known))


def _from(count_at: str, sent_at: str) -> str:
    """Say from when on an owner's counts contain what it was told.

    Many owners tell whole seconds: a number that we set then bears a time from before we sent it. A count that was
    known before we sent the number does not contain it.
    """
    return max(f"{sent_at[:19]}.000Z", just_after(count_at)) if count_at.endswith(".000Z") else sent_at


def tidied(key: Key, known: Item, now: datetime) -> Update | None:
    """Take claims that are long settled and told out of a stock record, or give None where there are none.

    The write conflicts where anybody else wrote the record meanwhile.
    """
    put, remove = position.rebased(known, rfc3339(now - SETTLED))
    return Update(key, put=put, remove=remove, add={"ver": 1}, when=Is("ver", known["ver"])) if put else None
