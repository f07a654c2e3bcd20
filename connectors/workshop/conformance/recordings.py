"""Checks with recorded answers of a channel, as `<call>__<case>.answers.json` keeps them beside the samples.

The file is `{"answers": [{"status": 200, "headers": {}, "body": …}, …], "gives": …}`. `"raw": text` in place of `body`
is sent as it is. `gives` says how the call must end: `{"error": code}` for an error (one in a 200, say),
`{"documents": n}` for a poll read to its last page, `{"topic": name}` for a fetch, `{"value": text or null}` for an
identity, and `{"outcome": …, "shown": …, "reference": …}` for a push.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from connectors.client import Document
from connectors.errors import ConnectorError
from connectors.manifest import delivery_of
from connectors.translation import parse
from connectors.workshop.conformance.calls import SINCE, Ending, KitCall, calls, connect
from connectors.workshop.conformance.server import Reply, Scripted, channel
from connectors.workshop.conformance.subject import Recorded, Subject

Found = Iterator[tuple[str, str]]
MAX_PAGES = 50
Make = Callable[[KitCall], Ending]


def replies(recorded: Recorded) -> list[Reply]:
    """Give the answers as the scripted channel plays them."""
    return [
        Reply(each.get("status", 200), each.get("headers", {}), each["raw"] if "raw" in each else each.get("body"))
        for each in recorded.answers
    ]


def exist(subject: Subject) -> list[Recorded]:
    """Give every recorded answer."""
    return subject.recorded


def pages(subject: Subject) -> list[Recorded]:
    """Give the recordings of a poll that has more than one page."""
    polls = {poll.call for poll in subject.connector.manifest.polls.values()}
    return [recorded for recorded in subject.recorded if recorded.call in polls and len(recorded.answers) > 1]


def _known(subject: Subject) -> Iterator[tuple[Recorded, KitCall | None]]:
    by_name = {call.name: call for call in calls(subject)}
    for recorded in subject.recorded:
        yield recorded, by_name.get(recorded.call)


def answers(subject: Subject) -> Found:
    """Each recorded answer gives what is written beside it."""
    with channel() as script:
        make = connect(subject, script)
        for recorded, call in _known(subject):
            if call is None:
                yield recorded.file.name, f"the manifest names no call {recorded.call}"
                continue
            script.play(replies(recorded))
            ending = _walk(make, call)[0] if call.kind == "poll" else make(call)
            fault = _compare(ending, recorded.gives)
            if fault:
                yield recorded.file.name, fault


def _compare(ending: Ending, gives: dict[str, Any]) -> str | None:
    if ending.crash is not None:
        return str(ending)
    if "error" in gives:
        code = ending.error.code if ending.error is not None else None
        return None if code == gives["error"] else f"{ending}, expected the error {gives['error']}"
    if ending.error is not None:
        return f"{ending}: {ending.error}"
    said = _said(ending.result)
    wrong = [name for name, value in gives.items() if said.get(name) != value]
    return f"{', '.join(wrong)}: not as expected" if wrong else None


def _said(result: Any) -> dict[str, Any]:
    """Give a result as `gives` writes it."""
    if isinstance(result, list):
        return {"documents": len(result)}
    if isinstance(result, Document):
        return {"topic": result.topic}
    if result is None or isinstance(result, str):
        return {"value": result}
    shown = result.shown
    plain = int(shown) if isinstance(shown, Decimal) and shown == shown.to_integral_value() else shown
    return {"outcome": result.outcome, "reference": result.reference, "shown": plain}


def _walk(make: Make, call: KitCall) -> tuple[Ending, list[Document]]:
    """Poll page after page to the last, or to an error. Give how it ended, and the documents read until then."""
    found: list[Document] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        ending = make(KitCall(call.name, call.kind, (SINCE, cursor)))
        if ending.result is None:
            return ending, found
        found += ending.result.documents
        cursor = ending.result.cursor
        if cursor is None:
            return Ending(found), found
    return Ending(crash=RuntimeError(f"{MAX_PAGES} pages and no end")), found


def paging(subject: Subject) -> Found:
    """A poll that breaks off after a page ends in an error. The next poll brings everything, under the same ids."""
    with channel() as script:
        make = connect(subject, script)
        for recorded, call in _known(subject):
            if call is not None and call.kind == "poll" and len(recorded.answers) > 1:
                yield from ((recorded.file.name, fault) for fault in _broken_off(subject, script, make, call, recorded))


def _broken_off(subject: Subject, script: Scripted, make: Make, call: KitCall, recorded: Recorded) -> Iterator[str]:
    script.play(replies(recorded))
    _, whole = _walk(make, call)
    script.play([replies(recorded)[0], Reply(500, {}, {"error": "kit"})])
    ending, half = _walk(make, call)
    if not isinstance(ending.error, ConnectorError):
        yield f"a page that fails ends as {ending}, and the poll counts as done"
    script.play([Reply(recorded.answers[0].get("status", 200), {}, replies(recorded)[0].content()[:-20])])
    ending, _ = _walk(make, call)
    if not isinstance(ending.error, ConnectorError):
        yield f"half a page ends as {ending}"
    script.play(replies(recorded))
    _, again = _walk(make, call)
    if _ids(subject, again) != _ids(subject, whole) or not _ids(subject, half) <= _ids(subject, whole):
        yield "the same documents have other delivery ids when they come again: an overlap would be new each time"


def _ids(subject: Subject, documents: list[Document]) -> set[str]:
    manifest = subject.connector.manifest
    return {
        delivery_of(manifest, each.topic, {}, parse(each.body, "application/json"), each.body) for each in documents
    }
