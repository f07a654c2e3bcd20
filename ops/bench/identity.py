"""How well customers are recognised: febrl3 and febrl4, beside two batch tools.

Each record is a `customer` fact. It is told to the real resolver, with the store in memory, as `normalise` would: one
by one, in any order. An id of the data stands for an e-mail address. The resolver learns nothing here: its weights were
set on febrl1 and febrl2 (see ops/bench/weights.py) and on the labelled pairs of tests/records/customers/matching/. The
batch tools see all records at once, and learn from them.

The resolver does not merge people who may be relatives in one household: it asks, or keeps them apart. In these data
one pair in ten has two different first names, as twins and spouses have. Most missed pairs are of that kind.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from operator import itemgetter, truediv
from typing import Any

from events.facts import Fact, build
from ops.bench.febrl import Pair, People, load, pair, rated
from ops.bench.linkers import Found, ecm, splink
from ops.commands import output
from records.apply import apply
from records.cause import Cause
from records.customers import identity
from records.customers.matching.decision import compared
from records.store.memory import MemoryStore

TENANT, SHOP = "bench", "shop"
SEED = 2026
ADDRESS = {
    "extended_address": "address_2",
    "address_locality": "suburb",
    "postal_code": "postcode",
    "address_region": "state",
}

Linker = Callable[[People, bool], Found]
TOOLS: dict[str, Linker] = {"ecm": ecm, "splink": splink}


def measure() -> dict[str, float]:
    """Give precision, recall, speed and comparisons for each data set, with and without its id."""
    found: dict[str, float] = {}
    for name in ("febrl3", "febrl4"):
        people = load(name)
        for with_id in (True, False):
            case = f"identity.{name}_{'with' if with_id else 'without'}_id"
            output.step(f"{case}: {len(people.frame)} records one by one")
            found |= _figures(case, resolved, people, with_id)
            for tool, run in TOOLS.items():
                output.step(f"{case}: {tool}")
                found |= _figures(f"{case}.{tool}", run, people, with_id)
            speeds = (found[f"{each}.records_per_second"] for each in (case, f"{case}.splink"))
            found[f"{case}.speed_to_splink"] = truediv(*speeds)
    return found


def _figures(name: str, run: Linker, people: People, with_id: bool) -> dict[str, float]:
    start = time.perf_counter()
    rates, compared_pairs = run(people, with_id)
    taken, records = time.perf_counter() - start, len(people.frame)
    figures = {**rates, "records_per_second": records / taken, "comparisons_per_record": compared_pairs / records}
    return {f"{name}.{figure}": value for figure, value in figures.items()}


def resolved(people: People, with_id: bool) -> Found:
    """Tell the resolver every record. Gives how good its customers are, and how many pairs it compared."""
    store, told = MemoryStore(), list(facts(people, with_id))
    compared.cache_clear()
    for number, fact in enumerate(told):
        apply(store, Cause(TENANT, f"evt{number}", SHOP, fact.occurred_at), [fact], {})
    return rated(people, _customers(store)), compared.cache_info().misses


def facts(people: People, with_id: bool) -> Iterator[Fact]:
    """Give the records as facts, shuffled the same way in every run."""
    told = sorted(statements(people, with_id=with_id), key=itemgetter(0))
    random.Random(SEED).shuffle(told)  # noqa: S311 - the same order in every run
    for number, (name, said) in enumerate(told):
        minutes, seconds = divmod(number, 60)
        at = f"2026-11-22T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.000Z"
        stamped = {**said, "kind": "customer", "channel_customer_id": name, "occurred_at": at, "source_version": at}
        yield build(stamped, event_id=f"evt{number}", connection_id=SHOP)


def statements(people: People, *, with_id: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the name of each record, and the fields of its customer fact. Without `with_id` there is no e-mail."""
    rows = people.frame.fillna("").to_dict("index")
    return ((name, _said(row, with_id)) for name, row in rows.items())


def _said(row: Mapping[str, Any], with_id: bool) -> dict[str, Any]:
    birth = str(row["date_of_birth"])
    address = {name: str(row[column]) for name, column in ADDRESS.items()}
    address |= {"street_address": f"{row['street_number']} {row['address_1']}".strip(), "address_country": "AU"}
    said = {
        "first_name": row["given_name"],
        "last_name": row["surname"],
        "birth_date": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}" if birth else "",
        "email": f"{row['soc_sec_id']}@example.com" if with_id else "",
    }
    kept = {name: value for name, value in said.items() if value}
    return {**kept, "addresses": [{name: value for name, value in address.items() if value}]}


def _customers(store: MemoryStore) -> Iterator[Pair]:
    """Give the pairs of records that became one customer."""
    for item in store.items.values():
        if item["sk"] == "CUSTOMER" and "redirect" not in item:
            yield from _pairs(name.partition("/")[2] for name in identity.record(item)["channels"])


def _pairs(names: Iterable[str]) -> Iterator[Pair]:
    return (pair(*each) for each in combinations(sorted(names), 2))
