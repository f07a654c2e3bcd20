"""Requests for privacy: what each stage of one does. Any stage may be cut short and is then done again.

open → searching → telling → done. `open` erases the customer; from then on, late statements about them are refused.
`searching` goes through their orders, visits and every payload of the retention time, a page at a time. In `telling`,
every channel that knows them has to confirm that it forgot them too. What leads to the person stays with the request
until it is done. A request for access goes from open to ready, a shop's erasure from open to done (shop.py).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from functions import indexes, runtime
from functions.privacy import propagation, shop
from functions.privacy.payloads import forget
from functions.privacy.search import BEGINNING, KEPT, Hit, Sought, is_about_somebody, pages
from functions.registry import tenants
from functions.runtime import logger
from records import ids
from records.apply import change
from records.cause import Cause
from records.customers import erasure, links
from records.customers.claims import since
from records.customers.erasure import AT_ONCE, Person
from records.errors import ConflictError
from records.orders import fold
from records.orders.fold import order_named
from records.store import keys
from records.store.actions import Is, Item, Update
from records.store.packing import pack, unpack
from records.store.unit import Unit

TELLING_FOR = timedelta(days=30)
TELL_AGAIN = timedelta(hours=1)

PAGE = 50
TELL = "tell#"


@dataclass(frozen=True)
class Run:
    """The limits of one run: whether it may go on, how long an index may lag behind, and how far back to search."""

    has_time: Callable[[], bool]
    indexed: timedelta = timedelta(minutes=2)
    reach: timedelta = KEPT


def work_on(item: Item, run: Run) -> None:
    """Take a request as far as time allows. Another run may work on it too: the one that writes second stops."""
    while run.has_time():
        stage = STAGES.get(item["stage"])
        try:
            if stage is None or not stage(item, run):
                return
        except ConflictError:
            logger.info("another run works on this request", erasure_id=item["id"])
            return
        item = runtime.records().get([keys.erasure(item["tenant"], item["id"])]).popitem()[1]


def cause_of(item: Item) -> Cause:
    """Give the cause of what a request changes."""
    tenant, at = str(item["tenant"]), runtime.rfc3339(runtime.now())
    people = tenants.people_of(tenant)
    group = people if people != tenant else ""
    return Cause(tenant, item["cause"], item["connection_id"], at, hop=int(item["hop"]), group=group)


def _open(item: Item, run: Run) -> bool:
    """Find whom a request is about, and begin. Where several answer to it, it waits until a person chooses."""
    cause, subject = cause_of(item), erasure.asked_by(item)
    if item["type"] == "shop_erasure":
        put = shop.work(item, cause, run.has_time, run.reach)
        _write(item, {**put, **(_done(item) if "stage" in put else {})})
        return False
    customers = change(runtime.records(), cause, lambda unit: erasure.found(unit, cause.people, subject))
    if item["type"] == "access":
        _write(item, {"stage": "ready", "customers": sorted(customers), **_done(item)}, ("subject",))
        return False
    if "undecided" in item and not _are_there(cause.people, item["undecided"]):
        # Who was meant has been erased by hand. Whoever is left answers to the same key, and did not ask.
        _write(item, {"stage": "done", **_done(item)}, ("subject", "undecided"))
        return False
    if len(customers) > 1:
        if "undecided" not in item:
            _write(item, {"undecided": sorted(customers)})
        return False
    _close(item, sorted(customers), cause, subject)
    return True


def _are_there(cause: Cause, customers: list[str]) -> bool:
    """Tell whether each of some customers is still there, perhaps merged into another."""

    def look(unit: Unit) -> bool:
        heads = links.heads_of(unit, cause.tenant, customers).values()
        return all(links.customer(unit, cause.tenant, head) is not None for head in heads)

    return change(runtime.records(), cause, look)


def _close(item: Item, customers: list[str], cause: Cause, subject: dict[str, Any]) -> None:
    """Erase customers and begin the search, in one transaction. Very many keys are let go before it, step by step."""
    records, at = runtime.records(), cause.at
    known = change(records, cause, lambda unit: erasure.person(unit, cause.people, customers))
    for part in _steps(known) if erasure.is_large(known) else ():
        change(records, cause, partial(_release, cause=cause.people, part=part, at=at))

    def close(unit: Unit) -> None:
        key = keys.erasure(item["tenant"], item["id"])
        if (unit.item(key) or {}).get("ver") != item["ver"]:
            raise ConflictError("the request was taken up by another run")
        person = erasure.close(unit, cause.people, customers, at)
        links.entomb(unit, cause.people.tenant, erasure.keys_of(subject), at)
        propagation.forget_shown(unit, cause, customers)
        told = {f"{TELL}{name}": {"ids": known} for name, known in propagation.to_tell(item, subject, person).items()}
        fields = {name: value for name, value in item.items() if name not in ("pk", "sk", "ver", "undecided")}
        fields |= cause.stamp("erasure", item["id"], ["erased"]) | {"at": item["at"], "status_key": item["status_key"]}
        unit.save(key, {**fields, **told, **_begun(person, subject, at)})
        for other in _others(cause):
            _go_on_at(unit, cause, other, item, subject, person)

    change(records, cause, close)


def _begun(person: Person, subject: dict[str, Any], at: str) -> dict[str, Any]:
    sought = {**person, "own": sorted({*person["own"], *erasure.keys_of(subject)}), "orders": []}
    counts = {"customers": len(person["customers"]), "accounts": len(person["accounts"]), "keys": len(person["own"])}
    begun = {
        "stage": "searching",
        "erased_at": at,
        "customers": person["customers"],
        "counts": counts,
        "cursor": BEGINNING,
        "told": 1,
    }
    return {**begun, "subject": pack(sought)}


def _steps(known: Person) -> list[Person]:
    return [
        {**known, "keys": [], "clues": [], name: known[name][start : start + AT_ONCE]}
        for name in ("keys", "clues")
        for start in range(0, len(known[name]), AT_ONCE)
    ]


def _release(unit: Unit, cause: Cause, part: Person, at: str) -> None:
    erasure.release(unit, cause, part, at)


def _others(cause: Cause) -> list[str]:
    """Name the other tenants that share their customers with this one."""
    return [each for each in tenants.members(cause.group) if each != cause.tenant]


def _go_on_at(unit: Unit, cause: Cause, tenant: str, item: Item, subject: dict[str, Any], person: Person) -> None:
    """Make another tenant of the group forget its orders and payloads of the same person, by a request of its own.

    The customer is erased already, so it begins with the search. It names nothing of the tenant that was asked.
    """
    erasure_id = ids.erasure_id(tenant, item["id"])
    theirs = Cause(tenant, ids.event_id(tenant, cause.group, cause.event_id), cause.group, cause.at, hop=cause.hop)
    fields = {**theirs.stamp("erasure", erasure_id, ["erased"]), "type": "erasure", "connection_id": cause.group}
    fields |= {"requested_at": item["requested_at"], "due_at": item["due_at"], "at": item["at"]}
    fields |= {"status_key": erasure.listed(tenant, "open")}
    told = {
        f"{TELL}{name}": {"ids": known}
        for name, known in propagation.to_tell({**fields, "tenant": tenant}, {}, person).items()
    }
    unit.save(keys.erasure(tenant, erasure_id), {**fields, **told, **_begun(person, subject, cause.at)})


def _search(item: Item, run: Run) -> bool:
    """Find what else names the person, a page at a time, and forget it. Gives whether to go on at once.

    Where events wait for normalise, the search comes back to their page: they say who they are about only when they are
    taken up. Where it meets an order that is not noted yet, such as a test order, which is tied to nobody, it begins
    again.

    An order is noted with the request before it is forgotten. From then on the order leads to nobody, and without the
    note the payloads of its parcels would not be found any more.
    """
    cause, person = cause_of(item), unpack(item["subject"])
    if orders := _orders(item, person) - set(person["orders"]):
        _note(item, person, orders, item["counts"])
        return True
    begun = runtime.now()
    counts: Counter[str] = Counter(item["counts"])
    sought = Sought(item["tenant"], set(person["own"]), set(person["accounts"]))
    _forget_records(item, cause, person, sought, counts)
    cursor, again = item["cursor"], ""
    for hits, after, waits in pages(sought, cursor, run.reach):
        theirs = [hit for hit in hits if not is_new(hit, item["erased_at"])]
        if orders := {name for hit in theirs for name in _named(item, hit)} - set(person["orders"]):
            _note(item, person, orders, counts)
            return True
        if found := propagation.untold(item["tenant"], person, theirs):
            _write(item, {**propagation.also(item, person, found), "counts": dict(counts)})
            return True
        for hit in theirs:
            _forget_hit(item, hit, counts)
        again = again or (cursor or BEGINNING if waits else "")
        cursor = after
        if not run.has_time():
            _write(item, {"cursor": again or cursor, "counts": dict(counts)})
            return False
    erased = datetime.fromisoformat(item["erased_at"])
    if not again and begun < erased + run.indexed:  # an index may not list yet what was received or placed just before
        again = min(cursor, runtime.rfc3339(erased - run.indexed))
    _write(item, {"counts": dict(counts), "cursor": again or cursor, **({} if again else {"stage": "telling"})})
    return not again


def _orders(item: Item, person: Person) -> set[str]:
    """Name the orders that the index lists under the person's accounts. It lists none that is forgotten."""
    places = (place for name in person["accounts"] for place in indexes.orders_of(item["tenant"], name))
    return {keys.id_in(pk) for pk, _ in places}


def _named(item: Item, hit: Hit) -> set[str]:
    """Name the orders that a payload is about."""
    return {name for stated in hit.theirs if (name := order_named(item["tenant"], stated)) is not None}


def _note(item: Item, person: Person, orders: set[str], counts: Mapping[str, int]) -> None:
    """Note orders with the request, and search from the beginning: payloads of their parcels may lie before theirs."""
    noted = {**person, "orders": sorted({*person["orders"], *orders})}
    _write(item, {"subject": pack(noted), "cursor": BEGINNING, "counts": dict(counts)})


def _forget_records(item: Item, cause: Cause, person: Person, sought: Sought, counts: Counter[str]) -> None:
    """Forget whose the noted orders are, and what the person did up to the erasure. Adds those orders to `sought`."""
    records, at = runtime.records(), item["erased_at"]
    for order_id in person["orders"]:
        parcels = change(records, cause, partial(fold.forget, cause=cause, order_id=order_id, at=at))
        if parcels is not None:
            sought.orders.add(order_id)
            sought.parcels.update(parcels)
    counts["orders"], counts["shipments"] = len(sought.orders), len(sought.parcels)
    for account_id in person["accounts"]:
        did = records.query(keys.interaction(cause.people.tenant, account_id, "", "")[0])
        visits = [each for each in did if "fact" in each and each["at"] <= at]
        for start in range(0, len(visits), PAGE):
            page = visits[start : start + PAGE]
            counts["interactions"] += change(records, cause, partial(erasure.forget_visits, items=page))


def is_new(hit: Hit, erased_at: str) -> bool:
    """Tell whether a payload tells of a new beginning, such as a purchase after the erasure. Such a payload stays."""
    return any(is_about_somebody(stated) and since(stated) > erased_at for stated in hit.theirs)


def _forget_hit(item: Item, hit: Hit, counts: Counter[str]) -> None:
    counts[forget(hit.item, hit.payload, hit.names, item["erased_at"], is_shared=not hit.is_whole)] += 1
    for each in runtime.records().query(keys.applied(item["tenant"], hit.item["event_id"])[0], "PUSH#"):
        if "reference" in each and " customer " in each["id"]:  # the id by which a channel knows them
            runtime.records().write([Update((each["pk"], each["sk"]), remove=("reference",))])


def _tell(item: Item, run: Run) -> bool:
    """Tell again who has not confirmed. When all have, nothing that leads to the person is needed any more: it goes."""
    moment, erased = runtime.now(), datetime.fromisoformat(item["erased_at"])
    is_over = moment > erased + TELLING_FOR
    told = {
        name: propagation.outcome(name.removeprefix(TELL), said, is_over=is_over)
        for name, said in item.items()
        if name.startswith(TELL)
    }
    if all("ids" not in said for said in told.values()):
        _write(item, {**told, "stage": "done", **_done(item)}, ("subject", "cursor"))
    elif moment > datetime.fromisoformat(str(item.get("told_at", item["erased_at"]))) + TELL_AGAIN:
        at = runtime.rfc3339(moment)
        _write(item, {**told, "told_at": at, "told": int(item["told"]) + 1})
    return False


def _write(item: Item, put: dict[str, Any], remove: tuple[str, ...] = ()) -> None:
    """Keep how far a request is. Raises ConflictError where another run has written it meanwhile."""
    key = keys.erasure(item["tenant"], item["id"])
    runtime.records().write([Update(key, put, remove, {"ver": 1}, Is("ver", item["ver"]))])


def _done(item: Item) -> dict[str, Any]:
    return {"status_key": erasure.listed(item["tenant"], "done"), "done_at": runtime.rfc3339(runtime.now())}


STAGES: dict[str, Callable[[Item, Run], bool]] = {"open": _open, "searching": _search, "telling": _tell}
"""What each stage does with a request. It gives whether the run goes on with the request at once."""
