"""`make mutants`: put each of the seeded bugs into a copy of this tree, and see whether the tests catch it.

Exit code 0 only if the tests pass without a bug and every bug is caught. `NAME=part of a name` tries only some bugs.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.mutants.bugs import BUGS, Bug

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis")
LONGEST = 600  # seconds for the tests of one bug. One that makes them run for ever is caught too


@dataclass(frozen=True)
class Trial:
    """How the tests of one bug ended."""

    name: str
    caught: bool
    by: str
    seconds: float


def main() -> int:
    """Try the bugs, one on each processor at a time, and print which were caught."""
    console = Console(stderr=True)
    wanted = [bug for bug in BUGS if os.environ.get("NAME", "") in bug.name]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = _tests(
            _copied(Path(folder) / "clean"), sorted({test for bug in wanted for test in bug.tests}), every=True
        )
        if clean is not None:
            console.print(f"The tests fail without any bug, so they can catch none: {clean}", style="red")
            return 1
        numbered = enumerate(wanted)
        trials = []
        for trial in pool.map(lambda each: _try(each[1], Path(folder) / str(each[0])), numbered):
            console.print(f"{'caught' if trial.caught else 'SURVIVED'}: {trial.name} ({trial.seconds:.0f} s)")
            trials.append(trial)
    caught = sum(trial.caught for trial in trials)
    console.print(_table(trials))
    console.print(f"{caught} of {len(trials)} caught", style="green" if caught == len(trials) else "red")
    found = {"mutants": len(trials), "caught": caught, "survived": [t.name for t in trials if not t.caught]}
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "mutants.json").write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found))  # noqa: T201 - for machines
    return int(caught < len(trials))


def _copied(folder: Path) -> Path:
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    shared = ROOT.parent / "shared"
    if shared.is_dir() and not (folder.parent / "shared").exists():
        (folder.parent / "shared").symlink_to(shared)
    return folder


def _try(bug: Bug, folder: Path) -> Trial:
    start = time.monotonic()
    seeded = _copied(folder) / bug.file
    source = seeded.read_text()
    if source.count(bug.old) != 1:
        raise SystemExit(f"{bug.name}: {bug.file} has {source.count(bug.old)} places that read {bug.old!r}, not one")
    seeded.write_text(source.replace(bug.old, bug.new))
    failure = _tests(folder, bug.tests)
    shutil.rmtree(folder)
    return Trial(bug.name, failure is not None, failure or "", time.monotonic() - start)


def _tests(folder: Path, tests: Sequence[str], *, every: bool = False) -> str | None:
    """Run tests in a copy of the tree. Gives the first that failed, or None where all passed."""
    command = [sys.executable, "-m", "pytest", *(() if every else ("-x",)), *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST * (4 if every else 1),
        )
    except subprocess.TimeoutExpired:
        return "time-out"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[0].split(" - ")[0] if lines else f"pytest ended with {done.returncode}"


def _table(trials: Sequence[Trial]) -> Table:
    table = Table("seeded bug", "caught by", "seconds", title="make mutants")
    for trial in trials:
        by = trial.by.removeprefix("FAILED ") if trial.caught else "nobody"
        table.add_row(trial.name, by, f"{trial.seconds:.0f}", style="" if trial.caught else "red")
    return table


if __name__ == "__main__":
    sys.exit(main())
