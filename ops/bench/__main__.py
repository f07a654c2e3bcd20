"""`python -m ops.bench [area…]`: measure all areas or some, write build/bench.json, print a table (or --json)."""

import argparse
import importlib
import json
import sys

from ops.bench import report
from ops.commands import output

# Area → module. Cold starts come first: whatever else this process has started disturbs them most.
AREAS = {"cold": "cold", "mapping": "mapping", "order": "cost", "path": "path", "identity": "identity"}


def main(arguments: list[str]) -> None:
    """Measure the areas that are asked for, save their figures and print them."""
    parser = argparse.ArgumentParser(prog="python -m ops.bench", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="area", help=f"any of: {', '.join(AREAS)}; none: all")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON document")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.areas) - set(AREAS))
    if unknown:
        parser.error(f"no such area: {', '.join(unknown)}")
    measured: dict[str, float] = {}
    for area in asked.areas or AREAS:
        output.step(f"measuring {area}")
        found: dict[str, float] = importlib.import_module(f"ops.bench.{AREAS[area]}").measure()
        report.save(found)
        measured |= found
    if asked.json:
        sys.stdout.write(json.dumps(measured, indent=2) + "\n")
    else:
        report.show(measured)


if __name__ == "__main__":
    main(sys.argv[1:])
