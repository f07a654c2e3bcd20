"""The call to MyDHL has the form of DHL Express' OpenAPI file, served strictly beside this repository.

`CONTRACT_PYTHON` names an interpreter with openapi-core, where this one has none. The unified API has no file there.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.connection import Connection
from connectors.dhl.client import Client
from connectors.http import Http

CONTRACTS = Path(__file__).parents[3].parent / "shared" / "contracts"
PYTHON = os.environ.get("CONTRACT_PYTHON", sys.executable)
NEEDED = "import openapi_core, werkzeug"


@pytest.fixture
def contract(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve the contract; gives its URL and where it writes its verdicts."""
    if not (CONTRACTS / "dhl.json").exists():
        pytest.skip("shared/contracts/dhl.json is not beside the repository")
    if subprocess.run([PYTHON, "-c", NEEDED], capture_output=True, check=False).returncode:
        pytest.skip("openapi-core and werkzeug are not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    verdicts = tmp_path / "verdicts.jsonl"
    command = [PYTHON, str(CONTRACTS / "pycontract.py"), str(CONTRACTS / "dhl.json"), str(port)]
    server = subprocess.Popen(command, env={**os.environ, "RECORD": str(verdicts)}, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}", verdicts
    server.terminate()
    server.wait(timeout=10)


def test_the_call_has_the_form_of_dhls_contract(contract: tuple[str, Path]) -> None:
    url, verdicts = contract
    settings = {"express_url": url}
    connection = Connection(connection_id="dhl", tenant="t", connector="dhl", base_url=url, settings=settings)
    document = Client(connection, {"express_login": "shop:secret"}, Http("dhl")).express("9356579890")
    assert "shipments" in json.loads(document.body)
    lines = [json.loads(line) for line in verdicts.read_text().splitlines()]
    assert [(line["m"], line["code"], line["why"]) for line in lines] == [("GET", 200, [])]
