"""Who is one person by a shared phone. Such a link is only as good as nobody contradicts it, so it can be taken back.

Customers that strong keys join are one for good. Customers that only share a phone form a group: one of them is shown
for all, the others redirect to it, and each keeps what is its own. Every change forms the groups it touches anew from
what is known then, so that they do not depend on who came first.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from records import customer as customers
from records import linking
from records.cause import Cause
from records.customer import CustomerState, Profile
from records.packing import pack, unpack
from records.store import keys
from records.store.actions import Item
from records.unit import Unit

OWN = ("merged", "since")
"""Fields that stay whatever group a customer is in: whom strong keys made part of it, and since when it is known."""


def own_state(item: Item | None) -> CustomerState:
    """Give what is a customer's own, without those it is shown for."""
    return CustomerState(**unpack(item["own"] if "own" in item else item["state"])) if item else CustomerState()


class Groups:
    """The groups around some customers, as one unit sees them. `states` are own states that it is about to write."""

    def __init__(self, unit: Unit, cause: Cause, states: dict[str, CustomerState], fields: dict[str, Item]) -> None:
        self._unit, self._cause, self._states, self._fields = unit, cause, states, fields
        self._shared: set[str] = set()

    def form(self, around: Iterable[str], phones: Iterable[str]) -> None:
        """Form anew, and write, the groups of these customers, of those they were grouped with, and of everybody who
        has one of these phones.
        """
        near = {*around, *(other for phone in phones for other in self._holders(phone))}
        left = {other for name in near for head in self._before(name) for other in self._before(head)}
        while left:
            group = self._grown({left.pop()})
            for parted in [group] if self._agrees(group) else [{name} for name in group]:
                self._write(sorted(parted, key=lambda name: (self._since(name), name)))
            left -= group
        # Who joins or parts depends on all who have a phone: nobody may change that unseen while this is written.
        for phone in sorted({*phones} | self._shared):
            linking.touch(self._unit, self._cause.tenant, phone)

    def _before(self, name: str) -> set[str]:
        """Name those a customer was shown for or with when it was read, as what they are by now."""
        item = self._unit.stored(keys.customer(self._cause.tenant, name)) or {}
        known = [name, *item.get("members", []), *([item["redirect"]] if item.get("soft") else [])]
        return {linking.follow(self._unit, self._cause.tenant, other) for other in known}

    def _grown(self, group: set[str]) -> set[str]:
        """Add everybody that a phone joins with somebody in the group, until nobody is left to add."""
        while True:
            phones = {phone for name in group for phone in self._phones(name)}
            more = {other for phone in phones if self._joins(phone) for other in self._holders(phone)} - group
            if not more:
                return group
            group = group | more

    def _joins(self, phone: str) -> bool:
        holders = self._holders(phone)
        return 1 < len(holders) < linking.SHARED_FROM and self._agrees(holders)

    def _agrees(self, names: set[str]) -> bool:
        profiles = [self._profile(name) for name in names]
        return all(customers.are_compatible(one, other) for one, other in combinations(profiles, 2))

    def _holders(self, phone: str) -> set[str]:
        """Name those who give this phone now."""
        found = linking.holders(self._unit, self._cause.tenant, phone)
        if len(found) > 1:
            self._shared.add(phone)
        return {name for name in found if phone in self._phones(name)}

    def _phones(self, name: str) -> set[str]:
        return phones_of(self._state(name))

    def _profile(self, name: str) -> Profile:
        return customers.profile(self._state(name).sources.values())

    def _state(self, name: str) -> CustomerState:
        if name not in self._states:
            self._states[name] = own_state(self._unit.item(keys.customer(self._cause.tenant, name)))
        return self._states[name]

    def _field(self, name: str) -> Item:
        item = self._unit.item(keys.customer(self._cause.tenant, name)) or {}
        return {**{field: item[field] for field in OWN if field in item}, **self._fields.get(name, {})}

    def _since(self, name: str) -> str:
        return str(self._field(name)["since"])

    def _write(self, group: list[str]) -> None:
        """Write a group: its head with what all of them said, the others as redirects. Nothing new: nothing written."""
        head, *members = group
        absorbed = {each for name in group for each in [*self._field(name).get("merged", []), name]} - {head}
        state = self._state(head)
        for name in members:
            state = state.merged_with(self._state(name))
            self._save(name, {"state": pack(self._state(name).as_json()), "redirect": head, "soft": True}, "merged")
        shown: dict[str, Any] = {"state": pack(state.as_json())}
        if absorbed:
            shown["absorbed"] = sorted(absorbed)
        if members:
            shown |= {"own": pack(self._state(head).as_json()), "members": members}
        self._save(head, shown, "absorbed" if members or self._fields.get(head, {}).get("merged") else "sources")

    def _save(self, name: str, said: dict[str, Any], change: str) -> None:
        key = keys.customer(self._cause.tenant, name)
        fields, before = {**self._field(name), **said}, self._unit.item(key)
        stamps = {"pk", "sk", "ver", *self._cause.stamp("customer", name, [])}
        if before is None or {field: value for field, value in before.items() if field not in stamps} != fields:
            is_parted = before is not None and "soft" in before and "redirect" not in said
            stamp = self._cause.stamp("customer", name, ["unmerged" if is_parted else change])
            self._unit.save(key, {**stamp, **fields})


def phones_of(state: CustomerState) -> set[str]:
    """Give the phones a customer's sources give now, as keys."""
    return {key for said in state.sources.values() for key in customers.claims(said) if key.startswith("phone:")}
