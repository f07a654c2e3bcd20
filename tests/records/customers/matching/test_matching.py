"""Who is linked, asked about and left apart by weak evidence: labelled pairs, and what holds for everybody."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.customers import matching
from records.customers.matching import Match, Person, compare, person, together
from tests.records.customers.matching.labelled import ONE_PERSON, TWO_PEOPLE

FIELDS = ("first_name", "last_name", "birth_date", "home", "email", "phone", "company")


def said(text: str) -> dict[str, Any]:
    """Read a labelled record."""
    values = [value.strip() for value in text.split("|")]
    known = {name: value for name, value in zip(FIELDS, values, strict=False) if value}
    if "home" in known:
        lines = [line.strip() for line in known.pop("home").rsplit(",", 2)]
        home = dict(zip(("street_address", "postal_code", "address_locality"), lines, strict=True))
        known["addresses"] = [{name: line for name, line in home.items() if line}]
    return known


def who(*texts: str) -> Person:
    return person([said(text) for text in texts])


def matched(one: str, other: str) -> Match:
    match = compare(who(one), who(other))
    assert match == compare(who(other), who(one))
    return match


@pytest.mark.parametrize(("one", "other"), ONE_PERSON)
def test_one_person_is_linked(one: str, other: str) -> None:
    assert matched(one, other).decision == "link"


@pytest.mark.parametrize(("one", "other"), [pair for pair in ONE_PERSON if "@" not in "".join(pair)])
def test_one_person_is_found_by_a_clue(one: str, other: str) -> None:
    clues = [set(matching.clues(who(text))) for text in (one, other)]
    has_company_only = one.startswith("|||")
    has_phone_only = "+33" in one
    assert has_company_only or has_phone_only or clues[0] & clues[1]


@pytest.mark.parametrize(("one", "other"), TWO_PEOPLE)
def test_two_people_are_never_linked(one: str, other: str) -> None:
    assert matched(one, other).decision != "link"


def test_twins_and_a_father_and_son_are_asked_about_and_spouses_are_not() -> None:
    home = "12 rue des Lilas,75011,Paris"
    assert matched(f"Léa|Martin|2001-05-04|{home}", f"Emma|Martin|2001-05-04|{home}").decision == "review"
    assert matched(f"Jean|Martin|1950-06-01|{home}", f"Jean|Martin|1979-02-14|{home}").decision == "review"
    assert matched(f"Marc|Martin||{home}", f"Nadine|Martin||{home}").decision == "apart"


def test_a_badly_typed_record_does_not_draw_a_twin_in() -> None:
    home = "12 rue des Lilas,75011,Paris"
    ada, bea = f"Ada|Lovelace|1990-12-10|{home}", f"Bea|Lovelace|1990-12-10|{home}"
    typed_badly = f"Adda|Lovelase|1990-12-10|{home}"
    assert matched(ada, typed_badly).score > matched(typed_badly, bea).score
    assert compare(who(ada, typed_badly), who(bea)).decision != "link"


def test_a_record_without_a_first_name_does_not_hide_that_two_have_different_ones() -> None:
    home = "12 rue des Lilas,75011,Paris"
    ada, bea, nobody = (f"{first}|Lovelace|1990-12-10|{home}" for first in ("Ada", "Bea", ""))
    assert compare(who(ada, nobody), who(bea)).decision != "link"


def test_evidence_names_what_agrees_and_none_of_the_values() -> None:
    match = matched(
        "Julie|Moreau|1991-01-23|10 rue Verte,76000,Rouen", "Julie|Lambert|1991-01-23|10 rue Verte,76000,Rouen"
    )
    assert {"same first name", "another last name", "same birth date", "same street"} <= set(match.evidence)
    assert not any(value in " ".join(match.evidence).lower() for value in ("julie", "moreau", "1991", "verte", "76000"))


def test_a_usual_name_says_less_than_a_rare_one() -> None:
    usual = matched(
        "Jean|Martin|1960-03-03|9 rue Basse,72000,Le Mans", "Jean|Martin|1960-03-03|2 rue Neuve,13001,Marseille"
    )
    rare = matched(
        "Zénon|Quemen|1960-03-03|9 rue Basse,72000,Le Mans", "Zénon|Quemen|1960-03-03|2 rue Neuve,13001,Marseille"
    )
    assert (usual.decision, rare.decision) == ("review", "link")


def test_nothing_is_looked_up_where_too_little_is_known() -> None:
    assert matching.clues(who("Jean|Martin")) == []
    assert matching.clues(who("||1984-03-17")) == []
    assert matching.clues(who("|||||+33611223344")) == []


def test_an_address_is_one_address_however_it_is_written() -> None:
    written = ["12 bis, r. de la Paix", "12BIS RUE DE LA PAIX", "12 bis rue de la Paix"]
    homes = {person([{"addresses": [{"street_address": line, "postal_code": "75002"}]}]).places for line in written}
    assert len(homes) == 1


NAMES = st.sampled_from(
    ["", "Léa", "Emma", "Jean", "Jean-Paul", "J.", "Dupont", "de La Tour", "Martin fils", "Zoë", "李"]
)
DATES = st.sampled_from(["", "1990-12-10", "1990-10-12", "1960-12-10", "1990-13-40", "1900-01-01"])
LINES = st.sampled_from(["", "12 rue des Lilas", "12, r des Lilas", "14 rue des Lilas", "5 place Foch", "Apt 4", "12"])
CODES, TOWNS = st.sampled_from(["", "75011", "75012", "59800"]), st.sampled_from(["", "Paris", "Pariss", "Lille"])
EMAILS = st.sampled_from(
    ["", "lea@example.com", "lea@exemple.com", "dupont@example.com", "noreply@example.com", "@", "x"]
)
ADDRESSES = st.fixed_dictionaries(
    {"street_address": LINES, "extended_address": LINES, "postal_code": CODES, "address_locality": TOWNS}
)
STATEMENTS = st.fixed_dictionaries(
    {
        "first_name": NAMES,
        "last_name": NAMES,
        "birth_date": DATES,
        "email": EMAILS,
        "phone": st.sampled_from(["", "+33612345678", "+33612345687", "+33698765432"]),
        "company": st.sampled_from(["", "Vins du Port SARL", "Vins du Port", "Garage Morel"]),
        "addresses": st.lists(ADDRESSES, max_size=2),
    }
)
PEOPLE = st.lists(STATEMENTS, max_size=3)


@given(PEOPLE, PEOPLE)
def test_it_does_not_matter_who_comes_first(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    mine, theirs = person(one), person(other)
    assert compare(mine, theirs) == compare(theirs, mine)
    assert 0 <= compare(mine, theirs).score <= 1


@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_and_repeats_of_statements_make_no_difference(said: list[dict[str, Any]], chance: Any) -> None:
    again = [*said, *said]
    chance.shuffle(again)
    assert person(again) == person(said)
    assert matching.clues(person(again)) == matching.clues(person(said))
    assert together([person([each]) for each in said]) == person(said)


@given(PEOPLE)
def test_clues_are_a_handful_and_short(said: list[dict[str, Any]]) -> None:
    clues = matching.clues(person(said))
    assert len(clues) == len(set(clues)) <= 12
    assert all(len(clue) < 80 for clue in clues)
    assert len(matching.clues(person(said[:1]))) <= (9 if len(said) and len(said[0]["addresses"]) < 2 else 12)


@given(PEOPLE)
def test_who_says_enough_is_linked_with_themselves(said: list[dict[str, Any]]) -> None:
    full = {"first_name": "Camille", "last_name": "Rousseau", "birth_date": "1984-03-17"}
    known = person([*said, full])
    assert compare(known, known).decision == "link"


@given(NAMES, NAMES, DATES, PEOPLE)
def test_a_name_alone_links_nobody(first: str, last: str, birth: str, others: list[dict[str, Any]]) -> None:
    little = person([{"first_name": first, "last_name": last}])
    assert compare(little, little).decision != "link"
    nameless = [{**each, "email": "", "phone": ""} for each in others]
    assert compare(little, person(nameless)).decision != "link"
