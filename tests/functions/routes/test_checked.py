"""What is asked is held against the models of its route: a refusal says what, where and what next."""

from typing import Any

import pytest

from tests.hub import Hub

MERGE, UNMERGE = "/v1/customers/cus_1/merge", "/v1/customers/cus_1/unmerge"
POLICY, INCOMING, KIT = "/v1/stock/MUG/policy", "/v1/stock/MUG/incoming", "/v1/products/SET/kit"
REPLAYS, HELD, LINKS = "/v1/replays", "/v1/reservations", "/v1/orders/ord_1/links"
AGO = {"since": "2026-11-22T00:00:00Z"}
LONG = "é" * 513  # of 1026 bytes
TEXT = "must be a text of at most 1024 bytes."
KEYED = "must be a name of 1 to 256 characters, without #."
PIECES = "must be a quantity: 0 or more, to six decimal places."
SOME = "must be a quantity above 0, to six decimal places."
TIME = "must be a time with its time zone, such as 2026-01-31T09:00:00Z."
EITHER = "Send either accounts, a list of texts, or the customer_id to part."
ORDER = "order must be <connection_id>/<channel_order_id>, the latter of at most 256 characters."
TWO_NAMES = "Send connection_id alone: connection is its old name, and the two differ."
WHOM = "Ask with ?email=, ?phone= (E.164), ?loyalty= or ?q=."
WHOSE = "Ask with ?customer=, or with ?connection_id= and &channel_order_id=."
WHO_ASKS = "Ask with ?connection_id=, and &tier= for a customer of a tier."
OF_ORDERS = "the tasks of an order stand in the order"
OUTCOMES = "outcome must be one of: received, quarantined, applied, unchanged."
PUT = (POLICY, INCOMING, KIT)


def policy(**said: Any) -> tuple[str, dict[str, Any]]:
    return POLICY, {"location_id": "lille", **said}


def incoming(**said: Any) -> tuple[str, dict[str, Any]]:
    coming = {"location_id": "lille", "reference": "PO-1", "quantity": 1, "expected_at": "2026-12-01T08:00:00Z"}
    return INCOMING, {name: value for name, value in {**coming, **said}.items() if value is not None}


def held(**said: Any) -> tuple[str, dict[str, Any]]:
    return HELD, {"connection_id": "web", "lines": [{"sku": "MUG", "quantity": 1}], **said}


def lines(*all_of_them: Any) -> tuple[str, dict[str, Any]]:
    return held(lines=list(all_of_them))


BODIES: list[tuple[tuple[str, Any], str, str]] = [  # what is sent, where it is wrong, what the refusal says
    ((MERGE, []), "", "The body must be an object of: by, why, customer_id."),
    ((MERGE, {}), "/customer_id", "customer_id is missing."),
    ((MERGE, {"customer_id": None}), "/customer_id", f"customer_id {TEXT}"),
    ((MERGE, {"customer_id": 5}), "/customer_id", f"customer_id {TEXT}"),
    ((MERGE, {"customer_id": LONG}), "/customer_id", f"customer_id {TEXT}"),
    ((MERGE, {"customer_id": "cus_2", "whom": 1, "a": 2}), "", "Unknown: a, whom. Known: by, why, customer_id."),
    ((UNMERGE, {}), "", EITHER),
    (
        (UNMERGE, {"accounts": [], "customer_id": ""}),
        "",
        EITHER,
    ),
    (
        (UNMERGE, {"accounts": ["a/1"], "customer_id": "cus_2"}),
        "",
        EITHER,
    ),
    ((UNMERGE, {"accounts": "a/1"}), "/accounts", "accounts must be a list."),
    ((UNMERGE, {"accounts": ["a/1", 2]}), "/accounts/1", f"accounts/1 {TEXT}"),
    (("/v1/reviews/rev_1", {"decision": "perhaps"}), "/decision", "decision must be one of: accept, reject."),
    (("/v1/shared-values", {"shared": True}), "", "Send an email, a phone (E.164) or a loyalty card."),
    (("/v1/shared-values", {"email": "a@b.c", "shared": "yes"}), "/shared", "shared must be true or false."),
    (("/v1/shared-values", {"email": "a@b.c", "shared": 1}), "/shared", "shared must be true or false."),
    (("/v1/customers/cus_1/erase", {"now": True}), "", "Unknown: now. Known: nothing."),
    (("/v1/connections/web/pause", {"for": "ever"}), "", "Unknown: for. Known: nothing."),
    (("/v1/connections/web/reconcile", {"since": "yesterday"}), "/since", f"since {TIME}"),
    (("/v1/events/evt_1/replay", {"map": "later"}), "/map", "map must be one of: now, then."),
    (("/v1/events/evt_1/replay", {"dry_run": "true"}), "/dry_run", "dry_run must be true or false."),
    ((REPLAYS, {}), "", "Say since when; only what is quarantined is found without."),
    ((REPLAYS, {**AGO, "limit": 0}), "/limit", "limit must be 1 to 200."),
    ((REPLAYS, {**AGO, "limit": True}), "/limit", "limit must be 1 to 200."),
    ((REPLAYS, {**AGO, "limit": 1.0}), "/limit", "limit must be 1 to 200."),
    (
        (REPLAYS, {**AGO, "outcome": "erased"}),
        "/outcome",
        "outcome must be one of: received, quarantined, applied, unchanged.",
    ),
    ((REPLAYS, {"since": "2026-11-22T00:00:00"}), "/since", f"since {TIME}"),
    ((REPLAYS, {"since": 1764547200}), "/since", f"since {TIME}"),
    ((REPLAYS, {"since": "9999-12-31T23:59:59-14:00"}), "/since", f"since {TIME}"),
    (
        (REPLAYS, {**AGO, "connection": "a", "connection_id": "b"}),
        "",
        TWO_NAMES,
    ),
    (policy(location_id=""), "/location_id", f"location_id {KEYED}"),
    (policy(location_id="a#b"), "/location_id", f"location_id {KEYED}"),
    (policy(location_id="x" * 257), "/location_id", f"location_id {KEYED}"),
    (policy(safety=-1), "/safety", f"safety {PIECES}"),
    (policy(safety=True), "/safety", f"safety {PIECES}"),
    (policy(safety="many"), "/safety", f"safety {PIECES}"),
    (policy(safety="NaN"), "/safety", f"safety {PIECES}"),
    (policy(safety="Infinity"), "/safety", f"safety {PIECES}"),
    (policy(safety=[1]), "/safety", f"safety {PIECES}"),
    (policy(safety="0.0000001"), "/safety", f"safety {PIECES}"),
    (policy(safety=10**9 + 1), "/safety", f"safety {PIECES}"),
    (policy(tiers={"vip": "x"}), "/tiers/vip", f"tiers/vip {PIECES}"),
    (policy(tiers={"": 1}), "/tiers/", f"tiers/ {KEYED}"),
    (policy(tiers=[]), "/tiers", "tiers must be an object."),
    (incoming(expected_at="soon"), "/expected_at", f"expected_at {TIME}"),
    (incoming(quantity=None), "/quantity", "quantity is missing."),
    (incoming(reference="a#b"), "/reference", f"reference {KEYED}"),
    ((KIT, {"components": {"MUG": 0}}), "/components/MUG", f"components/MUG {SOME}"),
    ((KIT, {"components": {"a/b": 0}}), "/components/a~1b", f"components/a/b {SOME}"),
    ((KIT, {"components": None}), "/components", "components must be an object."),
    ((LINKS, {"order_id": "ord_2"}), "/type", "type is missing."),
    (lines(), "/lines", "lines must hold 1 or more."),
    (lines(*[{"sku": "MUG", "quantity": 1}] * 26), "/lines", "lines must hold 25 or fewer."),
    (lines("MUG"), "/lines/0", "lines/0 must be an object of: sku, quantity."),
    (lines({"sku": "MUG"}), "/lines/0/quantity", "lines/0/quantity is missing."),
    (lines({"sku": "MUG", "quantity": 0}), "/lines/0/quantity", f"lines/0/quantity {SOME}"),
    (lines({"sku": "", "quantity": 1}), "/lines/0/sku", f"lines/0/sku {KEYED}"),
    (lines({"sku": "MUG", "quantity": 1, "size": 1}), "/lines/0", "lines/0: Unknown: size. Known: sku, quantity."),
    (held(expires_in=0), "/expires_in", "expires_in must be 1 to 604800 seconds."),
    (held(expires_in="60"), "/expires_in", "expires_in must be 1 to 604800 seconds."),
    (
        (f"{HELD}/res_1/confirm", {"order": "web"}),
        "/order",
        ORDER,
    ),
    (
        (f"{HELD}/res_1/confirm", {"order": f"web/{'x' * 257}"}),
        "/order",
        ORDER,
    ),
    ((f"{HELD}/res_1/release", {"why": "so"}), "", "Unknown: why. Known: nothing."),
]


@pytest.mark.parametrize(("sent", "pointer", "detail"), BODIES)
def test_a_body_that_does_not_fit_is_refused(
    memory_world: Hub, sent: tuple[str, Any], pointer: str, detail: str
) -> None:
    path, content = sent
    answer = memory_world.tell(path, content, "PUT" if path in PUT else "POST", Idempotency_Key="k")
    assert (answer.status, answer.problem()) == (400, "body_invalid"), answer.body
    assert answer.json()["detail"] == detail
    assert answer.json()["errors"][0] == {"pointer": pointer, "detail": detail}


QUERIES: list[tuple[str, dict[str, str], str, str, str]] = [  # what is asked, code, where it is wrong, what it says
    ("/v1/customers", {}, "query_missing", "", WHOM),
    ("/v1/customers", {"phone": ""}, "query_missing", "", WHOM),
    ("/v1/customers", {"phone": LONG}, "query_invalid", "phone", f"phone {TEXT}"),
    ("/v1/orders", {}, "query_missing", "", WHOSE),
    (
        "/v1/orders",
        {"connection_id": "web"},
        "query_missing",
        "",
        WHOSE,
    ),
    ("/v1/orders", {"customer": "cus_1", "limit": "0"}, "query_invalid", "limit", "limit must be 1 to 200."),
    (
        "/v1/orders",
        {"connection": "a", "connection_id": "b"},
        "query_invalid",
        "",
        TWO_NAMES,
    ),
    (
        "/v1/stock/MUG/availability",
        {},
        "query_missing",
        "",
        WHO_ASKS,
    ),
    (
        "/v1/stock/MUG/availability",
        {"connection": ""},
        "query_missing",
        "",
        WHO_ASKS,
    ),
    ("/v1/events", {"limit": "201"}, "query_invalid", "limit", "limit must be 1 to 200."),
    ("/v1/events", {"limit": "²"}, "query_invalid", "limit", "limit must be 1 to 200."),
    ("/v1/events", {"limit": " 5"}, "query_invalid", "limit", "limit must be 1 to 200."),
    ("/v1/events", {"limit": "1_0"}, "query_invalid", "limit", "limit must be 1 to 200."),
    ("/v1/events", {"limits": "5"}, "query_invalid", "", "Unknown: limits. Known: limit, cursor."),
    (
        "/v1/tasks",
        {"type": ""},
        "query_invalid",
        "type",
        "type must be shortage; the tasks of an order stand in the order.",
    ),
    ("/v1/privacy", {"status": "ready"}, "query_invalid", "status", "status must be one of: open, done."),
]


@pytest.mark.parametrize(("path", "query", "code", "parameter", "detail"), QUERIES)
def test_a_query_that_does_not_fit_is_refused(
    memory_world: Hub, path: str, query: dict[str, str], code: str, parameter: str, detail: str
) -> None:
    answer = memory_world.ask(path, **query)
    assert (answer.status, answer.problem()) == (400, code), answer.body
    assert answer.json()["detail"] == detail
    assert answer.json()["errors"][0] == {**({"parameter": parameter} if parameter else {}), "detail": detail}


@pytest.mark.parametrize("key", ["", "x" * 257])
def test_a_header_that_does_not_fit_is_refused(memory_world: Hub, key: str) -> None:
    answer = memory_world.tell(*held(), Idempotency_Key=key)
    detail = "Idempotency-Key must be sent, with 1 to 256 characters."
    assert (answer.status, answer.problem()) == (400, "idempotency_key_missing")
    assert answer.json()["errors"] == [{"header": "Idempotency-Key", "detail": detail}]


def test_a_type_of_link_that_there_is_not_keeps_its_code(memory_world: Hub) -> None:
    answer = memory_world.tell(LINKS, {"order_id": "ord_2", "type": "gift"})
    assert (answer.status, answer.problem()) == (400, "link_invalid")
    assert answer.json()["detail"] == "type must be one of: exchange, extra_purchase, replacement, split."


def test_every_fault_of_a_request_is_told_and_none_of_what_it_says(memory_world: Hub) -> None:
    answer = memory_world.tell(*incoming(quantity="Ada Lovelace", expected_at="ada@example.com"), method="PUT")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/quantity", "/expected_at"]
    assert "ada" not in answer.body.lower()


def test_a_body_over_the_limit_is_too_large_and_an_empty_one_says_nothing(memory_world: Hub) -> None:
    assert memory_world.tell(MERGE, {"why": "x" * 65536}).problem() == "body_too_large"
    known = {"Authorization": "Bearer token-of-acme"}
    path = "/v1/customers/{customer_id}/erase"
    assert memory_world.http("api", "POST", path, b"", known, customer_id="cus_1").problem() == "not_found"


@pytest.mark.parametrize("pieces", [0, 1, "1.25", "1000000000", 0.5, "0.000001"])
def test_a_quantity_is_a_number_or_a_text_and_stays_exact(local_hub: Hub, pieces: Any) -> None:
    answer = local_hub.tell(*policy(safety=pieces), method="PUT")
    assert answer.json()["locations"][0]["safety"] == str(pieces)


def test_null_in_a_request_means_what_absence_means(local_hub: Hub) -> None:
    asked = {"outcome": "quarantined"}
    nothing = dict.fromkeys(("since", "until", "topic", "connection_id", "connection", "limit", "map", "cursor"))
    answers = [local_hub.tell(REPLAYS, said).json() for said in (asked, {**asked, **nothing, "dry_run": None})]
    assert answers == [{"map": "now", "events": [], "sent": 0, "cursor": None}] * 2


def test_the_old_name_of_a_connection_is_still_understood(local_hub: Hub) -> None:
    local_hub.connect("mirakl", "market")
    local_hub.tell(*policy(), method="PUT")
    for asked in (
        {"connection": "market"},
        {"connection_id": "market"},
        {"connection": "market", "connection_id": "market"},
    ):
        found = local_hub.ask("/v1/stock/MUG/availability", **asked).json()
        assert (found["connection_id"], "connection" in found) == ("market", False)
        assert local_hub.ask("/v1/orders", channel_order_id="1", **asked).problem() == "not_found"
        assert local_hub.tell(REPLAYS, {**AGO, **asked}).status == 200
