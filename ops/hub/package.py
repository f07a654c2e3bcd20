"""The deployment package: our source and, for AWS, its dependencies, compiled, as a zip with the same bytes each time.

YAML is in it twice: as it was written, which names a connector's version, and parsed (mappings/files.py).

The package for AWS holds the very versions installed here, because those are what the tests ran with. botocore is among
them although Lambda has one: Lambda's changes under a running hub.
"""

import importlib.metadata
import importlib.util
import io
import py_compile
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from mappings.files import PARSED, packed, read_yaml
from mappings.payloads import write_json
from ops.hub import aws_models, templates

CHECKOUT = Path(__file__).parents[2]
PACKAGES = ("connectors", "events", "functions", "mappings", "records")
SUFFIXES = {".py", ".yaml", ".json"}
LEFT_OUT = {"__pycache__", "samples"}
DEPLOYER = {"bin", "pip", "setuptools", "wheel"}  # chalice lists them for its own deployer, which is not used
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date a zip can hold
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64")

Files = dict[str, bytes]


def build_local(checkout: Path = CHECKOUT) -> bytes:
    """Make the package for the embedded cloud, whose functions run on this interpreter and find its dependencies."""
    return _zip(_compiled(_source(checkout)))


def build_aws(checkout: Path = CHECKOUT) -> bytes:
    """Make the package for AWS: with every dependency as a wheel for the runtime and processor of hub.yaml."""
    version = str(templates.load("hub")["Parameters"]["Runtime"]["Default"]).removeprefix("python")
    files = _source(checkout) | _dependencies(checkout, version)
    if version != f"{sys.version_info.major}.{sys.version_info.minor}":
        print(  # noqa: T201 -- the answer to `make package`
            f"note: not compiled, as this is not Python {version}; cold starts will be slower. Use Python {version}."
        )
        return _zip(files)
    return _zip(_compiled(files))


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
    wanted: list[str] = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["dependencies"]
    tested = [f"{found.name}=={found.version}" for found in importlib.metadata.distributions()]
    with tempfile.TemporaryDirectory() as folder:
        constraints, target = Path(folder, "constraints.txt"), Path(folder, "target")
        constraints.write_text("\n".join(tested))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        command += ["--target", str(target), "--constraint", str(constraints)]
        command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", version]
        command += [argument for name in PLATFORMS for argument in ("--platform", name)]
        subprocess.run([*command, *wanted], check=True)  # noqa: S603 -- our own pyproject.toml
        found = {path.relative_to(target).as_posix(): path.read_bytes() for path in _files(target)}
    return {name: content for name, content in found.items() if re.split(r"[-/]", name)[0] not in DEPLOYER}


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
    """Write the package for AWS into build/."""
    made = CHECKOUT / "build" / "tributary.zip"
    made.parent.mkdir(exist_ok=True)
    made.write_bytes(build_aws())
    print(f"{made.relative_to(CHECKOUT)}: {made.stat().st_size / 1e6:.1f} MB")  # noqa: T201 -- the answer


if __name__ == "__main__":
    main()
