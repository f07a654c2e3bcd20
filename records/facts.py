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
    """Give the form of a fact that records keep and compare. It does not name its event.

    Several events may state the same fact, and a record must not depend on which of them came first. Their markers name
    the fact by its id: so it is found which events stated it.
    """
    kept = fact.model_dump(mode="json", exclude_defaults=True, exclude={"event_id"})
    return {**kept, "kind": fact.kind}


def is_newer(statement: Stored, than: Stored | None) -> bool:
    """Tell whether a statement replaces another about the same thing."""
    return than is None or rank(statement) > rank(than)


def rank(statement: Stored) -> Rank:
    """Give what orders statements about one thing: version, time, progress, fact id.

    The channel's own version decides, then its time. Channels count in seconds, and an order may be placed and paid in
    one: then the statement that is further along its life is newer. Last the fact id decides. It is a digest of the
    content, so every order of arrival ends the same.
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
