"""Routes by which people decide who is one customer."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from functions import cursors, runtime
from functions.problems import RefusedError
from functions.queries import customers, identity
from functions.registry.tenants import people_of
from functions.routes.app import by_hand, route
from records import ids
from records.apply import change
from records.cause import Cause
from records.customers import decisions
from records.customers.decisions import DecisionError
from records.store.unit import Unit

if TYPE_CHECKING:
    from functions.contract.identity import Answer, MergeWish, ReviewsQuery, SharedWish, UnmergeWish
    from functions.contract.operation import Paged

ANSWERS: dict[str, Callable[..., None]] = {"accept": decisions.merge, "reject": decisions.reject}


@route("/v1/customers/{customer_id}/merge", "POST")
def merge_customers(tenant: str, customer_id: str, body: "MergeWish") -> Any:
    """Make one customer of two."""
    for each in (customer_id, body.customer_id):
        customers.customer(people_of(tenant), each)
    _decide(tenant, lambda unit, cause: decisions.merge(unit, cause, customer_id, body.customer_id, *body.who))
    return customers.customer(people_of(tenant), customer_id)


@route("/v1/customers/{customer_id}/unmerge", "POST")
def unmerge_customer(tenant: str, customer_id: str, body: "UnmergeWish") -> Any:
    """Part accounts from a customer: those named as `<connection_id>/<channel_customer_id>`, or all that came with a
    customer that was merged into this one.
    """
    owner = people_of(tenant)
    before = customers.customer(owner, customer_id)

    def part(unit: Unit, cause: Cause) -> None:
        if body.customer_id:
            parted = decisions.branch(unit, cause, body.customer_id)
        else:
            parted = {ids.customer_id(owner, name) for name in body.accounts or ()}
        if not parted <= decisions.accounts_of(unit, cause, customer_id):
            raise DecisionError(f"these are no accounts of {customer_id}")
        decisions.unmerge(unit, cause, parted, *body.who)

    _decide(tenant, part)
    return {"customers": identity.customers_of(owner, before["accounts"])}


@route("/v1/reviews")
def list_reviews(tenant: str, query: "ReviewsQuery") -> Any:
    """List the pairs of which a person should decide; `?batch=1` lists those that a first load met."""
    owner, batch = people_of(tenant), bool(query.batch)
    listed, cursor = cursors.paged(
        tenant,
        "reviews of a first load" if batch else "reviews",
        query.cursor,
        lambda place: identity.open_reviews(owner, place, batch=batch),
    )
    return {"reviews": listed, "cursor": cursor}


@route("/v1/reviews/{review_id}", "POST")
def answer_review(tenant: str, review_id: str, body: "Answer") -> Any:
    """Answer a review: `accept` makes one customer of the two, `reject` keeps them apart for good."""
    owner, decide = people_of(tenant), ANSWERS[body.decision]
    pair = identity.review(owner, review_id)["pair"]
    _decide(tenant, lambda unit, cause: decide(unit, cause, *pair, *body.who))
    return {"review_id": review_id, "customers": identity.customers_of(owner, pair)}


@route("/v1/shared-values")
def list_shared_values(tenant: str, query: "Paged") -> Any:
    """List the values that are nobody's own, as far as people said so."""
    owner = people_of(tenant)
    listed, cursor = cursors.paged(tenant, "shared values", query.cursor, lambda place: identity.shared(owner, place))
    return {"shared_values": listed, "cursor": cursor}


@route("/v1/shared-values", "POST")
def set_shared_value(tenant: str, body: "SharedWish") -> Any:
    """Say that an e-mail, a phone or a card is nobody's own and links nobody, or with `shared: false` take it back."""
    value, is_shared, by = str(body.key), body.shared is not False, body.by or "api"
    _decide(tenant, lambda unit, cause: decisions.set_shared(unit, cause, value, is_shared=is_shared, by=by))
    return {"value": value, "shared": is_shared}


def _decide(tenant: str, decide: Callable[[Unit, Cause], None]) -> None:
    owner = people_of(tenant)
    cause = replace(by_hand(tenant), group="" if owner == tenant else owner).people
    try:
        change(runtime.records(), cause, lambda unit: decide(unit, cause))
    except DecisionError as error:
        raise RefusedError(409, error.code, f"{error}.") from error
