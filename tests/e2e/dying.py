"""A package whose functions die where a test tells them to. It is our source with a piece added that counts calls.

A test and the functions speak through the folder `notes`. plan.json holds the entries: an entry applies to the calls of
a function whose event contains all of the entry's words. fired/<name> says that a process died by an entry. calls.jsonl
holds the calls that were made under an entry that only notes them.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.hub import package

FUNCTIONS = ("receive", "announce", "normalise", "push")
LEASE_SECONDS = 3  # shorter than the time a message stays hidden, as in production
HIDDEN_SECONDS = 6

IN_RUNTIME = """

import base64 as _base64
import json as _json

from botocore.client import BaseClient as _BaseClient

from connectors.http import Http as _Http

_NOTES = Path({notes!r})
_running = {{"entries": [], "calls": []}}


def _text(event):
    body = event.get("body") or ""
    return _json.dumps(event) + (_base64.b64decode(body).decode() if event.get("isBase64Encoded") else "")


def _die(entry):
    try:
        (_NOTES / "fired" / entry["name"]).touch(exist_ok=False)
    except FileExistsError:
        return
    os._exit(1)


def _counted(name, call):
    def count(self, *args, **kwargs):
        what = f"{{name}} {{args[0]}}"
        for entry in _running["entries"]:
            if entry["after"] == 0 and not _running["calls"]:
                _die(entry)
        answer = call(self, *args, **kwargs)
        _running["calls"].append(what)
        for entry in _running["entries"]:
            if entry["after"] == len(_running["calls"]):
                _die(entry)
        return answer
    return count


def watched(function, handler):
    def watch(event, context):
        from functions.cache import cache
        text = _text(event)
        plan = _json.loads((_NOTES / "plan.json").read_text())
        mine = [e for e in plan if e["function"] == function and all(word in text for word in e["words"])]
        if mine:
            cache.clear()  # a cold process makes every call
        _running.update(entries=mine, calls=[])
        answer = handler(event, context)
        seen = [_json.dumps({{"name": e["name"], "calls": _running["calls"]}}) for e in mine if e["after"] is None]
        if seen:
            with (_NOTES / "calls.jsonl").open("a") as lines:
                lines.write("\\n".join(seen) + "\\n")
        return answer
    return watch


_BaseClient._make_api_call = _counted("aws", _BaseClient._make_api_call)
_Http.call = _counted("channel", _Http.call)
"""

IN_FUNCTION = """

from functions import runtime as _runtime

handler = _runtime.watched({name!r}, handler)
"""

IN_LEASES = """

LEASE = timedelta(seconds={seconds})
"""


@dataclass(frozen=True)
class Entry:
    """Die once, after so many outside calls of a function (0: before the first). None: only note the calls."""

    name: str
    function: str
    words: tuple[str, ...]
    after: int | None


@dataclass(frozen=True)
class Notes:
    """The folder through which a test and the functions speak with each other."""

    folder: Path

    def plan(self, entries: list[Entry]) -> None:
        """Replace the plan: from now on the functions obey these entries."""
        (self.folder / "fired").mkdir(parents=True, exist_ok=True)
        draft = self.folder / "plan.draft"
        draft.write_text(json.dumps([asdict(entry) for entry in entries]))
        draft.replace(self.folder / "plan.json")

    def fired(self) -> set[str]:
        """Name the entries by which a process died."""
        return {path.name for path in (self.folder / "fired").iterdir()}

    def calls(self) -> dict[str, list[str]]:
        """Give the outside calls that each noting entry saw: those of its longest run."""
        seen: dict[str, list[str]] = {}
        for line in (self.folder / "calls.jsonl").read_text().splitlines():
            said = json.loads(line)
            seen[said["name"]] = max(seen.get(said["name"], []), said["calls"], key=len)
        return seen


def build(notes: Notes, checkout: Path) -> bytes:
    """Build the package in an empty folder `checkout`."""
    for name in package.PACKAGES:
        shutil.copytree(package.CHECKOUT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    pieces = {f"functions/{name}.py": IN_FUNCTION.format(name=name) for name in FUNCTIONS}
    pieces["functions/runtime.py"] = IN_RUNTIME.format(notes=str(notes.folder))
    pieces["functions/delivery/lease.py"] = IN_LEASES.format(seconds=LEASE_SECONDS)
    for path, piece in pieces.items():
        file = checkout / path
        file.write_text(file.read_text() + piece)
    return package.build_local(checkout)
