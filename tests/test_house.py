"""The rules of the house that no linter knows: sizes, names, where things stand."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
FLOORS = ("connectors", "events", "functions", "mappings", "ops", "records", "tests")
MOST_LINES, MOST_MODULES = 300, 20
REASON = f"more than {MOST_MODULES} modules"
MADE = {
    ".git",
    ".grimp_cache",
    ".import_linter_cache",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
    ".tributary",
    ".venv",
    "__pycache__",
    "build",
}
FOLDERS = "home|mnt|opt|root|srv|Users|work|workspace"
OF_A_MACHINE = re.compile(rf"(?<![\w.:/<>~}}-])/(?:{FOLDERS})/\w|[A-Z]:\\+Users\\".encode())

MODULES = sorted(path for floor in FLOORS for path in (CHECKOUT / floor).rglob("*.py"))
PACKAGES = sorted({path.parent for path in MODULES})
CHANNELS = sorted(path.parent.name for path in (CHECKOUT / "connectors").glob("*/manifest.yaml"))


def named(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def written() -> Iterator[Path]:
    """Give every file that people wrote or that is kept beside what they wrote."""
    for place in CHECKOUT.iterdir():
        if place.name not in MADE and not place.name.endswith(".egg-info"):
            found = place.rglob("*") if place.is_dir() else [place]
            yield from (
                path for path in found if path.is_file() and not MADE.intersection(path.relative_to(place).parts)
            )


def docstring(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""


def imported_at_once(body: list[ast.stmt]) -> Iterator[str]:
    """Give what a module imports as soon as it is imported: not what its functions import, nor what types need."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    lines = {named(path): path.read_text().count("\n") for path in MODULES}
    long = {name: count for name, count in lines.items() if count > MOST_LINES}
    assert not long, f"a module has at most {MOST_LINES} lines: make two of it, each about one thing"


def test_a_folder_of_many_modules_says_why() -> None:
    counts = {package: len(list(package.glob("*.py"))) - 1 for package in PACKAGES}
    many = [package for package, count in counts.items() if count > MOST_MODULES]
    assert not [named(package) for package in many if REASON not in docstring(package)]


def test_every_package_says_what_it_holds() -> None:
    assert not [named(package) for package in PACKAGES if not (package / "__init__.py").is_file()]
    assert not [named(package) for package in PACKAGES if not docstring(package)]


def test_tests_find_the_source_without_changing_the_path() -> None:
    def changes_path(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.path"

    tests = [path for path in MODULES if path.is_relative_to(CHECKOUT / "tests")]
    assert not [named(path) for path in tests if any(map(changes_path, ast.walk(ast.parse(path.read_text()))))]


def test_no_file_names_a_folder_of_one_machine() -> None:
    others = (path for path in written() if path != Path(__file__))  # which has the examples below
    assert not [named(path) for path in others if OF_A_MACHINE.search(path.read_bytes())]


@pytest.mark.parametrize("line", [b'open("/home/ann/hub")', b"source: /root/hub", b"C:\\Users\\ann", b"'/opt/tools'"])
def test_a_folder_of_one_machine_would_be_found(line: bytes) -> None:
    assert OF_A_MACHINE.search(line)


@pytest.mark.parametrize("line", [b"https://shop.example/home/kettle", b"{root}/opt/x", b"~/home/hub", b"</root>"])
def test_an_address_is_no_folder_of_a_machine(line: bytes) -> None:
    assert not OF_A_MACHINE.search(line)


def test_every_channel_has_mappings_of_its_name_and_the_other_way_round() -> None:
    assert sorted({path.parent.name for path in (CHECKOUT / "mappings").glob("*/*.yaml")}) == CHANNELS


def test_no_module_may_import_a_channel() -> None:
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    closed = [each["protected_modules"] for each in contracts if each.get("allowed_importers") == []]
    with_code = {f"connectors.{name}" for name in CHANNELS if list((CHECKOUT / "connectors" / name).glob("*.py"))}
    assert closed == [sorted(with_code)]


def test_the_contract_is_imported_when_a_request_needs_it() -> None:
    contract = CHECKOUT / "functions" / "contract"
    outside = [path for path in (CHECKOUT / "functions").rglob("*.py") if not path.is_relative_to(contract)]
    at_once = {named(path): list(imported_at_once(ast.parse(path.read_text()).body)) for path in outside}
    assert not [name for name, found in at_once.items() if any(each.startswith("functions.contract") for each in found)]


def test_make_help_shows_every_target_once() -> None:
    rules = (CHECKOUT / "Makefile").read_text()
    targets = re.findall(r"^([a-z][a-z-]*):", rules, re.MULTILINE)
    assert sorted(targets) == sorted(set(targets))
    assert sorted(targets) == sorted(re.findall(r"^([a-z][a-z-]*):[^#\n]*## \S", rules, re.MULTILINE))
    assert sorted(targets) == sorted(re.findall(r"^\.PHONY: (.*)$", rules, re.MULTILINE)[0].split())
