"""How `make bench` rates who finds one person's records, and tells them to the resolver."""

from ops.bench import report
from ops.bench.febrl import People, pair, rated

ONE = People("made up", None, frozenset({("a", "b"), ("a", "c"), ("b", "c"), ("d", "e")}), ())


def test_precision_is_what_is_right_of_what_was_found_and_recall_what_was_found_of_what_is_right() -> None:
    rates = rated(ONE, [("a", "b"), ("d", "e"), ("d", "f")])
    assert (rates["precision"], rates["recall"]) == (2 / 3, 2 / 4)
    assert round(rates["f1"], 4) == 0.5714


def test_a_pair_found_twice_counts_once_and_nothing_found_is_worth_nothing() -> None:
    assert rated(ONE, [("a", "b"), ("a", "b")])["precision"] == 1
    assert rated(ONE, [])["f1"] == 0


def test_a_pair_has_one_order() -> None:
    assert pair("b", "a") == pair("a", "b") == ("a", "b")


def test_a_figure_below_what_it_must_reach_is_beyond_its_budget() -> None:
    name = "identity.febrl3_without_id.f1"
    assert report.beyond({name: 0.978}) == [name]
    assert report.beyond({name: 0.979, "identity.febrl3_without_id.splink.f1": 0.1}) == []
