"""Work on requests for privacy: what each stage of one does, so that any of them may be cut short and done again.

open → searching → telling → done. The first step erases the customer and makes late statements bounce; the search then
goes through their orders, visits and every payload of the retention time, a page at a time; at last every channel that
knows them has to confirm that it forgot them too. What leads to the person stays with the request until the last of it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from functions import connections, erasing_shops, runtime
from functions.forgetting import forget
from functions.runtime import logger
from functions.searching import KEPT, Hit, Sought, order_id_of, pages
from records import erasure, ids, linking, order_book
from records.apply import change
from records.cause import Cause
from records.erasure import AT_ONCE, Person
from records.errors import ConflictError
from records.packing import pack, unpack
from records.store import keys
from records.store.actions import Is, Item, Update
from records.unit import Unit

TELLING_FOR = timedelta(days=30)
TELL_AGAIN = timedelta(hours=1)

PAGE = 50


@dataclass(frozen=True)
class Run:
    """How long one run may go on, how long an order may take to stand in the index, and how far back to search."""

    has_time: Callable[[], bool]
    indexed: timedelta = timedelta(minutes=2)
    reach: timedelta = KEPT


def work_on(item: Item, run: Run) -> None:
    """Bring a request as far as time allows. Another run may work on it too: whoever writes second stops."""
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
    people = connections.people_of(tenant)
    group = people if people != tenant else ""
    return Cause(tenant, item["cause"], item["connection_id"], at, hop=int(item["hop"]), group=group)


def _open(item: Item, run: Run) -> bool:
    """Find whom a request is about, and begin."""
    cause, subject = cause_of(item), erasure.asked_by(item)
    if item["type"] == "shop_erasure":
        put = erasing_shops.work(item, cause, run.has_time, run.reach)
        _write(item, {**put, **(_done(item) if "stage" in put else {})})
        return False
    customers = change(runtime.records(), cause, lambda unit: erasure.found(unit, cause.people, subject))
    if item["type"] == "access":
        _write(item, {"stage": "ready", "customers": sorted(customers), **_done(item)}, ("subject",))
        return False
    if len(customers) > 1:
        if item.get("undecided") is None:
            _write(item, {"undecided": sorted(customers)})
        return False
    _close(item, sorted(customers), cause, subject)
    return True


def _close(item: Item, customers: list[str], cause: Cause, subject: dict[str, Any]) -> None:
    records, at = runtime.records(), cause.at
    known = change(records, cause, lambda unit: erasure.person(unit, cause.people, customers))
    for part in _steps(known) if erasure.is_large(known) else ():
        change(records, cause, partial(_release, cause=cause.people, part=part, at=at))

    def close(unit: Unit) -> None:
        key = keys.erasure(item["tenant"], item["id"])
        if (unit.item(key) or {}).get("ver") != item["ver"]:
            raise ConflictError("the request was taken up by another run")
        person = erasure.close(unit, cause.people, customers, at)
        linking.entomb(unit, cause.people.tenant, erasure.keys_of(subject), at)
        told = {f"tell#{name}": {"ids": known} for name, known in _to_tell(item, subject, person).items()}
        fields = {name: value for name, value in item.items() if name not in ("pk", "sk", "ver", "undecided")}
        fields |= cause.stamp("erasure", item["id"], ["erased"]) | {"at": item["at"], "status_key": item["status_key"]}
        unit.save(key, {**fields, **told, **_begun(person, subject, at)})
        for other in _others(cause):
            _go_on_at(unit, cause, other, item, subject, person)

    change(records, cause, close)


def _begun(person: Person, subject: dict[str, Any], at: str) -> dict[str, Any]:
    sought = {**person, "own": sorted({*person["own"], *erasure.keys_of(subject)}), "orders": [], "parcels": []}
    counts = {"customers": len(person["customers"]), "accounts": len(person["accounts"]), "keys": len(person["own"])}
    begun = {
        "stage": "searching",
        "erased_at": at,
        "customers": person["customers"],
        "counts": counts,
        "cursor": "",
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


def _to_tell(item: Item, subject: dict[str, Any], person: Person) -> dict[str, list[str]]:
    """Say which ids each channel must forget; whoever asked knows of the one it named."""
    known = {name: set(named) for name, named in person["channels"].items()}
    known.get(item["connection_id"], set()).discard(subject.get("channel_customer_id"))
    return {name: sorted(named) for name, named in known.items() if named and _is_of(item["tenant"], name)}


def _is_of(tenant: str, connection_id: str) -> bool:
    """Tell whether a channel is to be told by this tenant's request: one that is gone is named where it was asked."""
    connection = connections.find(connection_id)
    return connection is None or connection.tenant == tenant


def _others(cause: Cause) -> list[str]:
    """Name the other tenants that share their customers with this one."""
    found = {each.tenant for each in connections.all_connections() if cause.group and each.group == cause.group}
    return sorted(found - {cause.tenant})


def _go_on_at(unit: Unit, cause: Cause, tenant: str, item: Item, subject: dict[str, Any], person: Person) -> None:
    """Let another tenant of the group forget its orders and payloads of the same person, by a request of its own, which
    begins where the customer is erased. It names nothing of the tenant that was asked.
    """
    erasure_id = ids.erasure_id(tenant, item["id"])
    theirs = Cause(tenant, ids.event_id(tenant, cause.group, cause.event_id), cause.group, cause.at, hop=cause.hop)
    fields = {**theirs.stamp("erasure", erasure_id, ["erased"]), "type": "erasure", "connection_id": cause.group}
    fields |= {"requested_at": item["requested_at"], "due_at": item["due_at"], "at": item["at"]}
    fields |= {"status_key": erasure.listed(tenant, "open")}
    told = {
        f"tell#{name}": {"ids": known} for name, known in _to_tell({**fields, "tenant": tenant}, {}, person).items()
    }
    unit.save(keys.erasure(tenant, erasure_id), {**fields, **told, **_begun(person, subject, cause.at)})


def _search(item: Item, run: Run) -> bool:
    """Find what else names the person, a page at a time. The search begins again where events are still to be taken up:
    only then do they say who they are about.
    """
    cause, person = cause_of(item), unpack(item["subject"])
    counts: Counter[str] = Counter(item["counts"])
    _forget_records(item, cause, person, counts)
    sought = Sought(item["tenant"], set(person["own"]), set(person["accounts"]))
    cursor, again = item["cursor"], ""
    for hits, after, waits in pages(sought, cursor, run.reach):
        sought.orders, sought.parcels = set(person["orders"]), set(person["parcels"])
        for hit in hits:
            _forget_hit(item, cause, hit, sought, person, counts)
        again = again or (cursor if waits else "")
        cursor = after
        if not run.has_time():
            _write(item, {"cursor": again or cursor, "counts": dict(counts), "subject": pack(person)})
            return False
    found = {"counts": dict(counts), "subject": pack(person), "cursor": again or cursor}
    _write(item, {**found, **({} if again else {"stage": "telling"})})
    return not again


def _forget_records(item: Item, cause: Cause, person: Person, counts: Counter[str]) -> None:
    """Forget whose the orders and visits are that stand with the person's accounts."""
    records = runtime.records()
    for account_id in person["accounts"]:
        start, count = None, 0
        while start is not None or count == 0:
            value = f"{item['tenant']}#{account_id}"
            found, start = records.index("by_customer", "customer_key", value, limit=PAGE, start=start)
            for _, order_id in (pk.rsplit("#", 1) for pk, _ in found):
                _forget_order(item, cause, order_id, person, counts)
            count += 1
        partition = keys.interaction(cause.people.tenant, account_id, "", "")[0]
        while visits := [each for each in records.query(partition) if "fact" in each][:PAGE]:
            counts["interactions"] += change(records, cause, partial(erasure.forget_visits, items=visits))


def _forget_order(item: Item, cause: Cause, order_id: str, person: Person, counts: Counter[str]) -> None:
    at = item["erased_at"]
    parcels = change(runtime.records(), cause, lambda unit: order_book.forget(unit, cause, order_id, at))
    if parcels is not None and order_id not in person["orders"]:
        person["orders"].append(order_id)
        counts["orders"] += 1
        counts["shipments"] += len(set(parcels) - set(person["parcels"]))
        person["parcels"] = sorted({*person["parcels"], *parcels})


def _forget_hit(item: Item, cause: Cause, hit: Hit, sought: Sought, person: Person, counts: Counter[str]) -> None:
    for stated in hit.theirs:  # an order that no customer was tied to, such as a test order
        order_id = order_id_of(item["tenant"], stated)
        if order_id is not None and order_id not in person["orders"]:
            _forget_order(item, cause, order_id, person, counts)
    counts[forget(hit.item, hit.payload, hit.names, item["erased_at"], is_shared=not hit.is_whole)] += 1
    for each in runtime.records().query(keys.applied(item["tenant"], hit.item["event_id"])[0], "PUSH#"):
        if "reference" in each and " customer " in each["id"]:  # the id by which a channel knows them
            runtime.records().write([Update((each["pk"], each["sk"]), remove=("reference",))])


def _tell(item: Item, run: Run) -> bool:
    """See that every channel confirms; then nothing that leads to the person is needed any more."""
    moment, erased = runtime.now(), datetime.fromisoformat(item["erased_at"])
    if moment < erased + run.indexed:
        return False
    cause, person = cause_of(item), unpack(item["subject"])
    counts: Counter[str] = Counter(item["counts"])
    _forget_records(item, cause, person, counts)
    is_over = moment > erased + TELLING_FOR
    told = {name: _outcome(name, said, is_over=is_over) for name, said in item.items() if name.startswith("tell#")}
    put: dict[str, Any] = {**told, "counts": dict(counts)}
    if all("ids" not in said for said in told.values()):
        _write(item, {**put, "stage": "done", **_done(item)}, ("subject", "cursor"))
        return False
    if moment > datetime.fromisoformat(str(item.get("told_at", item["erased_at"]))) + TELL_AGAIN:
        _write(item, {**put, "told_at": cause.at, "told": int(item["told"]) + 1})
    return False


def _outcome(name: str, said: dict[str, Any], *, is_over: bool) -> dict[str, Any]:
    """Say what became of telling a channel; one that cannot be told is named in the receipt, for a person to do."""
    if "ids" not in said:
        return said
    connection = connections.find(name.removeprefix("tell#"))
    at = runtime.rfc3339(runtime.now())
    if connection is None:
        return {"outcome": "gone", "at": at}
    if "erasure" not in connections.connector_of(connection).manifest.pushes:
        return {"outcome": "cannot be told", "at": at}
    return {"outcome": "unanswered", "at": at} if is_over else said


def _write(item: Item, put: dict[str, Any], remove: tuple[str, ...] = ()) -> None:
    """Keep how far a request is."""
    key = keys.erasure(item["tenant"], item["id"])
    runtime.records().write([Update(key, put, remove, {"ver": 1}, Is("ver", item["ver"]))])


def _done(item: Item) -> dict[str, Any]:
    return {"status_key": erasure.listed(item["tenant"], "done"), "done_at": runtime.rfc3339(runtime.now())}


STAGES: dict[str, Callable[[Item, Run], bool]] = {"open": _open, "searching": _search, "telling": _tell}
