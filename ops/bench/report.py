"""The figures: merged into build/bench.json, and shown as a table beside the budgets of design.md section 9."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ops.commands import output

FILE = Path(__file__).parents[2] / "build" / "bench.json"
NAME = re.compile(r"[a-z]+(\.[a-z0-9_]+)+")  # area.case.figure; a figure of the area itself has no case

SETS = ("febrl3_with_id", "febrl3_without_id", "febrl4_with_id", "febrl4_without_id")

# What design.md section 9 allows at most, by the end of a figure's name.
BUDGETS = {
    # Only for Shopify: where the sums of an order must be calculated, hand-written code alone takes 4 to 7.
    "mapping.shopify_order.ratio_to_json": 2.6,
    "ratio_to_hand": 1.15,
    "ratio_to_jmespath": 1.0,  # evaluating alone is less work than mapping: still the engine may not be slower
    "ratio_to_jq": 1.0,
    "ratio_to_jsonata": 1.0,
    "ratio_cpu": 0.65,
    "ratio_rss": 0.70,
    "order.aws_calls": 3.0,
    "order.write_units": 14.0,
    "order.read_units": 1.5,
    "order.inbox_write_units": 3.0,
    "order.bus_events": 1.0,
    "path.dead_letters": 0.0,
}
# What it allows at least.
FLOORS = {
    "identity.febrl3_with_id.f1": 0.996,
    "identity.febrl3_without_id.f1": 0.979,
    "identity.febrl4_with_id.f1": 0.998,
    "identity.febrl4_without_id.f1": 0.989,
    **{f"identity.{name}.precision": 0.999 for name in SETS},
    **{f"identity.{name}.speed_to_splink": 5.0 for name in SETS},
}

Figures = Mapping[str, float]


def budget(name: str) -> float | None:
    """Give the most that a figure may be: the budget of its whole name, otherwise of its last part, otherwise None."""
    return BUDGETS.get(name, BUDGETS.get(name.rpartition(".")[2]))


def beyond(figures: Figures) -> list[str]:
    """Name the figures that are not within their budgets."""
    return [name for name, value in figures.items() if not is_within(name, value)]


def is_within(name: str, value: float) -> bool:
    """Tell whether a figure is within its budget. A figure without one is."""
    most = budget(name)
    return (most is None or value <= most) and value >= FLOORS.get(name, value)


def merged(known: Figures, measured: Figures) -> dict[str, float]:
    """Replace all figures of the areas that were measured by the new ones. Other areas keep theirs.

    Raises:
        ValueError: a figure's name is not `area.case.figure`.
    """
    wrong = [name for name in measured if not NAME.fullmatch(name)]
    if wrong:
        raise ValueError(f"not area.case.figure: {', '.join(wrong)}")
    renewed = {name.partition(".")[0] for name in measured}
    kept = {name: value for name, value in known.items() if name.partition(".")[0] not in renewed}
    return dict(sorted({**kept, **measured}.items()))


def save(measured: Figures, file: Path = FILE) -> dict[str, float]:
    """Merge figures into the file, and give all that is in it then."""
    known = json.loads(file.read_text()) if file.exists() else {}
    content = merged(known, {name: round(value, 4) for name, value in measured.items()})
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content, indent=2) + "\n")
    return content


def show(figures: Figures) -> None:
    """Print the figures: green within their budgets, red outside."""
    made = Table(title="make bench", title_justify="left", header_style="bold", title_style="bold")
    made.add_column("figure")
    made.add_column("measured", justify="right")
    made.add_column("budget", justify="right")
    for name, value in figures.items():
        most, least = budget(name), FLOORS.get(name)
        allowed = f"≤ {most:g}" if most is not None else f"≥ {least:g}" if least is not None else ""
        colour = ("green" if is_within(name, value) else "red") if allowed else ""
        made.add_row(name, Text(written(value), style=colour), allowed)
    output.out.print(made)


def written(value: float) -> str:
    """Write a number for people: whole, or with three significant digits."""
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
