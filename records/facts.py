"""How facts join: for each thing a source speaks of, the newest statement wins, whatever order they arrived in."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the models cost a cold start, and only those who make facts need them
    from events.facts import Fact

Stored = dict[str, Any]
"""A fact as a record keeps it: JSON values, nothing that is null or a default."""

Rank = tuple[str, str, tuple[int, ...], str]

# Within one moment a thing moves this way and not back.
STAGES = ("pending", "ready", "success", "failed", "cancelled", "expired")
PAYMENT_STAGES = ("pending", "failed", "authorized", "voided", "paid", "refunded")


def stored(fact: "Fact") -> Stored:
    """Give the form of a fact that records keep and compare. Which events said it is found by its id in their markers:
    several events may say the same, and a record must not depend on which of them came first.
    """
    kept = fact.model_dump(mode="json", exclude_defaults=True, exclude={"event_id"})
    return {**kept, "kind": fact.kind}


def is_newer(statement: Stored, than: Stored | None) -> bool:
    """Tell whether a statement replaces another about the same thing."""
    return than is None or rank(statement) > rank(than)


def rank(statement: Stored) -> Rank:
    """Give what orders statements about one thing. The channel's own version decides. Channels count in seconds, and an
    order is placed and paid in one: then what is further along its life is newer; at last the content's digest decides,
    so that every order of arrival ends the same.
    """
    return (statement["source_version"], statement["occurred_at"], _progress(statement), statement["fact_id"])


def _progress(statement: Stored) -> tuple[int, ...]:
    paid = max((PAYMENT_STAGES.index(each["status"]) for each in statement.get("payments", [])), default=-1)
    stage = statement.get("status")
    return (int("cancelled_at" in statement), paid, STAGES.index(stage) if stage in STAGES else -1)


def join(kept: dict[str, Stored], key: str, statement: Stored) -> dict[str, Stored]:
    """Add a statement under its key; give the same object back where nothing changes."""
    if not is_newer(statement, kept.get(key)):
        return kept
    return {**kept, key: statement}
