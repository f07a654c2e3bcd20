"""A canary: a person each of whose values can be found again. Real functions take it in; then every corner is read."""

import json
import re
from collections.abc import Iterator
from typing import Any

from functions import runtime
from records import cause, ids
from records.apply import apply
from records.store.packing import decompress
from records.store.wire import from_wire
from tests.functions.shops import till, web_shop
from tests.hub import Hub
from tests.process import VARIABLES

EMAIL, PHONE, CARD = "canary.zyx@example.com", "+33699999901", "CANARYCARD"
WHO = {"first_name": "Canaryn", "last_name": "Canarysson"}
HOME = {
    **WHO,
    "address1": "1 Canary Street",
    "city": "Canaryville",
    "zip": "59000",
    "country_code": "FR",
    "phone": PHONE,
}
BUYER = {"id": 7310000999901, "email": EMAIL, "phone": PHONE, **WHO, "note": "canary likes tea"}
CANARY = re.compile(r"canary|699999901|7310000999901", re.IGNORECASE)


def open_shops(hub: Hub) -> tuple[Any, ...]:
    """Connect a web shop, a till, a carrier's desk and a CRM."""
    return (web_shop(hub), till(hub), hub.connect("easypost", "parcels"), hub.connect("hubspot", "crm"))


def settle(hub: Hub) -> None:
    """Let all webhooks of the stand-ins reach the hub, and all pushes of the hub reach them."""
    assert hub.settle() == []


def order(web: Any, **said: Any) -> Any:
    """Let the person place an order at the web shop."""
    named = {"email": EMAIL, "contact_email": EMAIL, "phone": PHONE, "customer": BUYER, "note": "canary: ring twice"}
    named |= {
        "billing_address": HOME,
        "shipping_address": HOME,
        "browser_ip": "canary-ip",
        "landing_site": "/?c=canary",
    }
    return web.place_order({"MUG": 1}, 905, **{**named, **said})


def live(hub: Hub) -> str:
    """Let the person do everything that a customer can do. Gives their customer id."""
    web, counter, parcels, crm = open_shops(hub)
    web.add_product("MUG", "Mug", "12.50", {905: 10})
    counter.add_item("MUG", "Mug", 1250, {"LILLE1": 10})
    settle(hub)
    bought = order(web)
    about = {**BUYER, "created_at": bought["created_at"], "updated_at": bought["created_at"], "addresses": [HOME]}
    consent = {"state": "subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": bought["created_at"]}
    assert hub.send("web", json.dumps(about).encode(), "customers/create").status == 202
    told = {"customer_id": BUYER["id"], "email_address": EMAIL, "email_marketing_consent": consent}
    assert hub.send("web", json.dumps(told).encode(), "customers_email_marketing_consent/update").status == 202
    assert hub.send("web", b'{"email": "canary.zyx@example.com", "id": 1}', "orders/create").status == 202
    spread = json.dumps({**order(web, test=True), "note": "canary" * 60_000 + json.dumps(list(range(90_000)))}).encode()
    assert hub.send("web", spread, "orders/updated").status == 202
    buyer = counter.add_customer(
        email_address=EMAIL, given_name="Canaryn", family_name="Canarysson", phone_number=PHONE, note="canary"
    )
    counter.enrol(buyer["id"], 10)
    counter.ring_up_sale({"MUG": 1}, "LILLE1", customer_id=buyer["id"])
    label = parcels.buy_label(f"web/{bought['id']}")
    parcels.trackers[label]["signed_by"] = "Canaryn C."
    parcels.scan(label, "delivered")
    contact = crm.create_contact(email=EMAIL, firstname="Canaryn", lastname="Canarysson", address="1 Canary Street")
    settle(hub)
    crm.change_contact(contact, phone=PHONE)
    visit(hub, bought["created_at"])
    settle(hub)
    (found,) = hub.ask("/v1/customers", email=EMAIL).json()["customers"]
    return str(found["customer_id"])


def visit(hub: Hub, at: str) -> None:
    """Let the person phone the shop. None of these connectors tells of calls, so the fact is applied here."""
    from events.facts import build

    moment = runtime.rfc3339(runtime.now())
    said = {"subject": {"email": EMAIL}, "type": "call", "attributes": {"about": "canary wants a cage"}, "at": moment}
    statement = {"kind": "interaction", "occurred_at": moment, "source_version": moment, **said}
    because = cause.Cause("acme", ids.event_id("acme", "crm", at), "crm", moment)
    apply(runtime.records(), because, [build(statement, event_id=because.event_id, connection_id="crm")], {})


def readable(value: Any) -> Iterator[str]:
    """Give every text inside a value, decompressed if it was packed."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from readable(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from readable(inner)
    elif isinstance(value, bytes):
        yield decompress(value).decode(errors="replace")
    else:
        yield str(value)


def corners(hub: Hub) -> Iterator[tuple[str, str]]:
    """Give every text in every table, bucket and queue, each after the place where it lies."""
    for table in ("Inbox", "Records", "Connections"):
        for wire in hub.items(table):
            item = from_wire(wire)
            for text in readable(item):
                yield f"{table} {item['pk']} {item.get('sk', '')}", text
    s3 = hub.s3
    for listed in s3.list_objects_v2(Bucket=VARIABLES["PAYLOAD_BUCKET"]).get("Contents", []):
        body = s3.get_object(Bucket=VARIABLES["PAYLOAD_BUCKET"], Key=listed["Key"])["Body"].read()
        yield f"bucket {listed['Key']}", decompress(body).decode(errors="replace")
    for url in hub.sqs.list_queues().get("QueueUrls", []):
        for message in hub.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get(
            "Messages", []
        ):
            yield url, message["Body"]


def found(hub: Hub) -> dict[str, set[str]]:
    """Find all that is left of the person: place → texts."""
    seen: dict[str, set[str]] = {}
    for place, text in corners(hub):
        if CANARY.search(text):
            seen.setdefault(place, set()).add(text)
    return seen


def erase(hub: Hub, runs: int = 4) -> None:
    """Let the hub work on the privacy requests, and tell the channels."""
    for _ in range(runs):
        assert hub.run("erase", {"indexed_seconds": 0, "days": 1})["failed"] == 0
        settle(hub)


def exported(hub: Hub, customer_id: str) -> dict[str, Any]:
    """Export a customer, all parts of it: a busy machine gives more than one."""
    made = hub.ask(f"/v1/customers/{customer_id}/export").json()
    while made["cursor"]:
        more = hub.ask(f"/v1/customers/{customer_id}/export", cursor=made["cursor"]).json()
        made |= {"payloads": made["payloads"] + more["payloads"], "cursor": more["cursor"]}
    return dict(made)
