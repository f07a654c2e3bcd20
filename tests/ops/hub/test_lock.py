"""The lock says what it was made of, agrees with itself, and names no place to install from."""

import re
import shutil
from pathlib import Path

import pytest

from ops.hub import lock


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", *lock.LOCKS):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(lock.CHECKOUT / name, tmp_path / name)
    return tmp_path


def pins(name: str) -> dict[str, str]:
    """Give each locked version with its marker, and the hashes that may be installed as it."""
    text = (lock.CHECKOUT / name).read_text().replace("\\\n", "")
    found = re.findall(r"^([a-z0-9-]+==[^\n]*?) +(--hash=.*)$", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)), "every line has a version and hashes"
    return dict(found)


def versions(name: str) -> set[str]:
    return {pin.split(" ;")[0] for pin in pins(name)}


def test_the_locks_are_current() -> None:
    assert lock.behind() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"orjson>=3.10"', '"orjson>=3.11"'),
        ('"ministack==', '"ministack>='),
        ('"setuptools>=77"]', '"setuptools>=78"]'),
        ('requires-python = ">=3.11"', 'requires-python = ">=3.12"'),
    ],
)
def test_a_lock_is_behind_when_dependencies_change(checkout: Path, before: str, after: str) -> None:
    written = (checkout / "pyproject.toml").read_text()
    assert before in written
    (checkout / "pyproject.toml").write_text(written.replace(before, after))
    assert lock.behind(checkout) == list(lock.LOCKS)


def test_a_lock_is_behind_when_the_runtime_changes(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "runtime", lambda: "3.14")
    assert lock.behind(checkout) == list(lock.LOCKS)


def test_a_lock_is_not_behind_when_a_tool_is_set_otherwise(checkout: Path) -> None:
    written = (checkout / "pyproject.toml").read_text()
    (checkout / "pyproject.toml").write_text(written.replace("line-length = 120", "line-length = 100"))
    assert lock.behind(checkout) == []


def test_a_lock_that_is_not_there_is_behind(checkout: Path) -> None:
    (checkout / lock.LAMBDA).unlink()
    assert lock.behind(checkout) == [lock.LAMBDA]


def test_the_locks_agree() -> None:
    assert versions(lock.LAMBDA) < versions(lock.DEVELOP) < versions(lock.BENCH)


def test_a_version_may_come_as_the_same_files_in_every_lock() -> None:
    every = {pin.split(" ;")[0]: hashes for pin, hashes in pins(lock.BENCH).items()}
    for name in (lock.DEVELOP, lock.LAMBDA):
        assert {pin: hashes for pin, hashes in pins(name).items() if every[pin.split(" ;")[0]] != hashes} == {}


def test_what_runs_on_aws_has_no_marker() -> None:
    assert [pin for pin in pins(lock.LAMBDA) if ";" in pin] == []


def test_no_lock_says_where_to_install_from() -> None:
    for name in lock.LOCKS:
        assert re.findall(r"^-.*|.*://.*", (lock.CHECKOUT / name).read_text(), re.MULTILINE) == []
