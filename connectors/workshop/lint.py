"""Lint for connectors: a table of small checks. Each says what is wrong and in which file.

A check belongs to a grade and holds for connectors of that grade and better. A manifest's `exemptions` (check → reason)
switch a check off. An exemption that is not needed is itself a fault.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors import catalogue
from connectors.catalogue import Connector
from connectors.errors import ManifestError
from connectors.workshop import lint_files, lint_manifest

GRADES = ("bronze", "silver", "gold")


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a connector: which check says so, the file (from the repository's root), and what."""

    check: str
    file: str
    message: str


@dataclass(frozen=True)
class Check:
    """A check and the lowest grade it holds for. `find` gives (file, message) of every fault."""

    grade: str
    find: Callable[[Connector], Iterable[tuple[Path, str]]]


CHECKS: dict[str, Check] = {
    "folder": Check("bronze", lint_manifest.folder),
    "schema": Check("bronze", lint_manifest.schema),
    "links": Check("bronze", lint_manifest.links),
    "signature": Check("bronze", lint_manifest.signature),
    "queue": Check("bronze", lint_manifest.queue),
    "secrets": Check("bronze", lint_manifest.secrets),
    "expressions": Check("bronze", lint_manifest.expressions),
    "pushes": Check("bronze", lint_manifest.pushes),
    "calls": Check("bronze", lint_manifest.calls),
    "client": Check("bronze", lint_files.client),
    "mappings": Check("bronze", lint_files.mappings),
    "secret-values": Check("bronze", lint_files.secret_values),
    "limits": Check("silver", lint_manifest.limits),
    "sources": Check("silver", lint_manifest.sources),
    "readme": Check("silver", lint_files.readme),
    "samples": Check("silver", lint_files.samples),
    "statuses": Check("silver", lint_files.statuses),
    "many-samples": Check("gold", lint_files.many_samples),
    "contract-test": Check("gold", lint_files.contract_test),
}


def lint(names: Sequence[str | Path] | None = None, grade: str | None = None) -> list[Fault]:
    """Check connectors, each by name, or by folder where it lies outside this repository. Without `names`: all of them.

    `grade` checks them as if they were of that grade: the faults are what is left to do.
    """
    return [fault for name in (catalogue.names() if names is None else names) for fault in _faults_of(name, grade)]


def _faults_of(name: str | Path, grade: str | None) -> Iterator[Fault]:
    folder = name if isinstance(name, Path) else catalogue.FOLDER / name
    try:
        connector = catalogue.at(folder)
    except ManifestError as error:
        yield Fault("manifest", f"connectors/{folder.name}/manifest.yaml", str(error))
        return
    exempted: set[str] = set()
    for check, file, message in _found(connector, grade or connector.manifest.grade):
        if check in connector.manifest.exemptions:
            exempted.add(check)
        else:
            yield Fault(check, _shown(file, connector.root), message)
    manifest_file = _shown(connector.folder / "manifest.yaml", connector.root)
    for check in sorted(connector.manifest.exemptions.keys() - exempted):
        reason = "nothing to exempt" if check in CHECKS else "there is no such check"
        yield Fault("exemptions", manifest_file, f"{check}: {reason}")


def _found(connector: Connector, grade: str) -> Iterator[tuple[str, Path, str]]:
    """Run the checks of a grade."""
    reached = GRADES.index(grade)
    for name, check in CHECKS.items():
        if GRADES.index(check.grade) <= reached:
            yield from ((name, file, message) for file, message in check.find(connector))


def _shown(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
