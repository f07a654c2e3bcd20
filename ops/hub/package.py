"""The deployment package: our source and, for AWS, its dependencies, compiled, as a zip with the same bytes each time.

YAML is in it twice: as it was written, which names a connector's version, and parsed (mappings/files.py).

The package for AWS holds what `locks/lambda.txt` names: the versions that the tests ran with, each file with its hash.
botocore is among them although Lambda has one: Lambda's changes under a running hub.

Lambda takes 50 MB zipped and 250 MB unzipped: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

import importlib.util
import io
import py_compile
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from mappings.files import PARSED, packed, read_yaml
from mappings.payloads import write_json
from ops.hub import aws_models, lock

CHECKOUT = Path(__file__).parents[2]
PACKAGES = ("connectors", "events", "functions", "mappings", "records")
SUFFIXES = {".py", ".yaml", ".json"}
LEFT_OUT = {"__pycache__", "samples"}
SCRIPTS = "bin/"  # commands that wheels bring, which no function calls
MB = 1024 * 1024  # Lambda's own: it says 262144000 bytes where it refuses 250 MB
MOST_ZIPPED, MOST_UNZIPPED = 50 * MB, 250 * MB
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date a zip can hold
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64")

Files = dict[str, bytes]


class PackageError(Exception):
    """The package cannot be deployed. Nothing was written; what it holds has to become less."""


def build_local(checkout: Path = CHECKOUT) -> bytes:
    """Make the package for the embedded cloud, whose functions run on this interpreter and find its dependencies."""
    return _zip(_compiled(_source(checkout)))


def build_aws(checkout: Path = CHECKOUT) -> bytes:
    """Make the package for AWS: with every dependency as a wheel for the runtime and processor of hub.yaml.

    Raises:
        PackageError: it is larger than Lambda takes.
    """
    version = lock.runtime()
    files = _source(checkout) | _dependencies(checkout, version)
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        files = _compiled(files)
    else:
        print(  # noqa: T201 -- the answer to `make package`
            f"note: not compiled, as this is not Python {version}; cold starts will be slower. Use Python {version}."
        )
    made = _zip(files)
    refuse_too_large(made)
    return made


def size(package: bytes) -> tuple[int, int]:
    """Give the bytes of a package, zipped and unzipped."""
    return len(package), sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(package)).infolist())


def refuse_too_large(package: bytes) -> None:
    """Let a package pass that Lambda takes.

    Raises:
        PackageError: Lambda would refuse it.
    """
    zipped, unzipped = size(package)
    if zipped > MOST_ZIPPED or unzipped > MOST_UNZIPPED:
        raise PackageError(
            f"the package has {zipped / MB:.1f} MB zipped and {unzipped / MB:.1f} MB unzipped;"
            f" Lambda takes {MOST_ZIPPED / MB:.0f} and {MOST_UNZIPPED / MB:.0f}"
        )


def _source(checkout: Path) -> Files:
    paths = [path for package in PACKAGES for path in _files(checkout / package) if path.suffix in SUFFIXES]
    own = {path.relative_to(checkout).as_posix(): path.read_bytes() for path in paths}
    parsed = {
        path.relative_to(checkout).with_suffix(PARSED).as_posix(): write_json(packed(read_yaml(path)))
        for path in paths
        if path.suffix == ".yaml"
    }
    return own | parsed | aws_models.files()


def _dependencies(checkout: Path, version: str) -> Files:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "target")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        command += ["--require-hashes", "--no-deps", "--requirement", str(checkout / lock.LAMBDA)]
        command += [
            "--target",
            str(target),
            "--only-binary=:all:",
            "--implementation",
            "cp",
            "--python-version",
            version,
        ]
        command += [argument for name in PLATFORMS for argument in ("--platform", name)]
        subprocess.run(command, check=True)  # noqa: S603 -- our own lock
        found = {path.relative_to(target).as_posix(): path.read_bytes() for path in _files(target)}
    return {name: content for name, content in found.items() if not name.startswith(SCRIPTS)}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not LEFT_OUT.intersection(path.relative_to(folder).parts):
            yield path


def _compiled(files: Files) -> Files:
    """Add the byte code: without it every cold start compiles all modules. Unchecked, as a package never changes."""
    compiled = dict(files)
    with tempfile.TemporaryDirectory() as folder:
        source, target = str(Path(folder, "module.py")), str(Path(folder, "module.pyc"))
        for name in (name for name in files if name.endswith(".py")):
            Path(source).write_bytes(files[name])
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            if py_compile.compile(source, target, dfile=name, invalidation_mode=mode, quiet=2):
                compiled[importlib.util.cache_from_source(name)] = Path(target).read_bytes()
    return compiled


def _zip(files: Files) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, files[name])
    return made.getvalue()


def main() -> None:
    """Write the package for AWS into build/ and say its size."""
    made = CHECKOUT / "build" / "tributary.zip"
    made.parent.mkdir(exist_ok=True)
    try:
        made.write_bytes(build_aws())
    except PackageError as error:
        raise SystemExit(str(error)) from error
    zipped, unzipped = size(made.read_bytes())
    print(  # noqa: T201 -- the answer to `make package`
        f"{made.relative_to(CHECKOUT)}: {zipped / MB:.1f} MB zipped, {unzipped / MB:.1f} MB unzipped"
        f" (Lambda takes {MOST_ZIPPED / MB:.0f} and {MOST_UNZIPPED / MB:.0f})"
    )


if __name__ == "__main__":
    main()
