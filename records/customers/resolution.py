"""Which accounts are one customer: a function of what they say and of what people decided, not of who came first.

First what channels and strong keys join; then whom a shared phone joins, as long as nobody contradicts it; then whom
weaker evidence joins, the best match first; last what people joined. What a person set apart stays apart.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from records.customers.accounts import Account, contradict, says_all, weighed
from records.customers.claims import STRENGTH, Profile, are_compatible
from records.customers.customer import CustomerState

SHARED_BY = 8  # from so many customers on, a phone joins nobody
MOST_TOGETHER = 48  # accounts that a phone or weaker evidence may join: more of them are a mistake, not a person
RULES = {"card": "same loyalty card", "email": "same e-mail", "person": "same phone and name"}

Pair = tuple[str, str]


def pair_of(one: str, other: str) -> Pair:
    """Give two accounts in the order in which a pair names them."""
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True)
class Edge:
    """Why two accounts are one customer."""

    pair: Pair
    rule: str
    at: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolution:
    """The customers that accounts come to, the edges that join them, and who shares something without being joined."""

    parts: list[set[str]]
    edges: list[Edge]
    near: dict[str, set[str]]


class Resolver:
    """Some accounts by id, with all that they could be joined with. `is_void` tells of keys that link nobody."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        since: Mapping[str, str],
        state: CustomerState,
        is_void: Callable[[str], bool],
    ) -> None:
        self._accounts, self._known_since, self._state, self._is_void = accounts, since, state, is_void
        self._ids = {each.name: name for name, each in accounts.items()}
        said = dict(self._decided())
        self._apart = {pair for pair, decision in said.items() if decision["decision"] == "apart"}
        self._one = {pair for pair, decision in said.items() if decision["decision"] == "joined"}
        self._opposed: dict[Pair, bool] = {}
        self._part: dict[str, set[str]] = {name: {name} for name in accounts}
        self._edges: list[Edge] = []
        self._met: set[Pair] = set()

    def resolve(self) -> Resolution:
        """Join what may be joined."""
        if len(self._accounts) == 1:
            return Resolution([set(self._accounts)], [], {name: set() for name in self._accounts})
        for edge in [*self._by_channel(), *self._by_key()]:
            self._join(edge)
        self._by_phone()
        for edge in self._by_likeness():
            self._join(edge, self._go_together)
        for edge in self._by_hand():
            self._join(edge)
        parts = list({id(part): part for part in self._part.values()}.values())
        near: dict[str, set[str]] = {name: set() for name in self._accounts}
        for one, other in self._met:
            if self._part[one] is not self._part[other]:
                near[one].add(other)
                near[other].add(one)
        return Resolution(sorted(parts, key=min), self._edges, near)

    def _decided(self) -> list[tuple[Pair, dict[str, str]]]:
        return [((one, other), said) for key, said in self._state.decided.items() for one, other in [key.split()]]

    def _join(self, edge: Edge, may: Callable[[Edge, set[str], set[str]], bool] | None = None) -> None:
        """Join two customers by an edge between two of their accounts, unless somebody set any two of them apart."""
        self._met.add(edge.pair)
        one, other = (self._part[name] for name in edge.pair)
        if one is other or self._are_apart(one, other) or (may and not may(edge, one, other)):
            return
        one |= other
        for name in other:
            self._part[name] = one
        self._edges.append(edge)

    def _are_apart(self, one: Set[str], other: Set[str]) -> bool:
        return any(
            (first in one and second in other) or (first in other and second in one) for first, second in self._apart
        )

    def _by_hand(self) -> list[Edge]:
        """Join what people joined, the latest decision first. It comes last: it joins two customers as they are."""
        joined = [(said["at"], pair, said) for pair, said in self._decided() if said["decision"] == "joined"]
        return [
            Edge(pair, "joined by hand", at, {"by": said["by"], "why": said["why"]})
            for at, pair, said in sorted(joined, key=lambda each: each[:2], reverse=True)
            if all(name in self._accounts for name in pair)
        ]

    def _by_channel(self) -> list[Edge]:
        edges = []
        for each in sorted(self._state.merges.values(), key=lambda each: (each["occurred_at"], each["fact_id"])):
            one, other = self._ids.get(each["from"]), self._ids.get(each["into"])
            if one and other and one != other:
                edges.append(Edge(pair_of(one, other), "merged by the channel", each["occurred_at"]))
        return edges

    def _by_key(self) -> list[Edge]:
        """Join accounts with one key, the strongest key first."""
        edges = []
        for key, names in self._sharing(lambda known: known.keys):
            kind, people = key.partition(":")[0], self._people(names)
            parted = {name: frozenset(other for other in names if self._is_apart(name, other)) for name in names}
            for pair in combinations(names, 2):
                self._met.add(pair)
                if parted[pair[0]] == parted[pair[1]] and self._may_share(*pair, people):
                    edges.append((-STRENGTH[kind], pair, Edge(pair, RULES[kind], self._since(pair))))
        return [edge for _, _, edge in sorted(edges, key=lambda each: each[:2])]

    def _people(self, names: Iterable[str]) -> list[set[str]]:
        """Tell how many people use one key, by the holders whose first name is known."""
        named = [name for name in names if self._accounts[name].profile["first_name"]]
        agreeing = [{one, other} for one, other in combinations(named, 2) if not self._oppose(one, other)]
        return _grown([*({name} for name in named), *agreeing])

    def _may_share(self, one: str, other: str, people: list[set[str]]) -> bool:
        """Tell whether a key joins two of its holders.

        Where several people use it, it joins only accounts of the same one. Of an account without a first name nobody
        knows whose it is.
        """
        if self._oppose(one, other):
            return False
        return len(people) < 2 or any(one in group and other in group for group in people)

    def _is_apart(self, one: str, other: str) -> bool:
        return one != other and pair_of(one, other) in self._apart

    def _sharing(self, of: Callable[[Account], Iterable[str]]) -> list[tuple[str, list[str]]]:
        """Give the keys that several accounts have, with their holders, void ones left out."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._accounts):
            for key in of(self._accounts[name]):
                found.setdefault(key, []).append(name)
        return [(key, names) for key, names in sorted(found.items()) if len(names) > 1 and not self._is_void(key)]

    def _oppose(self, one: str, other: str) -> bool:
        pair = pair_of(one, other)
        if pair not in self._opposed:
            one_of, other_of = (self._accounts[name] for name in pair)
            self._opposed[pair] = pair in self._apart or (pair not in self._one and contradict(one_of, other_of))
        return self._opposed[pair]

    def _since(self, pair: Pair) -> str:
        return max(self._known_since[name] for name in pair)

    def _by_phone(self) -> None:
        """Join customers by a phone on which all who have it agree.

        Several phones may join customers in a chain. Where these do not all agree, nobody knows who belongs to whom,
        and all of them stay as they are.
        """
        joining: list[list[str]] = []
        for _, names in self._sharing(lambda known: known.phones):
            self._met |= set(combinations(names, 2))
            customers = self._customers(names)
            if 1 < len(customers) < SHARED_BY and self._agree(customers):
                joining.append(names)
        groups = _grown(set().union(*self._customers(names)) for names in joining)
        agreed = [group for group in groups if len(group) <= MOST_TOGETHER and self._agree(self._customers(group))]
        for names in joining:
            if any(names[0] in group for group in agreed):
                for other in names[1:]:
                    pair = pair_of(names[0], other)
                    self._join(Edge(pair, "same phone", self._since(pair)))

    def _customers(self, names: Iterable[str]) -> list[set[str]]:
        return list({id(self._part[name]): self._part[name] for name in names}.values())

    def _agree(self, customers: list[set[str]]) -> bool:
        """Tell whether nothing that two of these customers both have differs, and nobody set them apart."""
        if any(self._are_apart(one, other) for one, other in combinations(customers, 2)):
            return False
        seen = [(customer, self._profile(customer)) for customer in customers]
        return all(
            are_compatible(profile, others) and not self._contradict(one, other)
            for (one, profile), (other, others) in combinations(seen, 2)
        )

    def _contradict(self, one: set[str], other: set[str]) -> bool:
        return any(self._oppose(first, second) for first in one for second in other)

    def _profile(self, customer: Iterable[str]) -> Profile:
        known = [self._accounts[name].profile for name in customer]
        return {kind: set().union(*(each[kind] for each in known)) for kind in known[0]}

    def _by_likeness(self) -> list[Edge]:
        """Join accounts that are alike, the best match first."""
        found = []
        seen: set[Pair] = set()
        for _, names in self._sharing(lambda known: known.clues):
            for pair in combinations(names, 2):
                if pair in seen:
                    continue
                seen.add(pair)
                match = weighed(*(self._accounts[name] for name in pair))
                if match is not None and match.decision == "link":
                    more = {"score": f"{match.score:.4f}", "evidence": list(match.evidence)}
                    found.append((-match.score, pair, Edge(pair, "alike", self._since(pair), more)))
        return [edge for _, _, edge in sorted(found, key=lambda each: each[:2])]

    def _go_together(self, edge: Edge, one: set[str], other: set[str]) -> bool:
        """Tell whether two customers may be joined by likeness.

        Where some of their accounts contradict each other, only two accounts that say all (`says_all`) may join them:
        an account without a first name would go with either twin.
        """
        if len(one) + len(other) > MOST_TOGETHER:
            return False
        return all(says_all(self._accounts[name]) for name in edge.pair) or not self._contradict(one, other)


def _grown(groups: Iterable[set[str]]) -> list[set[str]]:
    """Join groups that overlap."""
    grown: list[set[str]] = []
    for group in groups:
        near = [other for other in grown if other & group]
        grown = [other for other in grown if not other & group] + [group.union(*near)]
    return grown
