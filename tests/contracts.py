"""Serves a vendor's contract of `../shared/contracts` strictly.

`CONTRACT_PYTHON` names an interpreter that has openapi-core, if this one has not.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts"
PYTHON = os.environ.get("CONTRACT_PYTHON", sys.executable)
NEEDED = "import openapi_core, werkzeug"


@contextmanager
def serving(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve a contract. Gives its URL and the file of its verdicts. Skips the test, with a reason, if it cannot."""
    if not (CONTRACTS / name).exists():
        pytest.skip(f"shared/contracts/{name} is not beside the repository")
    if subprocess.run([PYTHON, "-c", NEEDED], capture_output=True, check=False).returncode:
        pytest.skip("openapi-core and werkzeug are not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    verdicts = folder / "verdicts.jsonl"
    command = [PYTHON, str(CONTRACTS / "pycontract.py"), str(CONTRACTS / name), str(port)]
    server = subprocess.Popen(command, env={**os.environ, "RECORD": str(verdicts)}, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", verdicts
    finally:
        server.terminate()
        server.wait(timeout=10)
