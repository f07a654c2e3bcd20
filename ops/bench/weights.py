"""`python -m ops.bench.weights`: estimate what each agreement weighs, beside the weights that are in use.

A weight is log2(m/u). m is how often two records of one person agree so: all such pairs of febrl1 and febrl2. u is how
often records of two people agree so: random pairs of the same records. records/customers/matching/ uses these weights,
rounded, with less on addresses. The reason: a program made the data up, but retailers' customers move, marry, and live
with others of the same name.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from math import log2

from ops.bench.febrl import Pair, load
from ops.bench.identity import statements
from records.customers.matching import Person, evidence, person, places
from records.customers.matching.evidence import agreement
from records.customers.matching.names import Level

SAMPLE, SEED = 200_000, 1
USED = {
    "first name": evidence.FIRST,
    "last name": evidence.LAST,
    "birth date": evidence.BIRTH,
    "street": places.STREET,
    "number": places.NUMBER,
    "town": places.TOWN,
    "postal code": places.POSTAL_CODE,
    "e-mail": evidence.EMAIL,
}


def estimated() -> dict[tuple[str, Level], float]:
    """Give log2(m/u) of each value and level of agreement. Half a pair is added to each count, so that none is zero."""
    same: Counter[tuple[str, Level]] = Counter()
    other: Counter[tuple[str, Level]] = Counter()
    for name in ("febrl1", "febrl2"):
        people = load(name)
        known = {record: person([said]) for record, said in statements(people, with_id=True)}
        same += _levels(known, people.pairs)
        other += _levels(known, _strangers(sorted(known), people.pairs))
    made = {}
    for value in USED:
        m, u = (sum(counts[value, level] for level in Level if level) for counts in (same, other))
        for level in Level:
            if level and (same[value, level] or other[value, level]):
                made[value, level] = log2((same[value, level] + 0.5) / m) - log2((other[value, level] + 0.5) / u)
    return made


def _levels(known: dict[str, Person], pairs: Iterable[Pair]) -> Counter[tuple[str, Level]]:
    found: Counter[tuple[str, Level]] = Counter()
    for one, two in pairs:
        agrees = agreement(known[one], known[two])
        names, home = agrees.names, agrees.home
        who = (names.first, names.last, agrees.birth)
        where = (home.street, home.number, home.town, home.postal_code)
        found.update(zip(USED, (*who, *where, agrees.email), strict=True))
    return found


def _strangers(names: list[str], pairs: frozenset[Pair]) -> Iterable[Pair]:
    chance = random.Random(SEED)  # noqa: S311 - the same sample in every run
    drawn = (tuple(sorted(chance.sample(names, 2))) for _ in range(SAMPLE))
    return ((one, two) for one, two in islice(drawn, SAMPLE) if (one, two) not in pairs)


if __name__ == "__main__":
    for (value, level), bits in estimated().items():
        sys.stdout.write(f"{value:12} {level.name:6} {bits:6.1f}   used {USED[value].get(level, 0.0):5.1f}\n")
