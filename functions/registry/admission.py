"""Register a declarative connector at run time: lint it, try it against the conformance kit, give it a version."""

import tempfile
from pathlib import Path
from typing import Any

from connectors import catalogue
from functions.registry.bundles import Registry


class RefusedError(Exception):
    """What was sent does not become a connector. `faults` says why: each has `check`, `file` and `message`."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def register(registry: Registry, tenant: str, parts: Any, at: str) -> tuple[dict[str, Any], bool]:
    """Register a connector. Gives its name, version and number of versions, and whether the version is new.

    Its connections use this version from then on. `at` is the time of registration (RFC 3339).

    Raises:
        RefusedError: it has faults; nothing was changed.
        ConflictError: somebody else registered the same name at this moment.
        StoreUnavailableError: perhaps it is not registered; the same may be sent again.
    """
    # Few requests to the API need any of this.
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
    """Lint the connector. One without faults is tried against the conformance kit, which needs a whole connector."""
    from connectors.workshop import conformance  # noqa: PLC0415
    from connectors.workshop.lint import lint  # noqa: PLC0415

    found = [_fault(each.check, each.file, each.message) for each in lint([folder])]
    if found:
        return found
    return [_fault(each.check, each.subject, each.message) for each in conformance.conform(catalogue.at(folder))]


def _fault(check: str, file: str, message: str) -> dict[str, str]:
    return {"check": check, "file": file, "message": message}
