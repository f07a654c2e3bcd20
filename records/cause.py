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
    owns: frozenset[str] = frozenset()
    tells: bool = False  # the hub tells this connection what others take of the stock it owns
    hop: int = 0
    remaps: bool = False  # what another version of the mapping made of the event is to be made again
    first_load: bool = False  # an existing customer base is being loaded: nobody is told of every single customer
    group: str = ""  # of the tenants that share their customers, where the tenant is one of them
    member: str = ""  # of what is kept for a group: the tenant whose event changes it

    @property
    def people(self) -> "Cause":
        """Give the cause of what is kept of customers: the group's, where the tenant shares its customers."""
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
