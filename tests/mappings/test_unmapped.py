"""Which paths of a payload a mapping does not read."""

from mappings.engine import InMapping

MAPPING = {
    "facts": [
        {
            "kind": "test",
            "each": "orders[?state != 'x'] || [@]",
            "fields": {
                "a": "id",
                "b": {"from": "total", "as": {"money": {"unit": "major", "currency": "$.money.code"}}},
                "lines": {
                    "each": "lines[].{line: @, first: parts[0]}",
                    "fields": {
                        "s": "line.sku",
                        "n": "first.n",
                        "o": "^.ref",
                        "p": "max_by(line.prices, &at).value",
                    },
                },
                "c": "[billing, shipping][].city",
                "d": "extra.*.x",
            },
        }
    ]
}
LINE = {"sku": "A", "parts": [{"n": 1, "m": 2}], "prices": [{"at": 1, "value": 2, "was": 3}], "gift": {"text": "x"}}
ORDER = {
    "id": 1,
    "state": "y",
    "total": "1",
    "ref": 1,
    "lines": [LINE, LINE],
    "billing": {"city": "Lille", "zip": "59000"},
    "shipping": {"city": "Lille"},
    "extra": {"k": {"x": 1, "y": 2}},
    "odd name": None,
}
PAYLOAD = {"orders": [ORDER], "money": {"code": "EUR", "rate": 1}, "note": "hello"}


def test_paths_that_nothing_reads_are_named_once_by_the_highest() -> None:
    mapping = InMapping.from_dict(MAPPING, "test.in.yaml")
    assert mapping.unmapped(PAYLOAD) == [
        "money.rate",
        "note",
        'orders[]."odd name"',
        "orders[].billing.zip",
        "orders[].extra.k.y",
        "orders[].lines[].gift",
        "orders[].lines[].parts[].m",
        "orders[].lines[].prices[].was",
    ]
