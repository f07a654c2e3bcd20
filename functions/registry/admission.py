"""Take a declarative connector in at run time: it is linted, tried against the conformance kit, and given a version."""

import tempfile
from pathlib import Path
from typing import Any

from connectors import catalogue
from functions.registry.bundles import Registry


class RefusedError(Exception):
    """What was sent does not become a connector. `faults` says everything that is wrong, each with check and file."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


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
