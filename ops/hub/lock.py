"""The lock: the version of everything that is installed, with the hash of each file it may come as.

`make lock` makes three files of pyproject.toml. They agree: the two smaller ones hold versions of the large one.

- `locks/bench.txt` has every extra, for each Python, system and processor, told apart by markers.
- `locks/develop.txt` is that without the extra `bench`. `make setup` installs it.
- `locks/lambda.txt` has what functions need on AWS, for hub.yaml's runtime and processor alone. It has no markers,
  because pip judges markers by the Python that it runs on itself.

Each file begins with a digest of what it was made of. So a lock that is behind is found without a network.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from ops.hub import templates

CHECKOUT = Path(__file__).parents[2]
BENCH, DEVELOP, LAMBDA = "locks/bench.txt", "locks/develop.txt", "locks/lambda.txt"
LOCKS = (BENCH, DEVELOP, LAMBDA)
LAMBDA_PLATFORM = "aarch64-manylinux2014"
DEPLOYER = ("pip", "setuptools", "wheel")  # chalice lists them for its own deployer, which is not used


def runtime() -> str:
    """Give the Python of hub.yaml's functions: `3.13`."""
    return str(templates.load("hub")["Parameters"]["Runtime"]["Default"]).removeprefix("python")


def digest(checkout: Path = CHECKOUT) -> str:
    """Give the digest of all that decides what is locked: the tables of dependencies and the runtime."""
    written = tomllib.loads((checkout / "pyproject.toml").read_text())
    project = written["project"]
    decides = [
        written["build-system"]["requires"],
        project["requires-python"],
        project["dependencies"],
        project["optional-dependencies"],
        runtime(),
    ]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def behind(checkout: Path = CHECKOUT) -> list[str]:
    """Give the locks that were made of other dependencies than pyproject.toml has, or that are not there."""
    first = _first_line(checkout)
    return [name for name in LOCKS if not _begins(checkout / name, first)]


def make(*, upgrade: bool = False, checkout: Path = CHECKOUT) -> None:
    """Write the locks. A version that still fits stays, unless all are to move up.

    No address of an index is written: who installs says where from, and the hashes say whether it is the right file.
    """
    written = tomllib.loads((checkout / "pyproject.toml").read_text())
    oldest = str(written["project"]["requires-python"]).removeprefix(">=")
    every = ["--universal", "--python-version", oldest]
    agreeing = ["--constraint", BENCH]
    functions = [argument for name in DEPLOYER for argument in ("--no-emit-package", name)]
    arguments = {
        BENCH: [*every, "--all-extras", *(["--upgrade"] if upgrade else [])],
        DEVELOP: [*every, "--extra", "local", "--extra", "dev", *agreeing],
        LAMBDA: ["--python-version", runtime(), "--python-platform", LAMBDA_PLATFORM, *agreeing, *functions],
    }
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-config", "--python", sys.executable]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "pyproject.toml", "--output-file"]
    for name in LOCKS:
        path = checkout / name
        path.parent.mkdir(exist_ok=True)
        subprocess.run([*command, name, *arguments[name]], check=True, cwd=checkout)  # noqa: S603 -- our own files
        path.write_text(_first_line(checkout) + path.read_text())


def _first_line(checkout: Path) -> str:
    return f"# Written by `make lock`. Made of: sha256:{digest(checkout)}\n"


def _begins(path: Path, line: str) -> bool:
    return path.is_file() and path.read_text().startswith(line)


def main(arguments: list[str]) -> None:
    """Write the locks; with `--check`, only say whether they are current."""
    if "--check" not in arguments:
        make(upgrade="--upgrade" in arguments)
    elif late := behind():
        raise SystemExit(f"{', '.join(late)}: pyproject.toml or the runtime has changed since. Run `make lock`.")


if __name__ == "__main__":
    main(sys.argv[1:])
