"""The conformance kit: checks that every connector must pass. They need nothing but its folder and its samples.

`CHECKS` is the table: each check says what it proves and gives the faults it finds. `tributary connectors test`,
tests/connectors/workshop/test_conformance.py and the registration of a connector at run time all run this table.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from connectors.catalogue import Connector
from connectors.workshop.conformance import answers, bodies, payloads, recordings, records, signatures
from connectors.workshop.conformance.calls import calls
from connectors.workshop.conformance.subject import Subject

Found = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Fault:
    """One check that a connector does not pass: the check's name, the sample or call it is about, and what is wrong."""

    check: str
    subject: str
    message: str


@dataclass(frozen=True)
class Check:
    """One check. `proves` says what a pass means. `find` gives (sample or call, what is wrong) of every fault.

    `applies` gives what the check has to try; where that is falsy, a pass proves nothing.
    """

    proves: str
    find: Callable[[Subject], Found]
    applies: Callable[[Subject], object]


def _samples(subject: Subject) -> object:
    return subject.connector.manifest.receives.topics


def _webhooks(subject: Subject) -> object:
    return subject.connector.manifest.receives.signature


def _pushes(subject: Subject) -> object:
    return subject.connector.manifest.pushes


def _calls(subject: Subject) -> object:
    return list(calls(subject))


CHECKS: dict[str, Check] = {
    "mapping": Check("each sample gives the facts written beside it", payloads.mapping, _samples),
    "truncated": Check("half a payload is refused with a reason", payloads.truncated, _samples),
    "retyped": Check("a value of another type is refused with its place, or read", payloads.retyped_values, _samples),
    "missing": Check("a field that is not there is refused with its place, or spared", payloads.missing, _samples),
    "unknown": Check("a field nobody knows changes nothing", payloads.unknown, _samples),
    "delivery": Check("a repeated delivery is known, another one is told apart", payloads.delivery, _samples),
    "twice": Check("what is applied twice changes nothing more", records.twice, _samples),
    "order": Check("every order of arrival ends in the same records", records.any_order, _samples),
    "echo": Check("our own write coming back changes nothing", records.echo, records.counts),
    "signature": Check("the right signature is accepted, every other refused", signatures.signature, _webhooks),
    "bodies": Check("a record becomes a body, and what is not known stays out of it", bodies.bodies, _pushes),
    "refusals": Check("401, 404, 429, 5xx, time-out, reset and nonsense end in typed errors", answers.refusals, _calls),
    "answers": Check(
        "what the channel once answered gives what is written beside it", recordings.answers, recordings.exist
    ),
    "paging": Check(
        "a poll that breaks off loses nothing, and an overlap is known", recordings.paging, recordings.pages
    ),
}


def conform(connector: Connector, only: Sequence[str] | None = None) -> list[Fault]:
    """Check a connector and give every fault. `only` names the checks to run; None: all."""
    subject = Subject(connector)
    names = CHECKS if only is None else only
    return [Fault(name, about, message) for name in names for about, message in CHECKS[name].find(subject)]


def untried(connector: Connector) -> list[str]:
    """Name the checks that find nothing to try: that they pass proves nothing."""
    subject = Subject(connector)
    return [name for name, check in CHECKS.items() if not check.applies(subject)]
