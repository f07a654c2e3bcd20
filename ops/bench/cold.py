"""What a cold start costs: a fresh process imports a function and makes its clients, and so does the usual function.

A process finds what it finds on Lambda: the compiled package in the working directory, and the dependencies. It reports
its own CPU and memory when it is ready. `wait4` would not do: its memory includes that of the parent.
"""

import compileall
import io
import os
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path
from statistics import median

from ops.commands import output
from ops.hub.package import build_local

ROUNDS = 9

# The services that a function calls for an ordinary event. Clients for trouble (a delayed message, a body over 300 KB)
# are made when they are needed.
SERVICES = {
    "receive": ("dynamodb", "secretsmanager"),
    "collect": ("dynamodb",),
    "api": ("dynamodb", "secretsmanager"),
    "poll": ("dynamodb", "secretsmanager"),
    "normalise": ("dynamodb", "secretsmanager"),
    "announce": ("events",),
    "push": ("dynamodb", "secretsmanager"),
    "sweep": ("dynamodb", "events"),
    "erase": ("dynamodb",),
}
USUAL = "import baseline"
OURS = "import functions.{name}\nfrom functions.runtime import client\nfor service in {services}: client(service)"
ASK = """
import pathlib, re, resource, time
print(time.process_time())
status = pathlib.Path("/proc/self/status")
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) * 1024 if status.exists() else None
print(peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

Cost = tuple[float, float]
"""CPU seconds, peak bytes."""


def measure() -> dict[str, float]:
    """Give CPU and peak memory of each function's cold start, and their ratios to those of the usual function."""
    with tempfile.TemporaryDirectory(prefix="tributary-bench-") as folder:
        _unpack(Path(folder))
        starts = {name: OURS.format(name=name, services=services) for name, services in SERVICES.items()}
        rounds = []
        for number in range(ROUNDS):
            output.step(f"cold starts, round {number + 1} of {ROUNDS}")
            rounds.append({name: start(folder, code) for name, code in {"baseline": USUAL, **starts}.items()})
    return figures(rounds)


def figures(rounds: list[dict[str, Cost]]) -> dict[str, float]:
    """Give the medians over the rounds. A ratio compares two processes of the same round."""
    made: dict[str, float] = {}
    for name in rounds[0]:
        made[f"cold.{name}.cpu_ms"] = median(taken[name][0] for taken in rounds) * 1e3
        made[f"cold.{name}.rss_mb"] = median(taken[name][1] for taken in rounds) / 1e6
        if name != "baseline":
            made[f"cold.{name}.ratio_cpu"] = median(taken[name][0] / taken["baseline"][0] for taken in rounds)
            made[f"cold.{name}.ratio_rss"] = median(taken[name][1] / taken["baseline"][1] for taken in rounds)
    return made


def _unpack(folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(build_local())) as package:
        package.extractall(folder)
    source = folder / "baseline.py"
    source.write_text(Path(__file__).with_name("baseline.py").read_text())
    compileall.compile_file(source, quiet=2)


def start(folder: str, code: str) -> Cost:
    """Run a process with the package in a folder until it is ready. It runs with `-S`: Lambda reads no .pth files."""
    command = [sys.executable, "-S", "-c", code + ASK]
    done = subprocess.run(command, cwd=folder, env=_environment(folder), check=True, capture_output=True)  # noqa: S603
    cpu, peak = done.stdout.split()[-2:]
    return float(cpu), float(peak)


def _environment(folder: str) -> dict[str, str]:
    """Give the variables that hub.yaml and Lambda set. LAMBDA_TASK_ROOT turns Powertools' Tracer on."""
    tables = ("INBOX_TABLE", "RECORDS_TABLE", "CONNECTIONS_TABLE", "PAYLOAD_BUCKET", "BUS_NAME", "API_SECRET")
    return {
        **{name: name.lower() for name in tables},
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])),
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_TASK_ROOT": folder,
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Tributary/bench",
    }
