"""`make faults`: days of a retailer with faults and concurrency, large races, and all schedules of the small races.

It prints what it does and writes `build/faults.json`. `SEED=n` plays one day and one crowd again. `FAULTS=full` goes on
for about an hour. Exit code 1 where anything was lost, applied twice, oversold, or shown to another tenant.
"""

import itertools
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from tests.faults import campaign, crowds, franchise, races

BUILD = Path(__file__).parents[2] / "build" / "faults.json"
BATCH = 50  # seeds that a process plays in one go
CROWDS = 13  # crowds that it plays besides
BUDGETS = {"short": (2400, 200.0), "full": (10_000, 3000.0)}  # at most so many seeds, in so many seconds
RACES_TAKE = 900.0
WRONG = ("lost", "double_applied", "oversold", "cross_tenant")


@dataclass
class Played:
    """What was played, and what came of it."""

    days: list[campaign.Outcome] = field(default_factory=list)
    met: list[crowds.Crowd] = field(default_factory=list)
    raced: races.Races = field(default_factory=races.Races)

    @property
    def violations(self) -> list[str]:
        """Give the violations of races and crowds: they ended otherwise than one after another."""
        return [*self.raced.violations, *(each for crowd in self.met for each in crowd.violations)]

    @property
    def drawn(self) -> int:
        """The number of schedules that were drawn for crowds."""
        return sum(each.schedules for each in self.met)


def batch(first: int) -> Played:
    """Play BATCH days from seed `first` on, and CROWDS crowds."""
    start = first // BATCH * CROWDS
    return Played(
        [franchise.player(seed, campaign.play)(seed) for seed in range(first, first + BATCH)],
        [crowds.play(seed) for seed in range(start, start + CROWDS)],
    )


def main() -> int:
    """Run the campaign, or one seed of it."""
    console = Console(stderr=True)
    if os.environ.get("SEED"):
        return _again(console, int(os.environ["SEED"]))
    start = time.monotonic()
    seeds, seconds = BUDGETS["full" if os.environ.get("FAULTS") == "full" else "short"]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        counted = pool.submit(races.play, start + seconds + RACES_TAKE)
        played = _seeds(console, pool, seeds, start + seconds)
        played.raced = counted.result()
    found = _report(played, time.monotonic() - start)
    BUILD.parent.mkdir(exist_ok=True)
    BUILD.write_text(json.dumps(found, indent=2) + "\n")
    _tell(console, found, played)
    print(json.dumps(found))  # noqa: T201 - for machines
    return int(any(found[name] for name in WRONG))


def _seeds(console: Console, pool: ProcessPoolExecutor, seeds: int, until: float) -> Played:
    """Play seeds from zero on, until all are played or `until` is over."""
    played = Played()
    starts = iter(range(0, seeds, BATCH))
    running = {pool.submit(batch, first) for first in itertools.islice(starts, 2 * (os.cpu_count() or 1))}
    with Progress(console=console) as progress:
        bar = progress.add_task("seeds", total=seeds)
        while running:
            done = next(as_completed(running))
            running.remove(done)
            played.days += done.result().days
            played.met += done.result().met
            progress.update(bar, completed=len(played.days))
            if time.monotonic() < until and (first := next(starts, None)) is not None:
                running.add(pool.submit(batch, first))
    return played


def _report(played: Played, seconds: float) -> dict[str, Any]:
    wrong = {name: sum(getattr(each, name) for each in played.days) for name in WRONG}
    return {
        "seeds": len(played.days),
        "schedules": len(played.days) + played.drawn + played.raced.schedules,
        "faults": sum(each.faults.total() for each in played.days),
        "events": sum(each.events for each in played.days),
        **wrong,
        "lost": wrong["lost"] + len(played.violations),
        "seconds": round(seconds, 1),
    }


def _tell(console: Console, found: dict[str, Any], played: Played) -> None:
    """Print what was tried and found. Beside each zero stands an upper bound of its rate, with 95 % confidence."""
    totals: Counter[str] = sum((each.faults for each in played.days), Counter())
    kinds = ", ".join(f"{kind} {count}" for kind, count in totals.most_common())
    console.print(f"{found['seeds']} seeds, {found['events']} deliveries, {found['faults']} faults: {kinds}")
    console.print(
        f"{len(played.met)} crowds in {played.drawn} schedules drawn by seed; {played.raced.races} small races "
        f"in all their {played.raced.schedules}; {found['seconds']} s"
    )
    promises = sum(each.promises for each in played.days)
    tried = {"lost": "events", "double_applied": "events", "oversold": "reservations", "cross_tenant": "seeds"}
    for name, unit in tried.items():
        count, of = found[name], {**found, "reservations": promises}[unit]
        bound = f"under {3 / of:.1e} each with 95 % confidence" if of and not count else "look below"
        console.print(f"{name}: {count} of {of} {unit} ({bound})", style="red" if count else "green")
    for each in (each for each in played.days if each.violations):
        console.print(f"seed {each.seed}: play it again with `make faults SEED={each.seed}`", style="red")
    for violation in played.violations:
        console.print(violation, style="red")


def _again(console: Console, seed: int) -> int:
    outcome, crowd = franchise.player(seed, campaign.play)(seed), crowds.play(seed)
    for violation in (*outcome.violations, *crowd.violations):
        console.print(violation, style="red")
    console.print(f"seed {seed}: {outcome.events} deliveries, {outcome.faults.total()} faults; a crowd's schedules")
    return int(bool(outcome.violations or crowd.violations))


if __name__ == "__main__":
    sys.exit(main())
