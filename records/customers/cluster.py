"""Form customers (clusters) of accounts: read all whom a change may concern, resolve who is one, write what came of it.

Each customer is one item, at the id of the account known longest; its other accounts redirect there. Whatever a
decision here rests on is written or held in the same transaction. So two handlers never decide past each other.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace

from records.cause import Cause
from records.customers import links as linking
from records.customers.accounts import Account, account, opened
from records.customers.customer import CustomerState, Decision
from records.customers.resolution import Edge, Pair, Resolver, pair_of
from records.errors import ConflictError
from records.facts import Stored
from records.store import keys
from records.store.actions import Item
from records.store.packing import pack
from records.store.unit import Unit

STAMPS = ("pk", "sk", "ver", "record", "id", "tenant", "member", "cause", "origin", "hop", "at", "changed", "quiet")


def save(unit: Unit, cause: Cause, customer_id: str, fields: Item, change: str) -> None:
    """Write a customer. While an existing base is loaded, the bus does not hear of it."""
    stamp = {**cause.stamp("customer", customer_id, [change]), **({"quiet": True} if cause.first_load else {})}
    unit.save(keys.customer(cause.tenant, customer_id), {**stamp, **fields})


def unstamped(item: Item) -> Item:
    """Give what a customer's item says, without when and why it was written."""
    return {name: value for name, value in item.items() if name not in STAMPS}


class Circle:
    """Some customers as one unit of work sees them, with every other customer that they could be joined with."""

    def __init__(self, unit: Unit, cause: Cause) -> None:
        self._unit, self._cause, self._tenant = unit, cause, cause.tenant
        self._items: dict[str, Item | None] = {}  # by the id of who is shown, as read
        self._states: dict[str, CustomerState] = {}
        self._home: dict[str, str] = {}  # account → who it was shown as
        self.accounts: dict[str, Account] = {}

    def gather(self, account_ids: Iterable[str]) -> None:
        """Take in the customers of these accounts, and all who share something with one of them."""
        left = {name for name in account_ids if name not in self._home}
        while left:
            found = linking.heads_of(self._unit, self._tenant, left)
            heads = set(found.values()) - set(self._items)
            near: set[str] = set()
            for head in sorted(heads):
                item = self._item(head)
                if item is not None:
                    self._items[head] = item
                    self._states[head], known = opened(item["state"], self._tenant)
                    self._home |= dict.fromkeys(item["accounts"], head)
                    self.accounts |= {name: each for name, each in known.items() if name in item["accounts"]}
                    near.update(item.get("near", []))
            if any(name not in self._home and self._item(name) is not None for name in found):
                raise ConflictError("an account was read before, and its customer after it moved")
            left = {name for name in near if name not in self._home}

    def _item(self, customer_id: str) -> Item | None:
        return linking.customer(self._unit, self._tenant, customer_id)

    def state(self, account_id: str) -> CustomerState:
        """Give the state of the customer an account belongs to; of an unknown one, an empty state."""
        self.gather([account_id])
        return self._states.get(self._home.get(account_id, ""), CustomerState())

    def customer(self, account_id: str) -> set[str]:
        """Name every account of the customer that an account belongs to; of an unknown one, none."""
        self.gather([account_id])
        home = self._home.get(account_id)
        return {name for name, at in self._home.items() if at == home}

    def say(self, account_id: str, name: str, state: CustomerState) -> None:
        """Set what an account's customer says; an unknown account becomes a customer of its own."""
        head = self._home.setdefault(account_id, account_id)
        self._items.setdefault(head, None)
        self._states[head] = state
        self.accounts[account_id] = account(state, name)

    def are_apart(self, one: str, other: str) -> bool:
        """Tell whether a person set two accounts apart."""
        return self.decided(pair_of(one, other)).get("decision") == "apart"

    def are_joined(self, one: str, other: str) -> bool:
        """Tell whether a person joined two accounts."""
        return self.decided(pair_of(one, other)).get("decision") == "joined"

    def decided(self, pair: Pair) -> Decision:
        """Give what a person decided about a pair; an empty decision where nobody did."""
        return self.state(pair[0]).decided.get(" ".join(pair), {})

    def decide(self, pair: Pair, decision: Decision) -> None:
        """Let both ends of a pair know what a person decided about it."""
        for head in {self._home[name] for name in pair}:
            self._states[head] = self._states[head].with_decision(" ".join(pair), decision)

    def forget(self, account_ids: Set[str]) -> None:
        """Leave accounts out of all that is said here. What is written of them is the caller's."""
        names = {self.accounts.pop(each).name for each in account_ids}
        self._home = {name: home for name, home in self._home.items() if name not in account_ids}
        self._states = {head: state.without(names, account_ids) for head, state in self._states.items()}

    def settle(self) -> None:
        """Resolve who is one, and write what changed."""
        everybody = CustomerState()
        for state in self._states.values():
            everybody = everybody.with_all(state)
        since = {name: self._since(name) for name in self.accounts}
        found = Resolver(self.accounts, since, everybody, self._voids()).resolve()
        shown: dict[str, str] = {}
        for part in found.parts:
            head = min(part, key=lambda name: (since[name], name))
            shown |= dict.fromkeys(part, head)
            near = set().union(*(found.near[name] for name in part)) - part
            state = everybody.part({self.accounts[name].name for name in part}, part)
            edges = [edge for edge in found.edges if edge.pair[0] in part]
            fields: Item = {"accounts": {name: since[name] for name in sorted(part)}}
            fields |= {"state": pack(replace(state, links=self._links(head, edges, since)).as_json())}
            fields |= {"absorbed": sorted(part - {head})} if len(part) > 1 else {}
            self._show(head, {**fields, **({"near": sorted(near)} if near else {})})
        self._redirect(shown)

    def _since(self, name: str) -> str:
        item = self._items[self._home[name]] or {}
        return str(item.get("accounts", {}).get(name, self._cause.at))

    def _voids(self) -> Callable[[str], bool]:
        """Read which of the keys and clues that several of these accounts have link nobody."""
        seen = Counter(key for each in self.accounts.values() for key in (*each.keys, *each.phones, *each.clues))
        places = {key: linking.place_of(self._tenant, key) for key, times in seen.items() if times > 1}
        self._unit.load(list(places.values()))
        return lambda key: linking.is_void(self._unit, places[key])

    def _links(self, head: str, edges: Sequence[Edge], since: dict[str, str]) -> dict[str, Stored]:
        """Say by which link each account came to the customer, seen from the account known longest."""
        links: dict[str, Stored] = {self.accounts[head].name: {"rule": "first seen", "at": since[head]}}
        waiting = deque([head])
        while waiting:
            name = waiting.popleft()
            for edge in edges:
                one, other = edge.pair if edge.pair[0] == name else edge.pair[::-1]
                if one == name and self.accounts[other].name not in links:
                    link = {"rule": edge.rule, "at": edge.at, "to": self.accounts[name].name, **edge.more}
                    links[self.accounts[other].name] = link
                    waiting.append(other)
        return links

    def _show(self, head: str, fields: Item) -> None:
        """Write a customer or, where nothing changed, hold it: what was decided rests on it."""
        before = self._item(head)
        if before is not None and unstamped(before) == fields:
            self._unit.hold(keys.customer(self._tenant, head))
            return
        change = "sources"
        if before is not None:
            known, now = set(before.get("accounts", {})), set(fields["accounts"])
            was_one = {self._home[name] for name in now if self._items[self._home[name]] is not None}
            change = "absorbed" if len(was_one) > 1 else "parted" if known - now else "sources"
            change = "unmerged" if "redirect" in before else change
        save(self._unit, self._cause, head, fields, change)

    def _redirect(self, shown: dict[str, str]) -> None:
        """Let every account lead to the customer it is shown as.

        A redirect may lead over others as long as it ends there. Only where a customer was parted is each of its
        accounts looked at.
        """
        parted = {self._home[name] for name, head in shown.items() if head != shown[self._home[name]]}
        looked_at = [name for name in shown if self._home[name] in parted]
        self._unit.load([keys.customer(self._tenant, name) for name in looked_at])
        for name, head in shown.items():
            before = self._items.get(name)
            if name == head:
                continue
            if before is not None:  # it was shown itself
                save(self._unit, self._cause, name, {"redirect": head}, "merged")
            elif self._is_new(name) or (name in looked_at and (self._item(name) or {}).get("redirect") != head):
                self._unit.save(keys.customer(self._tenant, name), {"redirect": head})

    def _is_new(self, name: str) -> bool:
        return name not in (self._items[self._home[name]] or {}).get("accounts", {})
