"""The pages are true of the tree: links lead somewhere, paths exist, and what has a row on a page has it there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer.main

from connectors.connection import Connection
from functions import api
from mappings.fields import OPTIONS
from ops import cli

ROOT = Path(__file__).parents[1]
MADE = {".venv", "build", "node_modules"}
ROOMS = ("connectors", "mappings", "events", "records", "functions", "infra", "ops")
CODE = re.compile(r"^(`{3,}).*?^\1`*\s*?$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
NAMED = re.compile(r"`([^`\n]+)`")

PAGES = [
    page
    for page in sorted(ROOT.rglob("*.md"))
    if not any(part in MADE or part.startswith(".") for part in page.relative_to(ROOT).parts)
]
BY_OPTION = {"connection_id", "connector", "base_url", "tenant"}
BY_THE_HUB = {"group", "webhook_url", "status", "secret_arn", "delivery"}
"""What else is known of a connection: by an option of `connections add`, or by what the hub does."""

MAPS = [page for page in PAGES if page.parent == ROOT / "docs" or page.name in {"README.md", "CONTRIBUTING.md"}]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """Give a page without its blocks of code."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Give the names of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} +(.*?) *#*$", prose(page), re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        anchor = re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")
        found[anchor if anchor not in found else f"{anchor}-{found[anchor]}"] = 1
        found[anchor] += 1
    return set(found)


def broken(page: Path) -> Iterator[str]:
    """Give the links of a page that lead nowhere in this repository."""
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.is_relative_to(ROOT) or not there.exists():
            yield f"{target}: no such file"
        elif anchor and (there.suffix != ".md" or anchor not in anchors(there)):
            yield f"{target}: no such heading"


def paths(page: Path) -> list[str]:
    """Give the paths of this repository that a page names, e.g. `records/apply.py`, `connectors/<channel>/`."""
    here = {each.name for each in ROOT.iterdir()} - MADE
    return [name for name in NAMED.findall(prose(page)) if is_path(name, here)]


def is_path(name: str, here: set[str]) -> bool:
    """Say whether a word is a path from the root, or a file there."""
    if not re.fullmatch(r"[\w.*<>/-]+", name):
        return False
    top, slash, _ = name.partition("/")
    return top in here if slash else name in here or name.endswith((".md", ".toml"))


def exists(name: str, page: Path) -> bool:
    """Say whether a path leads somewhere, from the root or from the page's folder; `<channel>` stands for any name."""
    pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
    found = [*ROOT.glob(pattern), *page.parent.glob(pattern)]
    return any(not name.endswith("/") or each.is_dir() for each in found)


def commands(group: Any, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        yield from commands(command, f"{before}{name} ") if hasattr(command, "commands") else (f"{before}{name}",)


def first_cells(page: Path) -> set[str]:
    """Give what is in code in the first cell of a row of any table of a page."""
    cells = re.findall(r"^\|([^|]+)\|", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {code for cell in cells for code in NAMED.findall(cell)}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file_or_heading_that_exists(page: Path) -> None:
    assert list(broken(page)) == []


@pytest.mark.parametrize("page", MAPS, ids=named)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    assert [path for path in paths(page) if not exists(path, page)] == []


def test_every_folder_of_the_tree_stands_on_the_map() -> None:
    held = {file.parent.relative_to(ROOT) for room in ROOMS for file in (ROOT / room).rglob("*.py")}
    found = set(paths(ROOT / "docs/architecture.md"))
    channels = {folder.name for folder in (ROOT / "events/samples").iterdir()}
    left = sorted(f"{folder.as_posix()}/" for folder in held if folder.name not in channels)
    assert [folder for folder in left if folder not in found] == []


def test_every_command_has_its_row_on_the_page_of_the_command_line() -> None:
    rows = {re.sub(r" \[?[A-Z_]+\]?", "", cell) for cell in first_cells(ROOT / "docs/cli.md")}
    assert sorted(set(commands(typer.main.get_command(cli.app))) - rows) == []


def test_every_setting_of_a_connection_has_its_row_there() -> None:
    rows = {cell.partition(".")[0] for cell in first_cells(ROOT / "docs/cli.md")}
    assert set(Connection.model_fields) - BY_OPTION - BY_THE_HUB - rows == set()


def test_every_route_has_its_row_on_the_page_of_the_api_and_every_row_is_a_route() -> None:
    routes = {f"{method} {path}" for path, methods in api.app.routes.items() for method in methods}
    assert first_cells(ROOT / "docs/api.md") == routes


def test_every_converter_has_its_row_on_the_page_of_the_mapping_language() -> None:
    assert set(OPTIONS) - first_cells(ROOT / "docs/mapping.md") == set()


@pytest.mark.parametrize("page", MAPS, ids=named)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wanted = set(
        re.findall(r"(?:^|`)(?:[A-Z]+=\S+ )?make ([a-z-]+)(?=`|\s+#|$)", page.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert wanted - targets == set()


def test_a_link_or_a_path_that_leads_nowhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "records").mkdir()
    (tmp_path / "records/apply.py").touch()
    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n\n## It is `so`, twice\n\n```\n[code](is/no/link) # It is no heading\n```\n\n"
        "[file](records/apply.py) [none](records/gone.py) [up](../outside.md) [web](https://example.com/gone)\n"
        "[heading](#it-is-so-twice) [no heading](page.md#it-is-no-heading) [text [x]](records/lost.py)\n"
        "`records/apply.py` `records/` `records/gone.py` `records/<name>.py` `records/<name>.yaml` `apply.py` `a/b`\n"
    )
    assert list(broken(page)) == [
        "records/gone.py: no such file",
        "../outside.md: no such file",
        "page.md#it-is-no-heading: no such heading",
        "records/lost.py: no such file",
    ]
    assert [path for path in paths(page) if not exists(path, page)] == ["records/gone.py", "records/<name>.yaml"]
