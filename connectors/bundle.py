"""A connector as one bundle: the texts of its folders, checked, packed, and laid out again. It holds no code."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from connectors import catalogue
from connectors.catalogue import Connector
from connectors.errors import ManifestError
from mappings.notation import Loader

MAX_FILES = 300
MAX_TEXT = 256 * 1024  # bytes of one file
MAX_TOTAL = 2 * 1024 * 1024
MAX_NODES = 20_000  # of one YAML file, with its aliases spelled out

# A map of `parts` → the folder its texts go to, and what their names look like.
FOLDERS = {
    "mappings": ("mappings/{}", re.compile(r"[a-z][a-z0-9_-]{0,62}\.(in|out)\.yaml")),
    "samples": ("events/samples/{}", re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,150}\.(json|xml|form)")),
}
TEXTS = {"manifest": "manifest.yaml", "readme": "README.md"}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date a zip can hold; with one date, equal content gives equal bytes


class BundleError(ManifestError):
    """What was sent is no connector that can be registered. `faults` says everything that is wrong."""

    code = "connector_invalid"

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Bundle:
    """A connector's texts by their path from the root, e.g. `connectors/acme/manifest.yaml`."""

    name: str
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Give the SHA-256 of the content: equal texts give equal digests."""
        texts = "\0".join(f"{path}\0{text}" for path, text in sorted(self.files.items()))
        return hashlib.sha256(texts.encode()).hexdigest()


def parts_of(connector: Connector) -> dict[str, Any]:
    """Give a connector's folder as `POST /v1/connectors` takes it.

    Raises:
        BundleError: it has code. Code comes in by a deployment only.
    """
    code = [file.name for file in sorted(connector.folder.glob("*.py")) if file.name != "__init__.py"]
    if code:
        raise BundleError([f"{', '.join(code)}: code is not taken at run time; deploy it, or describe its `calls`"])
    parts: dict[str, Any] = {key: _read(connector.folder / name) for key, name in TEXTS.items()}
    for key, folder in (("mappings", connector.mappings_folder), ("samples", connector.samples_folder)):
        parts[key] = {file.name: _read(file) for file in sorted(folder.glob("*")) if file.is_file()}
    return parts


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def bundle_of(parts: Any) -> Bundle:
    """Check what was sent to `POST /v1/connectors` and give it as a bundle.

    Raises:
        BundleError: its `faults` are everything that is wrong.
    """
    faults = list(_shape_faults(parts))
    if faults:
        raise BundleError(faults)
    name = _channel(parts["manifest"])
    files = {f"connectors/{name}/{file}": parts.get(key, "") for key, file in TEXTS.items()}
    for key, (folder, _) in FOLDERS.items():
        files |= {f"{folder.format(name)}/{file}": text for file, text in parts.get(key, {}).items()}
    faults = list(_size_faults(files))
    if faults:
        raise BundleError(faults)
    return Bundle(name, {path: text for path, text in files.items() if text})


def _shape_faults(parts: Any) -> Iterator[str]:
    """Say what is not as `POST /v1/connectors` expects it, before anything is parsed."""
    if not isinstance(parts, dict) or not isinstance(parts.get("manifest"), str):
        yield 'send {"manifest": text, "mappings": {name: text}, "samples": {name: text}, "readme": text}'
        return
    if not isinstance(parts.get("readme", ""), str):
        yield "readme is not a text"
    for unknown in sorted(parts.keys() - TEXTS.keys() - FOLDERS.keys()):
        yield f"{unknown[:80]!r} is not taken: a connector registered at run time has no code"
    for key, (_, pattern) in FOLDERS.items():
        texts = parts.get(key, {})
        if not isinstance(texts, dict):
            yield f"{key} is not a map of names to texts"
            continue
        for name, text in texts.items():
            if not pattern.fullmatch(name):
                yield f"{key}: {name[:80]!r} is not a name a file of {key} can have"
            elif not isinstance(text, str):
                yield f"{key}: {name} is not a text"


def _size_faults(files: Mapping[str, str]) -> Iterator[str]:
    if len(files) > MAX_FILES:
        yield f"{len(files)} files; {MAX_FILES} are taken"
    total = 0
    for path, text in files.items():
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            yield f"{path} is not UTF-8"
            continue
        total += size
        if size > MAX_TEXT:
            yield f"{path} has {size} bytes; {MAX_TEXT} are taken"
        elif path.endswith(".yaml"):
            yield from (f"{path}: {fault}" for fault in _yaml_faults(text))
    if total > MAX_TOTAL:
        yield f"{total} bytes in all; {MAX_TOTAL} are taken"


def _channel(manifest: str) -> str:
    """Read the connector's name. A connector of this repository must not have it."""
    faults = [] if len(manifest) <= MAX_TEXT else [f"manifest.yaml has more than {MAX_TEXT} bytes"]
    faults = faults or [f"manifest.yaml: {fault}" for fault in _yaml_faults(manifest)]
    if faults:
        raise BundleError(faults)
    content = yaml.load(manifest, Loader)  # noqa: S506 - a SafeLoader
    name = content.get("channel") if isinstance(content, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BundleError(["manifest.yaml: channel must be a name of small letters, digits, - and _"])
    if (catalogue.FOLDER / name).exists() or (catalogue.FOLDER / f"{name}.py").exists():
        raise BundleError([f"manifest.yaml: the name {name} belongs to this repository"])
    return name


def _yaml_faults(text: str) -> Iterator[str]:
    """Refuse YAML that is small as text and huge with its aliases spelled out (a "billion laughs")."""
    try:
        if _nodes(yaml.compose(text, Loader), {}) > MAX_NODES:
            yield f"more than {MAX_NODES} nodes with its aliases spelled out"
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        yield f"not YAML: {getattr(error, 'problem', None) or type(error).__name__}"


def _nodes(node: Any, known: dict[int, int]) -> int:
    """Count the nodes of YAML with its aliases spelled out; a node that holds itself counts as more than MAX_NODES."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MAX_NODES + 1
    if isinstance(node, yaml.SequenceNode):
        count = 1 + sum(_nodes(item, known) for item in node.value)
    elif isinstance(node, yaml.MappingNode):
        count = 1 + sum(_nodes(key, known) + _nodes(value, known) for key, value in node.value)
    else:
        count = 1
    known[id(node)] = count
    return count


def pack(bundle: Bundle) -> bytes:
    """Make a zip of a bundle: the same bytes for the same texts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(bundle.files.items()):
            entry = zipfile.ZipInfo(path, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    return made.getvalue()


def unpack(content: bytes) -> Bundle:
    """Read a zip that `pack` made. Names and sizes are checked again, because somebody else may have stored it.

    Raises:
        BundleError: it is no such zip.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_TOTAL:
                raise BundleError(["the bundle is larger than one can be"])
            files = {entry.filename: archive.read(entry).decode() for entry in entries}
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, EOFError, OSError) as error:
        raise BundleError([f"the bundle cannot be read: {type(error).__name__}"]) from error
    names = {PurePosixPath(path).parts[1] for path in files if path.endswith("/manifest.yaml")}
    name = names.pop() if len(names) == 1 else ""
    wrong = [path for path in files if not _NAME.fullmatch(name) or not _may_be(path, name)]
    if wrong or not name:
        raise BundleError([f"the bundle holds {path[:100]!r}" for path in wrong[:5]] or ["the bundle has no manifest"])
    return Bundle(name, files)


def _may_be(path: str, name: str) -> bool:
    folder, _, file = path.rpartition("/")
    if folder == f"connectors/{name}":
        return file in TEXTS.values()
    return any(folder == place.format(name) and bool(known.fullmatch(file)) for place, known in FOLDERS.values())


def lay_out(bundle: Bundle, root: Path) -> Path:
    """Write a bundle's texts below `root`, an empty folder of our own, and give the connector's folder."""
    for path, text in bundle.files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root / "connectors" / bundle.name
