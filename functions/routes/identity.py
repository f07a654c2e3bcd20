"""Routes by which people decide who is one customer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from functions import runtime
from functions.queries import customers, identity
from functions.registry.tenants import people_of
from functions.routes.app import RefusedError, body, by_hand, paging, query, route
from records import ids
from records.apply import change
from records.cause import Cause
from records.customers import decisions
from records.customers.decisions import DecisionError
from records.store.unit import Unit

TEXT = (str, type(None))
ANSWERS: dict[str, Callable[..., None]] = {"accept": decisions.merge, "reject": decisions.reject}


@route("/v1/customers/{customer_id}/merge", "POST")
def merge_customers(tenant: str, customer_id: str) -> Any:
    """Make one customer of two."""
    said = body(customer_id=str, by=TEXT, why=TEXT)
    for each in (customer_id, said["customer_id"]):
        customers.customer(people_of(tenant), each)
    _decide(tenant, lambda unit, cause: decisions.merge(unit, cause, customer_id, said["customer_id"], *_who(said)))
    return customers.customer(people_of(tenant), customer_id)


@route("/v1/customers/{customer_id}/unmerge", "POST")
def unmerge_customer(tenant: str, customer_id: str) -> Any:
    """Part accounts from a customer: those named as `<connection_id>/<channel_customer_id>`, or all that came with a
    customer that was merged into this one.
    """
    said = body(accounts=(list, type(None)), customer_id=TEXT, by=TEXT, why=TEXT)
    names, merged = said.get("accounts") or [], said.get("customer_id")
    if bool(names) == bool(merged) or not all(isinstance(name, str) for name in names):
        raise RefusedError(400, "body_invalid", "Send either accounts, a list of texts, or the customer_id to part.")
    owner = people_of(tenant)
    before = customers.customer(owner, customer_id)

    def part(unit: Unit, cause: Cause) -> None:
        parted = decisions.branch(unit, cause, merged) if merged else {ids.customer_id(owner, name) for name in names}
        if not parted <= decisions.accounts_of(unit, cause, customer_id):
            raise DecisionError(f"these are no accounts of {customer_id}")
        decisions.unmerge(unit, cause, parted, *_who(said))

    _decide(tenant, part)
    return {"customers": identity.customers_of(owner, before["accounts"])}


@route("/v1/reviews")
def list_reviews(tenant: str) -> Any:
    """List the pairs of which a person should decide; `?batch=1` lists those that a first load met."""
    asked, owner = query("batch", "cursor"), people_of(tenant)
    with paging():
        listed, cursor = identity.open_reviews(owner, batch=bool(asked.get("batch")), cursor=asked.get("cursor"))
    return {"reviews": listed, "cursor": cursor}


@route("/v1/reviews/{review_id}", "POST")
def answer_review(tenant: str, review_id: str) -> Any:
    """Answer a review: `accept` makes one customer of the two, `reject` keeps them apart for good."""
    said = body(decision=str, by=TEXT, why=TEXT)
    answer = ANSWERS.get(said["decision"])
    if answer is None:
        raise RefusedError(400, "body_invalid", f"decision must be one of: {', '.join(ANSWERS)}.")
    owner = people_of(tenant)
    pair = identity.review(owner, review_id)["pair"]
    _decide(tenant, lambda unit, cause: answer(unit, cause, *pair, *_who(said)))
    return {"review_id": review_id, "customers": identity.customers_of(owner, pair)}


@route("/v1/shared-values")
def list_shared_values(tenant: str) -> Any:
    """List the values that are nobody's own, as far as people said so."""
    asked, owner = query("cursor"), people_of(tenant)
    with paging():
        listed, cursor = identity.shared(owner, asked.get("cursor"))
    return {"shared_values": listed, "cursor": cursor}


@route("/v1/shared-values", "POST")
def set_shared_value(tenant: str) -> Any:
    """Say that an e-mail, a phone or a card is nobody's own and links nobody, or with `shared: false` take it back."""
    said = body(email=TEXT, phone=TEXT, loyalty=TEXT, shared=(bool, type(None)), by=TEXT)
    key = customers.key_of({name: said[name] for name in ("email", "phone", "loyalty") if said.get(name)})
    if key is None:
        raise RefusedError(400, "body_invalid", "Send an email, a phone (E.164) or a loyalty card.")
    is_shared, by = said.get("shared") is not False, _who(said)[0]
    _decide(tenant, lambda unit, cause: decisions.set_shared(unit, cause, key, is_shared=is_shared, by=by))
    return {"value": key, "shared": is_shared}


def _who(said: dict[str, Any]) -> tuple[str, str]:
    return said.get("by") or "api", said.get("why") or ""


def _decide(tenant: str, decide: Callable[[Unit, Cause], None]) -> None:
    owner = people_of(tenant)
    cause = replace(by_hand(tenant), group="" if owner == tenant else owner).people
    try:
        change(runtime.records(), cause, lambda unit: decide(unit, cause))
    except DecisionError as error:
        raise RefusedError(409, error.code, f"{error}.") from error
