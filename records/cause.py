"""Why a record changes: the event whose facts are applied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Cause:
    """The event whose facts are applied; every record it changes carries this."""

    tenant: str
    event_id: str
    connection_id: str
    at: str
    owns: frozenset[str] = frozenset()  # places whose counts by this connection are the truth
    tells: bool = False  # the hub tells this connection what others take of the stock it owns
    hop: int = 0
    remaps: bool = False  # apply the event again where another version of its connector mapped it before
    first_load: bool = False  # an existing customer base is being loaded: the bus does not hear of each customer
    group: str = ""  # the group (franchise) with which the tenant shares its customers; empty: none
    member: str = ""  # where `tenant` is a group: the tenant whose event this is

    @property
    def people(self) -> "Cause":
        """Give the cause for customer records: the group's, where the tenant shares its customers, else this one."""
        return replace(self, tenant=self.group, group="", member=self.tenant) if self.group else self

    def stamp(self, record: str, record_id: str, changed: Sequence[str]) -> dict[str, Any]:
        """Give the fields by which a written record tells the bus what happened. No personal data."""
        stamped = {
            "record": record,
            "id": record_id,
            "tenant": self.tenant,
            "cause": self.event_id,
            "origin": self.connection_id,
            "hop": self.hop,
            "at": self.at,
            "changed": list(changed),
        }
        return {**stamped, "member": self.member} if self.member else stamped
