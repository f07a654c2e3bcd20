"""How facts join: for each thing a source speaks of, the newest statement wins, whatever order they arrived in."""

from typing import Any

from events.facts import Fact

Stored = dict[str, Any]
"""A fact as a record keeps it: JSON values, nothing that is null or a default."""


def stored(fact: Fact) -> Stored:
    """Give the form of a fact that records keep and compare."""
    kept = fact.model_dump(mode="json", exclude_defaults=True)
    return {**kept, "kind": fact.kind}


def is_newer(statement: Stored, than: Stored | None) -> bool:
    """Tell whether a statement replaces another about the same thing.

    The channel's own version decides; between equal versions the content's digest does, so that every order of
    arrival ends the same.
    """
    if than is None:
        return True
    return _rank(statement) > _rank(than)


def _rank(statement: Stored) -> tuple[str, str, str]:
    return (statement["source_version"], statement["occurred_at"], statement["fact_id"])


def join(kept: dict[str, Stored], key: str, statement: Stored) -> dict[str, Stored]:
    """Add a statement under its key; give the same object back where nothing changes."""
    if not is_newer(statement, kept.get(key)):
        return kept
    return {**kept, key: statement}
