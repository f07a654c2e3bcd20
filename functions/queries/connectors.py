"""Which connectors a tenant has, and what each can do."""

from typing import Any

from connectors import catalogue
from connectors.catalogue import Connector
from connectors.errors import ManifestError
from connectors.manifest import Manifest
from functions.registry import connectors
from functions.registry.bundles import Entry


def listed(tenant: str) -> list[dict[str, Any]]:
    """List the repository's connectors and those the tenant registered."""
    own = [_registered(tenant, entry) for entry in connectors.registry().entries(tenant)]
    return [capabilities(catalogue.connector(name)) for name in catalogue.names()] + own


def described(tenant: str, name: str) -> dict[str, Any]:
    """Give one connector with its limits and oddities.

    Raises:
        ManifestError: there is none.
    """
    if catalogue.is_here(name):
        return details(catalogue.connector(name))
    entry = connectors.registry().entry(tenant, name)
    if entry is None:
        raise ManifestError(f"there is no connector {name[:80]!r}")
    versions = [{"version": each.version, "at": each.at} for each in entry.versions]
    return {**details(connectors.find(tenant, f"{name}@{entry.current}")), "versions": versions}


def _registered(tenant: str, entry: Entry) -> dict[str, Any]:
    return capabilities(connectors.find(tenant, f"{entry.name}@{entry.current}"))


def capabilities(kind: Connector) -> dict[str, Any]:
    """Say what a connector can do."""
    manifest = kind.manifest
    return {
        "channel": manifest.channel,
        "name": manifest.name,
        "kind": manifest.kind,
        "grade": manifest.grade,
        "api_version": manifest.api_version,
        "version": kind.version,
        "registered": bool(kind.registered),
        "receives": sorted(manifest.receives.topics),
        "polls": sorted(manifest.polls),
        "pushes": sorted(manifest.pushes),
        "docs": manifest.docs,
    }


def details(kind: Connector) -> dict[str, Any]:
    """Say what a connector can do, what it needs, its limits and its oddities."""
    manifest = kind.manifest
    limits = manifest.limits.model_dump() if manifest.limits else None
    more = {"secrets": list(manifest.secrets), "oddities": list(manifest.oddities), "sources": list(manifest.sources)}
    return {**capabilities(kind), "does": abilities(manifest), "limits": limits, **more}


def abilities(manifest: Manifest) -> list[dict[str, str]]:
    """List what a connector does, one row for each topic, poll and push."""
    rows = []
    for name, topic in manifest.receives.topics.items():
        how = [f"mapping {topic.mapping}"] if topic.mapping else []
        how += [f"fetch {topic.fetch.call}"] if topic.fetch else []
        queued = manifest.receives.queue is not None and name in manifest.receives.queue.topics
        how += ["by queue"] if queued else []
        comes = queued or not topic.internal
        rows.append({"does": "receives" if comes else "reads", "what": name, "how": ", ".join(how)})
    for name, poll in manifest.polls.items():
        rows.append({"does": "polls", "what": name, "how": f"every {poll.interval} s, {poll.overlap} s back"})
    for record, push in manifest.pushes.items():
        how = [f"per {push.per}"] if push.per else []
        how += ["compare-and-swap"] if push.compare_and_swap else []
        rows.append({"does": "pushes", "what": record, "how": ", ".join([*how, push.idempotency])})
    return rows
