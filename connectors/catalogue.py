"""The connectors there are: every folder under connectors/ that holds a manifest. No channel is named anywhere else."""

import functools
import hashlib
import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors import manifest as manifests
from connectors.errors import ManifestError
from connectors.manifest import Manifest

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Connector:
    """A connector and where its parts lie: `<root>/connectors/`, `<root>/mappings/`, `<root>/events/samples/`.

    `registered` is its version where it was registered at run time (connectors/bundle.py), and empty otherwise.
    """

    manifest: Manifest
    folder: Path
    registered: str = ""

    @functools.cached_property
    def version(self) -> str:
        """Name the exact translation: the version it was registered as; else `api_version` and a digest.

        The digest is over the manifest and the mappings.
        """
        if self.registered:
            return self.registered
        mappings = sorted(self.mappings_folder.glob("*.yaml"))
        parts = [file.read_bytes() for file in (self.folder / "manifest.yaml", *mappings)]
        return f"{self.manifest.api_version}+{hashlib.sha256(bytes(1).join(parts)).hexdigest()[:8]}"

    @property
    def reference(self) -> str:
        """Name the connector and its version, as an event's marker keeps it: `square@2026-10-21+0f3a9c1e`."""
        return f"{self.folder.name}@{self.version}"

    @property
    def has_code(self) -> bool:
        """Say whether it has a client.py. Without one the hub makes the `calls` of its manifest."""
        return (self.folder / "client.py").is_file()

    @property
    def root(self) -> Path:
        """The folder that holds connectors/, mappings/, events/ and tests/."""
        return self.folder.parent.parent

    @property
    def mappings_folder(self) -> Path:
        """Where the channel's mappings lie."""
        return self.root / "mappings" / self.folder.name

    @property
    def samples_folder(self) -> Path:
        """Where the channel's samples lie."""
        return self.root / "events" / "samples" / self.folder.name

    @functools.cached_property
    def client_class(self) -> type[Any]:
        """The connector's Client, imported at first use. Without a client.py it is made of the manifest's `calls`.

        Raises:
            ManifestError: there is no Client in client.py, or it does not import.
        """
        if not self.has_code:
            from connectors.declarative import client_class  # noqa: PLC0415 (most connectors have code)

            return client_class(self.manifest)
        try:
            client: type[Any] = _client_module(self.folder).Client
        except (ImportError, AttributeError, SyntaxError, OSError) as error:
            raise ManifestError(f"{self.folder.name}/client.py has no Client that imports: {error}") from error
        return client


def names() -> list[str]:
    """Give the names of the connectors in this repository."""
    return sorted(file.parent.name for file in FOLDER.glob("*/manifest.yaml"))


@functools.cache
def is_here(name: str) -> bool:
    """Say whether this repository has a connector of that name; asked once per process."""
    return name in names()


def deployed(name: str, version: str = "") -> Connector:
    """Give a connector of this repository. Where `version` is given, the connector must have it.

    Raises:
        ManifestError: it has another version, there is none of that name, or its manifest is wrong.
    """
    kind = connector(name)
    if version and version != kind.version:
        raise ManifestError(f"{name} is deployed as {kind.version}, not as {version[:40]!r}")
    return kind


@functools.cache
def connector(name: str) -> Connector:
    """Give a connector of this repository.

    Raises:
        ManifestError: there is none of that name, or its manifest is wrong.
    """
    if name not in names():
        raise ManifestError(f"there is no connector {name[:80]!r}")
    return at(FOLDER / name)


def find(name: str) -> Connector:
    """Give a connector by its name, by its folder, or by the folder that holds its `connectors/` and `mappings/`.

    Raises:
        ManifestError: there is none, or its manifest is wrong.
    """
    return at(folder_of(name))


def folder_of(name: str) -> Path:
    """Give the folder of a connector of this repository, or of one outside it, by name or path.

    Raises:
        ManifestError: there is none.
    """
    path = Path(name)
    inside = sorted(path.glob("connectors/*/manifest.yaml")) if path.is_dir() else []
    if name in names():
        return FOLDER / name
    if (path / "manifest.yaml").is_file():
        return path.resolve()
    if len(inside) == 1:
        return inside[0].parent.resolve()
    raise ManifestError(f"there is no connector {name[:80]!r}")


def at(folder: Path, registered: str = "") -> Connector:
    """Give the connector in a folder, in this repository or outside it.

    Raises:
        ManifestError: the manifest is missing or wrong.
    """
    absolute = folder.resolve()
    return Connector(manifests.load(absolute), absolute, registered)


def _client_module(folder: Path) -> Any:
    if folder.parent == FOLDER:
        return importlib.import_module(f"connectors.{folder.name}.client")
    specification = importlib.util.spec_from_file_location(f"{folder.name}_client", folder / "client.py")
    if specification is None or specification.loader is None:
        raise ImportError(f"{folder.name}/client.py is not a module")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
