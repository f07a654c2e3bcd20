"""Normalise: from a payload to records.

Triggered by the queue of PayloadReceived events, and by the queue of replays, which has a pace of its own. Reads the
payload, translates it into facts and applies them in one transaction. A payload that cannot be translated, or names
what its channel refuses to give, is quarantined with the reason and can be replayed. When anything else fails, the
message stays in the queue and comes again after a backoff or the visibility time-out. After twelve attempts the queue
moves it to its dead-letter queue.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connectors.client import make_call
from connectors.errors import ConnectorError, NotFoundError, RateLimitedError
from connectors.translation import ContractBreachError, MappingError, PayloadError, fact, parse, statements, wanted
from functions import runtime
from functions.batches import LaterError, backoff, work_through
from functions.inbound import kits, skus
from functions.inbound.ingest import ingest
from functions.registry import connections, session
from functions.registry.session import Session
from functions.runtime import logger
from mappings.errors import MappingFileError
from records import outcomes, remapping
from records.apply import Applied, apply
from records.cause import Cause
from records.errors import ConflictError, ContractError, UnknownSkuError
from records.facts import stored
from records.outcomes import marker
from records.store import keys
from records.store.actions import Item
from records.store.packing import pack

if TYPE_CHECKING:
    from events.facts import Fact

FAULTS = (PayloadError, MappingError, MappingFileError, ContractBreachError, ContractError, UnknownSkuError)
"""What no repetition mends: the payload or a mapping is wrong."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of PayloadReceived events."""
    return work_through(event, _normalise)


def _normalise(message: dict[str, Any], queue: str, attempt: int) -> None:
    detail = message["detail"]
    tenant, event_id = detail["tenant"], detail["subject"]
    logger.append_keys(tenant=tenant, event_id=event_id, connection_id=detail["origin"])
    found, replay = runtime.inbox().read(tenant, [event_id]), detail.get("replay")
    if replay and event_id not in found:
        logger.info("not replayed: its payload is not kept any more")
        return
    item = found[event_id]
    connection = connections.find(item["connection_id"])
    known = _marker(tenant, event_id) if replay else None
    cause = Cause(
        tenant=tenant,
        event_id=event_id,
        connection_id=item["connection_id"],
        at=runtime.rfc3339(runtime.now()),
        owns=frozenset(connection.owns if connection else ()),
        hop=int(item["hop"]),
        remaps=replay is not None,
        first_load=connection is not None and connection.first_load,
        group=connection.group if connection else "",
    )
    if "erased_at" in item:
        _skip(cause, item)
        return
    if connection is None or connection.tenant != tenant:
        _quarantine(cause, item, "connection_unknown", f"connection {item['connection_id']} is not registered", None)
        return
    try:
        then = known.get("connector") if known and replay and replay["map"] == "then" else None
        opened = session.of(connection, then)
        item["connector"] = opened.connector.reference
        if known is not None and not remapping.is_open(cause, known, item):
            logger.info("replayed", outcome="repeated")
            return
        _apply(replace(cause, tells="stock" in opened.manifest.pushes), opened, item, known)
    except FAULTS as fault:
        _quarantine(cause, item, fault.code, str(fault), getattr(fault, "pointer", None))
    except RateLimitedError as limited:
        raise LaterError(str(limited), limited.retry_after) from limited
    except ConnectorError as error:
        if error.retry:
            raise LaterError(str(error), backoff(attempt)) from error
        _quarantine(cause, item, error.code, str(error), None)


def _marker(tenant: str, event_id: str) -> Item | None:
    key = keys.applied(tenant, event_id)
    return runtime.records().get([key]).get(key)


def _apply(cause: Cause, opened: Session, item: Item, known: Item | None) -> None:
    """Translate a payload and apply its facts. What a thin payload names is fetched first, as payloads of its own."""
    topic, connection = item["topic"], opened.connection
    payload = parse(item["body"], item["content_type"])
    stated, losses = statements(opened.connector, connection, topic, payload, item["received_at"])
    skus.resolve(opened, stated)
    kits.fill(cause.tenant, stated)
    facts = [fact(statement, cause.event_id, connection) for statement in stated]
    if known is not None and remapping.is_again(known):
        children = known["children"]  # what was fetched then lies in the Inbox, as events with replays of their own
    else:
        children = _fetch(opened, cause, topic, payload)
    rule = opened.manifest.topic(topic)
    about = {"topic": topic, "mapping": rule.mapping or "", "facts": [each.fact_id for each in facts]}
    about |= {"connector": item["connector"], "children": children, "dropped": len(losses)}
    applied = apply(runtime.records(), cause, facts, about)
    if applied.erased:
        _forget(cause, item, payload, facts, applied)
    logger.info("normalised", outcome=applied.outcome, facts=len(facts), children=len(children))


def _forget(cause: Cause, item: Item, payload: Any, facts: "list[Fact]", applied: Applied) -> None:
    """Take people out of a late payload whom an earlier erasure kept out of the records.

    After a crash before this the event comes again, and its marker still names the facts about them.
    """
    from functions.privacy import payloads, search  # noqa: PLC0415 (few payloads are about somebody who is erased)

    said = [stored(each) for each in facts]
    theirs = [each for each in said if each["fact_id"] in applied.erased]
    is_shared = any(each not in theirs and search.is_about_somebody(each) for each in said)
    payloads.forget(item, payload, payloads.names_in(theirs), cause.at, is_shared=is_shared)


def _skip(cause: Cause, item: Item) -> None:
    """Mark the event of an erased payload: nothing can come of it any more. A marker from before the erasure stays."""
    about = {"outcome": "erased", "topic": item["topic"], "records": pack([])}
    try:
        runtime.records().write([marker(keys.applied(cause.tenant, cause.event_id), cause, about)])
    except ConflictError:
        logger.info("erased after it was applied")


def _fetch(opened: Session, cause: Cause, topic: str, payload: Any) -> list[str]:
    """Fetch what a thin payload names. Each answer is made durable before the payload counts as done."""
    rule = opened.manifest.topic(topic).fetch
    if rule is None:
        return []
    children = []
    for name in wanted(opened.connector, topic, payload):
        try:
            document = make_call(opened.client, rule.call, name)
        except NotFoundError as error:
            raise NotFoundError(f"{error}: it has no {rule.call} {name}", error.status) from error
        receipt = ingest(opened, document.topic, document.body, cause=cause.event_id, hop=cause.hop)
        children.append(receipt.event_id)
    return children


def _quarantine(cause: Cause, item: Item, code: str, reason: str, pointer: str | None) -> None:
    """Park an event with the reason, where people see it and can replay it. It is not tried again by itself."""
    logger.warning("quarantined", code=code, reason=reason, pointer=pointer)
    try:
        runtime.records().write([outcomes.quarantined(cause, item, code, reason, pointer)])
    except ConflictError:
        logger.warning("it was applied before, and what was made of it then stays")
