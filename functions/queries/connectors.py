"""Which connectors a tenant has, and taking a declarative one in at run time: linted, tried, versioned, used."""

import tempfile
from pathlib import Path
from typing import Any

from connectors import catalogue
from connectors.catalogue import Connector
from connectors.errors import ManifestError
from connectors.manifest import Manifest
from functions.registry import connections
from functions.registry.bundles import Entry, Registry


class RefusedError(Exception):
    """What was sent does not become a connector. `faults` says everything that is wrong, each with check and file."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def listed(tenant: str) -> list[dict[str, Any]]:
    """List the repository's connectors and those the tenant registered."""
    own = [_registered(tenant, entry) for entry in connections.registry().entries(tenant)]
    return [capabilities(catalogue.connector(name)) for name in catalogue.names()] + own


def described(tenant: str, name: str) -> dict[str, Any]:
    """Give one connector with its limits and oddities.

    Raises:
        ManifestError: there is none.
    """
    if catalogue.is_here(name):
        return details(catalogue.connector(name))
    entry = connections.registry().entry(tenant, name)
    if entry is None:
        raise ManifestError(f"there is no connector {name[:80]!r}")
    versions = [{"version": each.version, "at": each.at} for each in entry.versions]
    return {**details(connections.connector_named(tenant, f"{name}@{entry.current}")), "versions": versions}


def _registered(tenant: str, entry: Entry) -> dict[str, Any]:
    return capabilities(connections.connector_named(tenant, f"{entry.name}@{entry.current}"))


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


def register(registry: Registry, tenant: str, parts: Any, at: str) -> tuple[dict[str, Any], bool]:
    """Take a connector in, and say which version it is and whether that is new. Its connections use it at once.

    Raises:
        RefusedError: it has faults; nothing was changed.
        ConflictError: somebody else registered the same name at this moment.
        StoreUnavailableError: it may not be registered.
    """
    # None of this is needed for what the API mostly does.
    from connectors.bundle import BundleError, bundle_of, lay_out, pack  # noqa: PLC0415

    try:
        bundle = bundle_of(parts)
    except BundleError as error:
        raise RefusedError([_fault("bundle", "", each) for each in error.faults]) from error
    with tempfile.TemporaryDirectory(prefix="tributary-") as folder:
        faults = _faults(lay_out(bundle, Path(folder)))
    if faults:
        raise RefusedError(faults)
    entry, is_new = registry.add(tenant, bundle.name, bundle.digest, pack(bundle), at)
    return {"connector": bundle.name, "version": entry.current, "versions": len(entry.versions)}, is_new


def _faults(folder: Path) -> list[dict[str, str]]:
    """Lint; what passes is tried against the conformance kit, for which it has to be whole."""
    from connectors.workshop import conformance  # noqa: PLC0415
    from connectors.workshop.lint import lint  # noqa: PLC0415

    found = [_fault(each.check, each.file, each.message) for each in lint([folder])]
    if found:
        return found
    return [_fault(each.check, each.subject, each.message) for each in conformance.conform(catalogue.at(folder))]


def _fault(check: str, file: str, message: str) -> dict[str, str]:
    return {"check": check, "file": file, "message": message}
