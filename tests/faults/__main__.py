"""`make faults`: seeds of a retailer's day under faults and concurrency, and every schedule of the small races.

Prints what it does and writes `build/faults.json`. `SEED=n` plays one seed again, `FAULTS=full` goes as far as an hour
takes it. Exit code 1 where anything was lost, applied twice, sold beyond stock or met another tenant.
"""

import itertools
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import campaign
import franchise
import races
from rich.console import Console
from rich.progress import Progress

BUILD = Path(__file__).parents[2] / "build" / "faults.json"
BATCH = 50  # seeds that a process plays before it reports
BUDGETS = {"short": (2400, 200.0), "full": (10_000, 3000.0)}  # seeds at most, seconds for them
RACES_TAKE = 900.0
WRONG = ("lost", "double_applied", "oversold", "cross_tenant")


def batch(first: int) -> list[campaign.Outcome]:
    """Play some seeds."""
    return [franchise.player(seed, campaign.play)(seed) for seed in range(first, first + BATCH)]


def main() -> int:
    """Run the campaign, or one seed of it."""
    console = Console(stderr=True)
    if os.environ.get("SEED"):
        return _again(console, int(os.environ["SEED"]))
    start = time.monotonic()
    seeds, seconds = BUDGETS["full" if os.environ.get("FAULTS") == "full" else "short"]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        counted = pool.submit(races.play, start + seconds + RACES_TAKE)
        outcomes = _seeds(console, pool, seeds, start + seconds)
        played = counted.result()
    found = _report(outcomes, played, time.monotonic() - start)
    BUILD.parent.mkdir(exist_ok=True)
    BUILD.write_text(json.dumps(found, indent=2) + "\n")
    _tell(console, found, outcomes, played)
    print(json.dumps(found))  # noqa: T201 - for machines
    return int(any(found[name] for name in WRONG) or bool(played.violations))


def _seeds(console: Console, pool: ProcessPoolExecutor, seeds: int, until: float) -> list[campaign.Outcome]:
    """Play seeds from zero on, until all are played or the time is over."""
    outcomes: list[campaign.Outcome] = []
    starts = iter(range(0, seeds, BATCH))
    running = {pool.submit(batch, first) for first in itertools.islice(starts, 2 * (os.cpu_count() or 1))}
    with Progress(console=console) as progress:
        bar = progress.add_task("seeds", total=seeds)
        while running:
            done = next(as_completed(running))
            running.remove(done)
            outcomes += done.result()
            progress.update(bar, completed=len(outcomes))
            if time.monotonic() < until and (first := next(starts, None)) is not None:
                running.add(pool.submit(batch, first))
    return outcomes


def _report(outcomes: list[campaign.Outcome], played: races.Races, seconds: float) -> dict[str, Any]:
    totals: Counter[str] = sum((each.faults for each in outcomes), Counter())
    wrong = {name: sum(getattr(each, name) for each in outcomes) for name in WRONG}
    return {
        "seeds": len(outcomes),
        "schedules": len(outcomes) + played.schedules,
        "faults": totals.total(),
        "events": sum(each.events for each in outcomes),
        **wrong,
        "seconds": round(seconds, 1),
    }


def _tell(console: Console, found: dict[str, Any], outcomes: list[campaign.Outcome], played: races.Races) -> None:
    """Say what was tried and what was found; each zero with how often it could have been something else."""
    totals: Counter[str] = sum((each.faults for each in outcomes), Counter())
    kinds = ", ".join(f"{kind} {count}" for kind, count in totals.most_common())
    console.print(f"{found['seeds']} seeds, {found['events']} deliveries, {found['faults']} faults: {kinds}")
    console.print(f"{played.races} small races in all their {played.schedules} schedules; {found['seconds']} s")
    promises = sum(each.promises for each in outcomes)
    tried = {"lost": "events", "double_applied": "events", "oversold": "reservations", "cross_tenant": "seeds"}
    for name, unit in tried.items():
        count, of = found[name], {**found, "reservations": promises}[unit]
        bound = f"under {3 / of:.1e} each with 95 % confidence" if of and not count else "look below"
        console.print(f"{name}: {count} of {of} {unit} ({bound})", style="red" if count else "green")
    for each in (each for each in outcomes if each.violations):
        console.print(f"seed {each.seed}: play it again with `make faults SEED={each.seed}`", style="red")
    for violation in played.violations:
        console.print(violation, style="red")


def _again(console: Console, seed: int) -> int:
    outcome = franchise.player(seed, campaign.play)(seed)
    for violation in outcome.violations:
        console.print(violation, style="red")
    console.print(f"seed {seed}: {outcome.events} deliveries, {outcome.faults.total()} faults")
    return int(bool(outcome.violations))


if __name__ == "__main__":
    sys.exit(main())
