"""`check` finds what is wrong with a mapping file, with its line; every mapping of the repository passes it."""

from pathlib import Path
from textwrap import dedent

import pytest

from mappings.engine import check
from mappings.files import read

MAPPINGS = Path(__file__).parents[2] / "mappings"

CONSENT = """\
facts:
  - kind: consent
    fields:
      occurred_at: {from: at, as: time}
      source_version: {from: at, as: version}
      subject: {fields: {email: {from: email, as: email}}}
      purpose: {default: marketing}
      medium: {default: email}
      granted: {from: granted, as: boolean}
      at: {from: at, as: time}
"""


def faults(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "consent.in.yaml"
    file.write_text(dedent(text))
    return check(read(file).content, file.name)


def test_a_right_mapping_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, CONSENT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("kind: consent", "kind: consnt", "line 2: there is no fact 'consnt'"),
        ("medium: {default: email}", "medium: {default: fax}", "line 8: `medium` cannot be 'fax'"),
        ("medium: {default: email}", "medium: {from: m, choose: {1: fax}}", "line 8: `medium` cannot be 'fax'"),
        ("      purpose: {default: marketing}\n", "", "line 2: a fact 'consent' needs `purpose`"),
        ("purpose:", "porpoise:", "line 7: `porpoise` is no field"),
        ("{email: {", "{mail: {", "line 6: `subject.mail` is no field"),
        ("as: boolean", "as: bool", "line 9: facts.0.fields.granted.as: 'bool' is not one of"),
        ("as: boolean", "as: {boolean: {invert: maybe}}", "line 9: facts.0.fields.granted.as.boolean.invert: 'maybe'"),
        ("from: granted", "form: granted", "line 9: facts.0.fields.granted: "),
        (
            "as: boolean",
            "as: {money: {unit: major}}",
            "line 9: facts.0.fields.granted.as.money: 'currency' is a required",
        ),
        ("from: granted", "from: 'granted['", "line 9: not JMESPath"),
        ("from: granted", "from: ^.granted", "line 9: `^` has no enclosing element"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, fault: str) -> None:
    found = faults(tmp_path, CONSENT.replace(right, wrong))
    assert any(message.startswith(fault) for message in found), found


def test_a_mapping_parsed_elsewhere_is_checked_without_lines() -> None:
    assert check({"facts": [{"kind": "nothing", "fields": {"a": "x"}}]}, "x.in.yaml")[0].startswith("there is no fact")
    assert check({"body": {"fields": {"a": {"from": "x", "as": "number"}}}}, "stock.out.yaml") == []
    assert check([], "x.in.yaml") != []


@pytest.mark.parametrize("file", sorted(MAPPINGS.glob("*/*.yaml")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_mapping_of_the_repository_is_right(file: Path) -> None:
    assert check(read(file).content, file.name) == []
