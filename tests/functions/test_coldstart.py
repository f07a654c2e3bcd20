"""Doors set how garbage is collected before they import anything else; whoever imports the package sets nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import functions

FOLDER = Path(functions.__file__).parent
DOORS = sorted(file.stem for file in FOLDER.glob("*.py") if "\ndef handler(" in file.read_text())


def threshold_after(module: str) -> int:
    code = f"import gc; import {module}; print(gc.get_threshold()[0])"
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def test_the_package_changes_nothing_for_who_imports_it() -> None:
    assert threshold_after("functions") == threshold_after("json")


def test_there_are_nine_doors() -> None:
    wanted = ["announce", "api", "collect", "erase", "normalise", "poll", "push", "receive", "sweep"]
    assert wanted == DOORS


@pytest.mark.parametrize("door", DOORS)
def test_a_door_imports_its_settings_first(door: str) -> None:
    tree = ast.parse((FOLDER / f"{door}.py").read_text())
    first = next(node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    assert isinstance(first, ast.Import)
    assert [each.name for each in first.names] == ["functions.coldstart"]
