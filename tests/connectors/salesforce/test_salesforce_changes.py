"""What the manifest makes of change events: which records are fetched, and which events are the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.manifest import delivery_of, load
from connectors.salesforce.client import CLIENT
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_json
from ops.standins.salesforce import Salesforce

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "salesforce")
SAMPLES = ROOT / "events" / "samples" / "salesforce"
BIG = 1772524802683617281  # beyond 2**53


def change(kind: str, *ids: str, entity: str = "Contact", **more: Any) -> dict[str, Any]:
    about = {"transactionKey": "t-1", "sequenceNumber": 1, "commitNumber": BIG, "changeOrigin": ""}
    return {"ChangeEventHeader": {**about, "entityName": entity, "changeType": kind, "recordIds": list(ids), **more}}


def fetched(event: Any, topic: str = "ContactChangeEvent") -> list[str]:
    rule = MANIFEST.topic(topic).fetch
    assert rule is not None
    return list(compile_expression(rule.each).search(event) or [])


def delivery(event: Any, topic: str = "ContactChangeEvent") -> str:
    return delivery_of(MANIFEST, topic, {}, event, json.dumps(event).encode())


@pytest.mark.parametrize("kind", ["CREATE", "UPDATE", "UNDELETE", "DELETE", "GAP_CREATE", "GAP_UPDATE", "GAP_UNDELETE"])
def test_every_contact_a_change_names_is_fetched(kind: str) -> None:
    assert fetched(change(kind, "003A", "003B")) == ["003A", "003B"]


@pytest.mark.parametrize(
    "event",
    [
        change("GAP_OVERFLOW", "000000000000000AAA"),
        change("UPDATE", "003*"),
        change("UPDATE", "00QA", entity="Lead"),
        change("UPDATE", "003A", changeOrigin=f"com/salesforce/api/rest/62.0;{CLIENT}"),
    ],
    ids=["overflow", "wildcard", "another entity", "our own write"],
)
def test_what_names_no_contact_of_others_is_left_out(event: Any) -> None:
    assert fetched(event) == []


def test_another_client_and_nobody_are_not_us() -> None:
    assert fetched(change("UPDATE", "003A", changeOrigin="com/salesforce/api/soap/63.0;client=SfdcInternalAPI/")) == [
        "003A"
    ]
    event = change("UPDATE", "003A")
    del event["ChangeEventHeader"]["changeOrigin"]
    assert fetched(event) == ["003A"]


@pytest.mark.parametrize("wrap", ["data", "detail", None])
def test_the_wrapper_a_subscriber_leaves_on_does_not_matter(wrap: str | None) -> None:
    event = change("UPDATE", "003A")
    wrapped = {wrap: {"payload": event, "event": {"replayId": 1}}} if wrap else {"payload": event}
    assert fetched(wrapped) == fetched([wrapped]) == ["003A"]
    assert delivery(wrapped) == delivery(event)


@pytest.mark.parametrize(
    ("changed", "wanted"), [(["Name"], ["001A"]), (["Phone"], []), ([], ["001A"])], ids=["name", "phone", "unsaid"]
)
def test_of_accounts_only_a_new_name_matters(changed: list[str], wanted: list[str]) -> None:
    event = change("UPDATE", "001A", entity="Account", changedFields=changed)
    assert fetched(event, "AccountChangeEvent") == wanted
    assert fetched(change("DELETE", "001A", entity="Account"), "AccountChangeEvent") == []


def test_a_change_is_known_by_its_transaction_and_its_place_in_it() -> None:
    first = change("UPDATE", "003A")
    again = {**first, "LastModifiedDate": 1772524802000}  # decoded otherwise
    assert delivery(first) == delivery(again)
    assert delivery(first) != delivery(change("UPDATE", "003A", sequenceNumber=2))
    assert delivery(first) != delivery(first, "AccountChangeEvent")


def test_a_commit_number_is_read_exactly() -> None:
    sample = parse_json((SAMPLES / "ContactChangeEvent__update.json").read_bytes())
    assert sample["ChangeEventHeader"]["commitNumber"] == BIG


def test_the_stand_in_tells_changes_as_the_manifest_reads_them() -> None:
    org = Salesforce("the-token")
    winner, loser = org.create_contact(LastName="Moreau"), org.create_contact(LastName="Moreau")
    org.delete(loser, into=winner)
    assert [fetched(event) for event in org.changes] == [[winner], [loser], [loser], [winner]]
    account = org.create_account("Moreau")
    org.rename_account(account, "Atelier Moreau")
    assert fetched(org.changes[-1], "AccountChangeEvent") == [account]
