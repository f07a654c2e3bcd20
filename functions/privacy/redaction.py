"""Redaction: take a person out of a payload. No I/O.

A payload about one person is not worth keeping. It may name them in fields that no mapping reads, so a tombstone
replaces all of it. A payload about several people is kept for the others. Where it is a list (a page of loyalty
accounts, a batch of changes), the entries that name the person are cut out. Where that cannot be done, or where another
person's payload only mentions them (an order for somebody else to their e-mail), each value that names them is blanked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SHORT = 6  # a shorter id stands in too many payloads by chance
NUMBER = 8  # last digits of a phone number: enough to tell it from others, however it is written


@dataclass(frozen=True)
class Names:
    """What names a person in a payload.

    A value names the person where one of `texts` (e-mail addresses) stands anywhere in it, where its digits end with
    one of `phones`, or where it is one of `ids`, whole or behind its last slash.
    """

    texts: frozenset[str]
    phones: frozenset[str]
    ids: frozenset[str]

    @classmethod
    def of(cls, keys: Iterable[str]) -> "Names":
        """Read names out of keys, such as `email:ada@example.com`, that lead to one person alone."""
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
        """Tell whether any value in a payload, or any field's name, names the person."""
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
    """Leave out the entries of a list that name a person, where the list has other entries too.

    None: there is no such list, or the person is named outside of it too.
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
    """Blank every value that names a person, and leave out every field whose name does."""
    if isinstance(node, dict):
        return {name: blank(value, names) for name, value in node.items() if not names.are_in(name)}
    if isinstance(node, list):
        return [blank(each, names) for each in node]
    return None if names.are_in(node) else node


def only(node: Any, names: Names) -> Any:
    """Leave out the entries of a list that do not name a person, where other entries do: those left out are others'."""
    if isinstance(node, dict):
        return {name: only(value, names) for name, value in node.items()}
    if isinstance(node, list):
        return [only(each, names) for each in node if names.are_in(each)] if names.are_in(node) else node
    return node
