"""A person who asks is found everywhere, and then nowhere."""

import json
from typing import Any

import pytest

from tests.functions.privacy import canary
from tests.functions.shops import web_shop
from tests.hub import Hub


def begun(hub: Hub, customer_id: str) -> str:
    answer = hub.tell(f"/v1/customers/{customer_id}/erase", {})
    assert answer.status == 202, answer.body
    return str(answer.json()["erasure_id"])


def totals(hub: Hub) -> list[Any]:
    seen = [
        hub.ask(f"/v1/orders/{item['id']['S']}").json() for item in hub.items("Records") if item["sk"]["S"] == "ORDER"
    ]
    kept = ("status", "statuses", "money", "totals", "currency", "line_items", "placed_at")
    return sorted(json.dumps({name: each.get(name) for name in kept}) for each in seen)


def test_all_that_is_kept_is_exported_and_after_an_erasure_nothing_is_left(
    fresh_hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    customer_id = canary.live(fresh_hub)
    kept = json.dumps(canary.exported(fresh_hub, customer_id), ensure_ascii=False)
    for place, texts in canary.found(fresh_hub).items():
        for text in texts:
            for value in canary.CANARY.findall(text):
                assert value in kept, place
        if place.startswith("Inbox"):
            assert place.split("#")[1].split()[0] in kept, place
    before = totals(fresh_hub)

    receipt = begun(fresh_hub, customer_id)
    canary.erase(fresh_hub)

    assert canary.found(fresh_hub) == {}
    assert totals(fresh_hub) == before
    assert fresh_hub.ask(f"/v1/customers/{customer_id}").status == 404
    made = fresh_hub.ask(f"/v1/erasures/{receipt}").json()
    assert (made["stage"], made["counts"]["customers"]) == ("done", 1)
    assert {name: said["outcome"] for name, said in made["channels"].items()} == dict.fromkeys(
        ("web", "till", "crm"), "confirmed"
    )
    assert not canary.CANARY.search(json.dumps(made))
    assert not canary.CANARY.search(capsys.readouterr().out)


def bought(hub: Hub) -> Any:
    """Let the person buy something at a web shop, and nothing else happen."""
    web = web_shop(hub)
    web.add_product("MUG", "Mug", "12.50", {905: 10})
    made = canary.order(web)
    canary.settle(hub)
    return made


def test_what_comes_late_brings_nobody_back_and_its_payload_goes(fresh_hub: Hub) -> None:
    order = bought(fresh_hub)
    (known,) = fresh_hub.ask("/v1/customers", email=canary.EMAIL).json()["customers"]
    receipt = begun(fresh_hub, known["customer_id"])
    canary.erase(fresh_hub, runs=2)
    before = totals(fresh_hub)

    late = json.dumps({**order, "updated_at": order["updated_at"], "tags": "canary"}).encode()
    event_id = fresh_hub.send("web", late, "orders/updated").json()["event_id"]
    assert fresh_hub.normalise() == []

    assert canary.found(fresh_hub) == {}
    assert totals(fresh_hub) == before
    assert fresh_hub.event(event_id)["outcome"] in ("applied", "unchanged")
    assert fresh_hub.ask("/v1/customers", email=canary.EMAIL).json()["customers"] == []
    for message in fresh_hub.messages():  # everything that was ever received, again
        if message["type"] == "PayloadReceived":
            assert fresh_hub.deliver("normalise", "tributary-normalise", message) == []
    assert canary.found(fresh_hub) == {}
    assert totals(fresh_hub) == before
    assert fresh_hub.ask(f"/v1/erasures/{receipt}").json()["stage"] == "done"


def test_what_a_channel_asks_for_is_done_and_it_is_not_told_again(fresh_hub: Hub) -> None:
    bought(fresh_hub)
    about = {"customer": {"id": canary.BUYER["id"], "email": canary.EMAIL}}
    for topic, more in {"customers/data_request": {"data_request": {"id": 1}}, "customers/redact": {}}.items():
        assert fresh_hub.send("web", json.dumps(about | more).encode(), topic).status == 202
    assert fresh_hub.normalise() == []
    listed = fresh_hub.ask("/v1/privacy").json()["requests"]
    assert {each["type"] for each in listed} == {"access", "erasure"}
    assert all(each["due_at"] > each["requested_at"] for each in listed)

    canary.erase(fresh_hub, runs=2)

    done = {each["type"]: each for each in fresh_hub.ask("/v1/privacy", status="done").json()["requests"]}
    assert (done["access"]["stage"], done["erasure"]["stage"]) == ("ready", "done")
    assert done["erasure"]["channels"] == {}
    assert fresh_hub.stand_ins["web"].to_forget == set()
    assert fresh_hub.ask("/v1/customers", email=canary.EMAIL).json()["customers"] == []
    assert canary.found(fresh_hub) == {}


@pytest.mark.moto
def test_a_shop_that_leaves_takes_its_people_along_and_nobody_elses(fresh_hub: Hub) -> None:
    bought(fresh_hub)
    fresh_hub.connect("hubspot", "crm").create_contact(email="robin@example.com", firstname="Robin")
    canary.settle(fresh_hub)
    assert fresh_hub.send("web", b'{"shop_id": 1, "shop_domain": "x"}', "shop/redact").status == 202
    assert fresh_hub.normalise() == []

    canary.erase(fresh_hub, runs=2)

    assert canary.found(fresh_hub) == {}
    (found,) = fresh_hub.ask("/v1/customers", email="robin@example.com").json()["customers"]
    assert found["channels"] == ["crm/501"]


def test_the_timeline_goes_on_where_a_page_ends(fresh_hub: Hub) -> None:
    customer_id = canary.live(fresh_hub)
    whole = fresh_hub.ask(f"/v1/customers/{customer_id}/timeline").json()["timeline"]
    assert [each["at"] for each in whole] == sorted((each["at"] for each in whole), reverse=True)
    told = {each["what"] for each in whole}
    assert told >= {"order placed", "consent given", "call", "known", "linked", "parcel delivered"}
    page = fresh_hub.ask(f"/v1/customers/{customer_id}/timeline", limit="3").json()
    found = page["timeline"]
    while page["cursor"]:
        page = fresh_hub.ask(f"/v1/customers/{customer_id}/timeline", limit="3", cursor=page["cursor"]).json()
        found += page["timeline"]
    assert found == whole
