"""Take what facts say of customers: find the account, fold the statement in, see who is one. All in one unit."""

from typing import Any

from records import ids
from records.cause import Cause
from records.customers import accounts, links
from records.customers import customer as customers
from records.customers.accounts import Account
from records.customers.candidates import weigh
from records.customers.claims import account_name, claims, source_key, statement_of
from records.customers.cluster import Circle, save, unstamped
from records.customers.customer import CustomerState
from records.errors import ConflictError
from records.facts import Stored
from records.store import keys
from records.store.actions import Absent, Is, Item, Key, Put
from records.store.packing import pack, unpack
from records.store.unit import Unit

KINDS = ("customer", "customer_merge", "consent", "interaction")
MERGED_AT_ONCE = 5  # customers of one merge in one transaction; each brings a record of its own


def parts(fact: Stored) -> list[Stored]:
    """Part a merge of many customers into merges that each fit a transaction; they come to the same."""
    names = fact.get("from_channel_customer_ids", [])
    if len(names) <= MERGED_AT_ONCE:
        return [fact]
    starts = range(0, len(names), MERGED_AT_ONCE)
    return [{**fact, "from_channel_customer_ids": names[start : start + MERGED_AT_ONCE]} for start in starts]


def wanted(tenant: str, fact: Stored, *, surely: bool) -> list[Key]:
    """Name the items that a fact will need, so that they are read together with everything else.

    At a first look an order needs only the claim of its buyer's first key: it knows a buyer who said the same before.
    """
    if fact["kind"] == "customer_merge":
        return [keys.customer(tenant, ids.customer_id(tenant, name)) for name in _merged(fact)]
    statement = statement_of(fact)
    if statement is None:
        return []
    held = claims(statement)
    found = [links.claim_key(tenant, key) for key in held]
    if fact["kind"] == "order" and not surely:
        return found[:1]
    if held and fact["kind"] in ("order", "customer"):
        found.append(keys.customer(tenant, ids.customer_id(tenant, account_name(statement, held))))
        found += [links.clue_key(tenant, clue) for clue in sorted(accounts.clues(statement))]
    return found


def _merged(fact: Stored) -> list[str]:
    """Name the accounts a channel merges, the one that stays last."""
    into = fact["into_channel_customer_id"]
    merged = [name for name in dict.fromkeys(fact["from_channel_customer_ids"]) if name != into]
    return [f"{fact['connection_id']}/{name}" for name in (*merged, into)]


def take(unit: Unit, cause: Cause, fact: Stored) -> bool:
    """Take a customer, a merge the channel states, a consent or an interaction; False where it leads to nobody."""
    if fact["kind"] == "customer_merge":
        at = links.last_erased(unit, cause.tenant, [f"channel:{name}" for name in _merged(fact)])
        if at is None or fact["occurred_at"] > at:
            _merge(unit, cause, fact)
        else:
            unit.erased.add(fact["fact_id"])
        return True
    if links.erased_at(unit, cause.tenant, fact):
        unit.erased.add(fact["fact_id"])
        return True
    statement = statement_of(fact)
    held = _held(unit, cause.tenant, statement) if statement else {}
    if statement is None or not held:
        return False
    _take(unit, cause, held, statement, fact if fact["kind"] == "consent" else None)
    if fact["kind"] == "interaction":
        _keep_interaction(unit, cause, held, statement, fact)
    return True


def take_buyer(unit: Unit, cause: Cause, order: Stored) -> str | None:
    """Take the buyer of an order; gives the account's id, or None where the order names nobody."""
    statement = statement_of(order)
    known = links.recognised(unit, cause.tenant, statement) if statement else None
    if statement and known:
        source = source_key(statement, known)
        if links.returning(unit, cause.tenant, claims(statement), source, statement):
            return ids.customer_id(cause.tenant, known)
    held = _held(unit, cause.tenant, statement) if statement else {}
    if statement is None or not held:
        return None
    _take(unit, cause, held, statement, None)
    return ids.customer_id(cause.tenant, account_name(statement, held))


def hold_buyer(unit: Unit, cause: Cause, order: Stored) -> None:
    """Let an order be written only while its buyer's first key is as it was read: no erasure must miss the order."""
    statement = statement_of(order)
    if statement is None:
        return
    known = links.recognised(unit, cause.tenant, statement)
    held = claims(statement) if known else _held(unit, cause.tenant, statement)
    if held:
        unit.hold(links.claim_key(cause.tenant, next(iter(held))))


def _keep_interaction(unit: Unit, cause: Cause, held: dict[str, str], statement: Stored, fact: Stored) -> None:
    """Keep what somebody did in an item beside their account: their record must not grow with every visit."""
    account_id = ids.customer_id(cause.tenant, account_name(statement, held))
    key = keys.interaction(cause.tenant, account_id, fact["at"], fact["fact_id"])
    known = unit.item(key)
    if known is not None and "fact" in known:
        return
    unit.hold(links.claim_key(cause.tenant, next(iter(held))))
    kept = {"pk": key[0], "sk": key[1], "fact": pack(fact), "at": fact["at"], "ver": 1}
    unit.put(Put(kept, Is("ver", known["ver"]) if known else Absent()))


def _held(unit: Unit, tenant: str, statement: Stored) -> dict[str, str]:
    """Give the keys of a statement without those that are nobody's own; a guest whose phone is such goes by no key."""
    found = claims(statement)
    unit.load([links.claim_key(tenant, key) for key in found])
    known = {key: rule for key, rule in found.items() if not links.is_denied(unit, links.claim_key(tenant, key))}
    if not any(key.startswith("phone:") for key in known):
        known = {key: rule for key, rule in known.items() if not key.startswith("guest:")}  # whoever answers that phone
    return known


def _take(unit: Unit, cause: Cause, held: dict[str, str], statement: Stored, consent: Stored | None) -> None:
    """Fold a statement into its account. Others are looked at only where it says something new of who somebody is.

    Who is one is seen from many items, and most of them are not written. Reads of different ages would join or part
    wrongly, and no conflict would show it.
    """
    unit.look_surely()
    account = account_name(statement, held)
    account_id, source = ids.customer_id(cause.tenant, account), source_key(statement, account)
    head = links.heads_of(unit, cause.tenant, [account_id])[account_id]
    item = links.customer(unit, cause.tenant, head)
    state, known = accounts.opened(item["state"], cause.tenant) if item else (CustomerState(), {})
    is_news = links.is_news(unit, cause.tenant, held, source, statement)
    said = state.with_source(source, statement) if is_news or source not in state.sources else state
    said = said if is_news else said.with_earlier(source, statement)
    said = said.with_consent(account, consent) if consent else said
    before = known.get(account_id)
    if item is not None and account_id not in item["accounts"]:
        raise ConflictError("an account was read before, and its customer after it moved")
    places = [links.place_of(cause.tenant, key) for key in (*claims(statement), *sorted(accounts.clues(statement)))]
    unit.load(places)
    filled = links.fill(unit, places, account_id)
    if item is None or filled or accounts.account(said, account) != before:
        circle = Circle(unit, cause)
        circle.gather([account_id, *filled])
        circle.say(account_id, account, said)
        _resolve(unit, cause, circle, account_id, before, statement)
    elif said is not state:
        save(unit, cause, head, {**unstamped(item), "state": pack(said.as_json())}, "sources")
    links.hold(unit, places, account_id)
    if is_news and statement["kind"] == "buyer" and links.last_erased(unit, cause.tenant, claims(statement)) is None:
        links.note(unit, cause.tenant, held, source, statement)


def _resolve(
    unit: Unit, cause: Cause, circle: Circle, account_id: str, before: Account | None, statement: Stored
) -> None:
    """See who is one now that an account says something else of its person."""
    after = circle.accounts[account_id]
    new = {*after.keys, *after.phones}.difference((*before.keys, *before.phones) if before else ())
    places = [links.claim_key(cause.tenant, key) for key in sorted(new)]
    unit.load(places)
    circle.gather(other for at in places for other in links.holders(unit, at))
    links.hold(unit, [links.claim_key(cause.tenant, key) for key in claims(statement)], account_id)
    weigh(unit, cause, circle, account_id, before, accounts.clues(statement))
    circle.settle()


def _merge(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Follow a merge that a channel states. An account nobody heard of yet is known from now on, by its id alone."""
    unit.look_surely()
    *merged, into = _merged(fact)
    known = {ids.customer_id(cause.tenant, name): name for name in (*merged, into)}
    circle = Circle(unit, cause)
    circle.gather(known)
    changed = False
    for account_id, name in known.items():
        state = said = circle.state(account_id)
        for each in merged if name == into else [name]:
            said = said.with_merge(each, into, fact)
        if said is not state:
            circle.say(account_id, name, said)
            changed = True
    if changed:
        circle.settle()


def record(item: Item) -> dict[str, Any]:
    """Give the golden record of a stored customer."""
    state = CustomerState(**unpack(item["state"]))
    about = {"links": state.links, "accounts": sorted(item["accounts"]), "version": int(item["ver"])}
    return {"customer_id": item["id"], **customers.golden(state), **about}
