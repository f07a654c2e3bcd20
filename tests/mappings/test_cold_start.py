"""What a Lambda imports with the engine: nothing that is large and seldom needed."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["jsonschema", "phonenumbers", "pydantic", "email.utils", "boto3", "yaml"])
def test_the_engine_does_not_import_what_a_cold_start_can_do_without(package: str) -> None:
    code = f"import sys, mappings.engine, mappings.payloads; sys.exit({package!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
