"""Compiled expressions give the answers of the `jmespath` package: on its compliance suite and on made-up documents."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.expressions.compilation import Interpreter, compile_expression
from mappings.expressions.syntax import parse

SUITE = Path(__file__).parents[4] / "shared" / "corpora" / "jmespath"
needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason="the JMESPath compliance suite is not at ../shared/corpora")


def cases() -> Iterator[tuple[Any, str, dict[str, Any]]]:
    for file in sorted(SUITE.glob("*.json")):
        for group in json.loads(file.read_text(encoding="utf-8")):
            for case in group["cases"]:
                yield group["given"], case["expression"], case


def outcome(run: Callable[[], Any]) -> tuple[str, str]:
    """Give an answer with its types (True is not 1, 1 is not 1.0), or the class and text of the error."""
    try:
        return "answer", repr(run())
    except Exception as error:  # noqa: BLE001 - which one it is, is what is compared
        return type(error).__name__, str(error)


def exact(document: Any) -> Any:
    """Give a document as mappings.payloads reads it, with Decimals for fractions."""
    return json.loads(json.dumps(document), parse_float=Decimal)


@needs_suite
@pytest.mark.filterwarnings("ignore:deprecated string literal")
def test_every_expression_of_the_suite_gives_the_answer_or_error_of_the_package() -> None:
    total, delegated, invalid = 0, [], 0
    for document, expression, _ in cases():
        total += 1
        ours = outcome(lambda: compile_expression(expression, decimals=False).search(document))  # noqa: B023
        assert ours == outcome(lambda: jmespath.search(expression, document)), expression  # noqa: B023
        try:
            delegated += [expression] if compile_expression(expression, decimals=False).delegated else []
        except jmespath.exceptions.JMESPathError:
            invalid += 1
    print(f"{total} expressions: {total - invalid - len(delegated)} compiled, {len(delegated)} delegated {delegated},")  # noqa: T201
    print(f"{invalid} refused by the parser")  # noqa: T201
    assert total > 800
    assert len(delegated) < 5


@needs_suite
def test_with_decimals_for_fractions_the_suite_has_the_same_answers() -> None:
    for document, expression, case in cases():
        if "result" in case:
            expected = exact(case["result"])
            assert compile_expression(expression).search(exact(document)) == expected, expression


def test_decimals_and_long_integers_come_through_untouched() -> None:
    document = {"a": Decimal("0.10"), "b": Decimal("0.20"), "id": 2**80, "items": [{"p": "1.10"}, {"p": "2.20"}]}
    search = {
        "a": Decimal("0.10"),
        "id": 2**80,
        "sum([a, b])": Decimal("0.30"),
        "a < b": True,
        "a == `0.1`": True,
        "[a, b][?@ > `0.15`]": [Decimal("0.20")],
        "max([a, b])": Decimal("0.20"),
        "sum(items[].to_number(p))": Decimal("3.30"),
        "sum(map(&to_number(p), items))": Decimal("3.30"),
        "to_string(a)": "0.10",
        "type(a)": "number",
        "max_by([{n: a}, {n: b}], &n).n": Decimal("0.20"),
        "to_number('1e3')": Decimal("1E+3"),
        "to_number('nan')": None,
        "to_number('12')": 12,
    }
    for expression, expected in search.items():
        assert repr(compile_expression(expression).search(document)) == repr(expected), expression


def test_text_in_an_expression_cannot_become_code() -> None:
    evil = "'+__import__(\"os\").getcwd()+'"
    quoted = json.dumps(evil)
    assert compile_expression(quoted).search({evil: 1}) == 1
    assert compile_expression(f"{{{quoted}: a}}").search({"a": 1}) == {evil: 1}


@pytest.mark.parametrize("expression", ["&a", "[*]" * 40, "a" + "[*].a" * 30, "map(&[*][*], a)"])
def test_what_python_cannot_nest_is_delegated_and_right(expression: str) -> None:
    document = {"a": [[1, {"a": [2]}]]}
    ours, theirs = compile_expression(expression, decimals=False), jmespath.compile(expression)
    assert (
        repr(ours.search(document)).split(" at ")[0].rpartition(".")[2]
        == repr(theirs.search(document)).split(" at ")[0].rpartition(".")[2]
    )


NAMES = st.sampled_from(["a", "b", "c", "d e"])
SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["", "a", "b", "7"]) | st.sampled_from([0.0, 1.5])
)
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
FIELDS = st.sampled_from(["a", "b", "c", '"d e"'])
LITERALS = st.sampled_from(["`0`", "`1`", "`true`", "`null`", "'a'", "''", "`[]`", "`1.5`", '`{"a": 1}`'])


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return (
        pair.map(lambda two: f"({two[0]}).a.{'b' if len(two[1]) % 2 else 'c'}")
        | st.tuples(inner, st.sampled_from(["[0]", "[-1]", "[1:]", "[::-1]", "[*]", "[]", ".*", "[*].a", "[].b"])).map(
            lambda two: f"({two[0]}){two[1]}" if two[1][0] == "." else f"({two[0]} | @){two[1]}"
        )
        | st.tuples(inner, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "&&", "||", "|"]), inner).map(
            lambda three: f"({three[0]} {three[1]} {three[2]})"
        )
        | pair.map(lambda two: f"a[?{two[0]}].{{x: {two[1]}, y: @}}")
        | pair.map(lambda two: f"[{two[0]}, {two[1]}]")
        | inner.map(lambda one: f"!({one})")
        | st.tuples(st.sampled_from(["length", "type", "to_string", "keys", "to_array", "sum", "max"]), inner).map(
            lambda two: f"{two[0]}({two[1]})"
        )
        | pair.map(lambda two: f"sort_by({two[0]}, &{two[1]})")
        | pair.map(lambda two: f"not_null({two[0]}, {two[1]})")
        | pair.map(lambda two: f"contains({two[0]}, {two[1]})")
        | pair.map(lambda two: f"join({two[0]}, {two[1]})")
        | pair.map(lambda two: f"starts_with(to_string({two[0]}), {two[1]})")
        | pair.map(lambda two: f"join('', [to_string({two[0]}), type({two[1]})])")
        | pair.map(lambda two: f"map(&{two[0]}, {two[1]})")
        | inner.map(lambda one: f'contains(`["a", 1, true, null]`, {one})')
        | inner.map(lambda one: f"to_number({one})")
        | pair.map(lambda two: f"[{two[0]}, {two[1]} && {two[0]}, a[?{two[0]}].[{two[1]}, {two[1]}], {two[0]}]")
    )


EXPRESSIONS = st.recursive(FIELDS | LITERALS | st.just("@"), larger, max_leaves=8)


@given(EXPRESSIONS, DOCUMENTS)
def test_made_up_expressions_give_the_answer_or_error_of_the_package(expression: str, document: Any) -> None:
    ours = outcome(lambda: compile_expression(expression, decimals=False).search(document))
    assert ours == outcome(lambda: jmespath.search(expression, document))


@given(EXPRESSIONS, DOCUMENTS)
def test_with_decimals_compiled_and_interpreted_code_agree(expression: str, document: Any) -> None:
    document = exact(document)
    ours = outcome(lambda: compile_expression(expression).search(document))
    assert ours == outcome(lambda: Interpreter(True, {}).visit(parse(expression), document))
