"""What a bus event may say, and that no person can be in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.bus import CREATED, ENDED, MODIFIED
from events.details import EVENTS
from tests.events.examples import ABOUT, example
from tests.published import breaches, schema_of

FIELDS = {
    *("specversion", "id", "source", "type", "time", "subject", "dataschema"),
    *("tenant", "record", "version", "changed", "cause", "origin", "hop", "member", "connection_id"),
}
"""All that an event may say. Who adds a field says here why it can hold nobody's name, address or number."""

NAMES_OF_GOODS = {"StockModified", "ProductModified", "ShipmentModified", "PushSucceeded", "PushFailed"}
"""Events whose subject holds a SKU, a place or a parcel's number, which a channel words as it likes."""

PEOPLE = st.one_of(
    st.emails(),
    st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True),
    st.sampled_from(["Camille Durand", "Ada", "Lefèvre", "12 rue de la Monnaie", "F-59800", "1990/12/10"]),
)
NAMES = sorted(EVENTS)


def texts(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the schema of each text in an event, be it one of a list."""
    found = {}
    for name, field in schema["properties"].items():
        inner = field.get("items", {}) if field["type"] == "array" else field
        if inner and inner["type"] == "string" and field.get("maxItems") != 0:
            found[name] = inner
    return found


def test_an_event_of_each_name_is_valid() -> None:
    assert set(ABOUT) == set(EVENTS)
    assert [each for name in NAMES for each in breaches(name, example(name))] == []


def test_every_name_that_is_made_is_published() -> None:
    assert {*CREATED.values(), *MODIFIED.values(), *ENDED.values()} <= set(EVENTS)


@pytest.mark.parametrize("name", NAMES)
def test_an_event_has_the_fields_of_a_closed_list_and_nothing_inside_them(name: str) -> None:
    schema = schema_of(name)
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) <= FIELDS
    assert {field["type"] for field in schema["properties"].values()} == {"string", "integer", "array"}
    assert all(field.get("items", {"type": "string"})["type"] == "string" for field in schema["properties"].values())


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_an_id_or_a_word_of_a_closed_list(name: str) -> None:
    open_ones = {
        field for field, text in texts(schema_of(name)).items() if not {"const", "enum", "pattern"} & set(text)
    }
    assert open_ones <= ({"subject"} if name in NAMES_OF_GOODS else set())


@given(st.sampled_from(NAMES), st.sampled_from(sorted(FIELDS - {"version", "hop"})), PEOPLE)
def test_no_field_takes_what_names_a_person(name: str, field: str, person: str) -> None:
    if field == "subject" and name in NAMES_OF_GOODS:
        return
    said = {**example(name), field: [person] if field == "changed" else person}
    assert breaches(name, said)


@given(st.sampled_from(NAMES), st.sampled_from(["email", "phone", "first_name", "buyer", "address", "reason", "value"]))
def test_a_field_that_is_not_listed_is_refused(name: str, field: str) -> None:
    assert breaches(name, {**example(name), field: "x"})


@pytest.mark.parametrize("name", NAMES)
def test_the_former_name_of_connection_id_is_gone(name: str) -> None:
    assert breaches(name, {**example(name), "connection": "web"})
