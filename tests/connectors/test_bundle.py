"""Bundles: what is taken at run time, what is refused with every fault, and that nothing climbs out of its folder."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connectors import catalogue
from connectors.bundle import Bundle, BundleError, bundle_of, lay_out, pack, parts_of, unpack
from connectors.errors import ManifestError
from connectors.workshop import scaffold
from connectors.workshop.lint import lint
from tests import corner


def test_a_folder_becomes_a_bundle_and_a_folder_again(tmp_path: Path) -> None:
    made = bundle_of(parts_of(catalogue.at(corner.write(tmp_path / "one"))))
    (tmp_path / "two").mkdir()
    folder = lay_out(unpack(pack(made)), tmp_path / "two")
    again = catalogue.at(folder, "1-abc")
    assert bundle_of(parts_of(again)) == made
    assert again.reference == "corner@1-abc"


def test_the_same_texts_are_the_same_bytes_and_any_other_text_is_another_digest() -> None:
    one, same, other = (bundle_of(corner.parts(**more)) for more in ({}, {}, {"label": "x"}))
    assert (pack(one), one.digest) == (pack(same), same.digest)
    assert one.digest != other.digest


def test_a_connector_with_code_is_not_taken() -> None:
    with pytest.raises(BundleError, match=r"client\.py: code is not taken at run time"):
        parts_of(catalogue.connector("square"))


BOMB = "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)
ENDLESS = "a: &a [*a]\n"


def with_parts(**changed: Any) -> dict[str, Any]:
    return {**corner.parts(), **changed}


REFUSED = [
    (None, "send {"),
    ([], "send {"),
    ({"mappings": {}}, "send {"),
    (with_parts(client="import os"), "'client' is not taken"),
    (with_parts(mappings=[]), "mappings is not a map of names to texts"),
    (with_parts(mappings={"../../evil.in.yaml": ""}), "'../../evil.in.yaml' is not a name"),
    (with_parts(mappings={"order.py": ""}), "'order.py' is not a name"),
    (with_parts(samples={"client.py": ""}), "'client.py' is not a name"),
    (with_parts(samples={"/etc/passwd.json": ""}), "is not a name"),
    (with_parts(samples={"a.json": 7}), "a.json is not a text"),
    (with_parts(readme=7), "readme is not a text"),
    (with_parts(manifest="channel: ../evil"), "channel must be a name"),
    (with_parts(manifest="- 1"), "channel must be a name"),
    (with_parts(manifest="channel: {"), "not YAML"),
    (with_parts(manifest="channel: square"), "the name square belongs to this repository"),
    (with_parts(manifest="channel: workshop"), "the name workshop belongs to this repository"),
    (with_parts(manifest="channel: signatures"), "the name signatures belongs to this repository"),
    (with_parts(manifest=BOMB), "nodes with its aliases spelled out"),
    (with_parts(manifest=ENDLESS), "nodes with its aliases spelled out"),
    (with_parts(mappings={"order.in.yaml": BOMB}), "order.in.yaml: more than 20000 nodes"),
    (with_parts(manifest="[" * 5000), "not YAML"),
    (with_parts(samples={"a.json": "x" * 300_000}), "has 300000 bytes"),
    (with_parts(samples={f"a__{number}.json": "{}" for number in range(400)}), "300 are taken"),
    (with_parts(samples={"a.json": "\ud800"}), "is not UTF-8"),
]


@pytest.mark.parametrize(("parts", "message"), REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_what_is_no_connector_is_refused_and_says_why(parts: Any, message: str) -> None:
    with pytest.raises(BundleError) as refused:
        bundle_of(parts)
    assert any(message in fault for fault in refused.value.faults), refused.value.faults


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(BundleError) as refused:
        bundle_of(with_parts(client="x", readme=7, samples={"a.py": "", "b.exe": ""}))
    assert len(refused.value.faults) == 4


ZIPS = [
    ({"connectors/corner/manifest.yaml": "", "../evil": ""}, "../evil"),
    ({"connectors/corner/manifest.yaml": "", "connectors/corner/client.py": ""}, "client.py"),
    ({"connectors/corner/manifest.yaml": "", "/etc/passwd": ""}, "/etc/passwd"),
    ({"connectors/corner/manifest.yaml": "", "mappings/square/order.in.yaml": ""}, "mappings/square"),
    ({"connectors/a/manifest.yaml": "", "connectors/b/manifest.yaml": ""}, ""),
    ({"mappings/corner/order.in.yaml": ""}, ""),
    ({"connectors/corner/manifest.yaml": "\0" * 3_000_000}, "larger"),
]


@pytest.mark.parametrize(("files", "message"), ZIPS)
def test_a_zip_that_we_did_not_make_is_refused(files: dict[str, str], message: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    with pytest.raises(BundleError) as refused:
        unpack(made.getvalue())
    assert message in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"PK", pack(Bundle("corner", {"a": "b"}))[:-9]])
def test_a_damaged_zip_is_refused(content: bytes) -> None:
    with pytest.raises(BundleError):
        unpack(content)


def test_the_digest_of_a_connector_of_the_repository_names_what_maps(tmp_path: Path) -> None:
    one = catalogue.at(corner.write(tmp_path / "one"))
    two = catalogue.at(corner.write(tmp_path / "two", order=corner.ORDER + "# a remark\n"))
    assert one.version.startswith("1+")
    assert one.version == catalogue.at(corner.write(tmp_path / "three", label="x")).version
    assert one.version != two.version


# What `connectors new` writes.


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_a_new_connector_is_without_fault_and_can_be_bundled(tmp_path: Path, kind: str) -> None:
    files = scaffold.write("acme-shop", kind, tmp_path)
    folder = tmp_path / "connectors" / "acme-shop"
    assert lint([folder]) == []
    assert {fault.check for fault in lint([folder], grade="silver")} == {"sources"}
    assert all(file.is_file() for file in files)
    assert catalogue.find(str(tmp_path)).manifest.kind == kind
    assert bundle_of(parts_of(catalogue.at(folder))).name == "acme-shop"


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("Acme", "pos", "'Acme' is no name"),
        ("../acme", "pos", "is no name"),
        ("acme", "till", "'till' is no kind"),
        ("square", "pos", "square is taken"),
        ("signatures", "pos", "signatures is taken"),
    ],
)
def test_a_new_connector_needs_a_free_name_and_a_kind(tmp_path: Path, name: str, kind: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        scaffold.write(name, kind, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    scaffold.write("acme", "pos", tmp_path)
    with pytest.raises(ManifestError, match="acme is taken"):
        scaffold.write("acme", "crm", tmp_path)


# What lint says of described calls.

CALL_FAULTS = [
    ("article_of: {path: /articles", "other: {path: /articles", "there is no client.py, and calls has no article_of"),
    ("stock_id_of: article_of", "stock_id_of: order", "calls.order is a fetch by its fields, but identity"),
    ('"/orders/{id}"', '"/orders/{number}"', "calls.order: a fetch has no {number}"),
    ("next: next_page\n    topic: order", "next: next_page\n    topic: stock.changed", "stock.changed is no internal"),
    ("scheme: header, header: X-Corner-Key", "scheme: sigv4", "auth.scheme sigv4 needs a client.py"),
    ("scheme: header, header: X-Corner-Key", "scheme: header", "auth.header does not say how the header is called"),
    ("items: orders", 'items: "orders["', "orders[ is not a JMESPath expression"),
]


@pytest.mark.parametrize(("old", "new", "message"), CALL_FAULTS, ids=[fault[2] for fault in CALL_FAULTS])
def test_a_fault_in_a_call_is_found(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in corner.MANIFEST
    folder = corner.write(tmp_path, manifest=corner.MANIFEST.replace(old, new))
    assert any(message in fault.message for fault in lint([folder])), lint([folder])


def test_calls_beside_a_client_are_found(tmp_path: Path) -> None:
    folder = corner.write(tmp_path)
    (folder / "client.py").write_text("class Client: ...\n", encoding="utf-8")
    assert "calls stands beside a client.py, which makes its own" in {fault.message for fault in lint([folder])}


def test_the_connector_of_the_tests_is_without_fault(tmp_path: Path) -> None:
    assert lint([corner.write(tmp_path)]) == []
    assert json.loads(corner.parts()["samples"]["order_placed__mugs.json"]) == corner.PLACED
