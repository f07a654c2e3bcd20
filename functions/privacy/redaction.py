"""Take a person out of a payload. No I/O.

A payload about one person is not worth keeping: a tombstone replaces all of it, because it may name them in fields
that no mapping reads. One about several people is kept for the others. Some are lists (a page of loyalty accounts, a
batch of changes): then the entries that name the person are cut out. Where that cannot be done, or where another
person's payload only mentions them (an order for somebody else to their e-mail), each value that names them is blanked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SHORT = 6  # a shorter id stands in too many payloads by chance
NUMBER = 8  # digits at the end of a phone number that make it one's own, however it is written


@dataclass(frozen=True)
class Names:
    """What names a person in a payload: texts that stand anywhere, phone numbers, and ids, which stand alone."""

    texts: frozenset[str]
    phones: frozenset[str]
    ids: frozenset[str]

    @classmethod
    def of(cls, keys: Iterable[str]) -> "Names":
        """Read them out of keys that lead to one person alone."""
        texts, phones, ids = set(), set(), set()
        for kind, value in (key.split(":", 1) for key in keys):
            if kind == "email":
                texts.add(value)
            elif kind == "phone":
                phones.add("".join(re.findall(r"\d", value))[-NUMBER:])
            elif kind == "card":
                ids.add(value.casefold())
            elif kind == "channel":
                ids.add(value.partition("/")[2].casefold())
        return cls(
            frozenset(texts),
            frozenset(each for each in phones if len(each) == NUMBER),
            frozenset(each for each in ids if len(each) >= SHORT),
        )

    def are_in(self, node: Any) -> bool:
        """Tell whether any value inside, or any name of one, is theirs."""
        if isinstance(node, dict):
            return any(self.are_in(name) or self.are_in(value) for name, value in node.items())
        if isinstance(node, list):
            return any(self.are_in(each) for each in node)
        return node is not None and not isinstance(node, bool) and self._name(str(node))

    def _name(self, text: str) -> bool:
        folded = text.casefold()
        alone = folded.rpartition("/")[2]  # as in gid://shopify/Customer/7310000000001
        if folded in self.ids or alone in self.ids or any(each in folded for each in self.texts):
            return True
        digits = "".join(re.findall(r"\d", text)) if self.phones and len(text) < 40 else ""
        return any(digits.endswith(each) for each in self.phones)


def cut(node: Any, names: Names) -> Any:
    """Leave out the entries of a list that name a person, where others are beside them; None where there is no such
    list, or they are named outside of it too.
    """
    if isinstance(node, list):
        kept = [each for each in node if not names.are_in(each)]
        if kept:
            return kept
        inner = cut(node[0], names) if len(node) == 1 else None
        return None if inner is None else [inner]
    if isinstance(node, dict):
        named = [name for name, value in node.items() if names.are_in(value) or names.are_in(name)]
        inner = cut(node[named[0]], names) if len(named) == 1 else None
        return None if inner is None else {**node, named[0]: inner}
    return None


def blank(node: Any, names: Names) -> Any:
    """Empty every value that names a person."""
    if isinstance(node, dict):
        return {name: blank(value, names) for name, value in node.items() if not names.are_in(name)}
    if isinstance(node, list):
        return [blank(each, names) for each in node]
    return None if names.are_in(node) else node


def only(node: Any, names: Names) -> Any:
    """Leave out the entries of lists that do not name a person, where others beside them do: they are others'."""
    if isinstance(node, dict):
        return {name: only(value, names) for name, value in node.items()}
    if isinstance(node, list):
        return [only(each, names) for each in node if names.are_in(each)] if names.are_in(node) else node
    return node
