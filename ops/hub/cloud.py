"""The embedded cloud: AWS on 127.0.0.1 in a child process. It needs no account and nothing to install."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import boto3
from botocore.config import Config

REGION = "us-east-1"
START_SECONDS = 40.0
STOP_SECONDS = 25.0  # the child itself waits up to 8 s for running functions, then writes its state
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")  # functions inherit the child's environment


class CloudError(Exception):
    """The embedded cloud did not start, or does not answer."""

    code = "cloud_failed"
    retry = False
    cause: Literal["configuration", "platform"] = "platform"


@dataclass
class Cloud:
    """A running embedded AWS. `directory` holds its log, its temporary files and, if `is_kept`, its state."""

    endpoint: str
    pid: int
    directory: Path
    is_kept: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def start(cls, data_dir: Path | None = None, port: int | None = None, *, detach: bool = False) -> Self:
        """Start it and wait until it answers. With `data_dir` it keeps its state there over restarts.

        Without `detach` it ends when this process ends, even if this process is killed.

        Raises:
            CloudError: It ended, did not answer in time, its port is taken, or its state belongs to another port.
        """
        directory = Path(tempfile.mkdtemp(prefix="tributary-")) if data_dir is None else data_dir.absolute()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # its state holds secrets
        port = _port(directory, port)
        process = _spawn(directory, port, keep=data_dir is not None, tied=not detach)
        cloud = cls(f"http://127.0.0.1:{port}", process.pid, directory, data_dir is not None, process)
        cloud._wait_until_ready()
        return cloud

    def client(self, service: str) -> Any:
        """Give a boto3 client for it. Threads may share the client."""
        with self._making:
            if service not in self._clients:
                session = boto3.session.Session("test", "test", region_name=REGION)
                config = Config(max_pool_connections=64, s3={"addressing_style": "path"})
                self._clients[service] = session.client(service, endpoint_url=self.endpoint, config=config)
            return self._clients[service]

    def stop(self) -> None:
        """Let running functions finish, save the state, and leave no process behind."""
        if self.is_running():
            os.kill(self.pid, signal.SIGTERM)
            for _ in _ticks(STOP_SECONDS):
                if not self._exists():
                    break
        elif self.process is None:
            return
        with contextlib.suppress(OSError):  # the group is gone, or only zombies are left in it
            for _ in _ticks(1):
                os.killpg(self.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
        shutil.rmtree(self.directory if not self.is_kept else self.directory / "tmp", ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def is_running(self) -> bool:
        """Say whether it runs. If another process started it, its port must listen too: process ids are used again."""
        return self._exists() and (self.process is not None or self._listens())

    def _exists(self) -> bool:
        if self.process is not None:
            return self.process.poll() is None
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        with contextlib.suppress(OSError):
            os.kill(self.pid, 0)
            return True
        return False

    def _listens(self) -> bool:
        host, port = self.endpoint.removeprefix("http://").split(":")
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=5):
            return True
        return False

    def _wait_until_ready(self) -> None:
        for _ in _ticks(START_SECONDS):
            if not self.is_running():
                break
            with contextlib.suppress(OSError, urllib.error.HTTPError):
                urllib.request.urlopen(f"{self.endpoint}/_ministack/ready", timeout=2).close()  # noqa: S310 -- our own
                return
        tail = (self.directory / "cloud.log").read_text(errors="replace")[-2000:]
        self.stop()
        raise CloudError(f"the embedded cloud did not start on {self.endpoint}:\n{tail}")


def _spawn(directory: Path, port: int, *, keep: bool, tied: bool) -> subprocess.Popen[bytes]:
    shutil.rmtree(directory / "tmp", ignore_errors=True)  # left by a cloud that was killed
    (directory / "tmp").mkdir()
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | {
        "AWS_EC2_METADATA_DISABLED": "true",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_WARM_TTL_SECONDS": "60",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "SFTP_ENABLED": "0",
        "TMPDIR": str(directory / "tmp"),
    }
    if keep:
        state = str(directory / "state")
        environment |= {"PERSIST_STATE": "1", "STATE_DIR": state, "S3_PERSIST": "1", "S3_DATA_DIR": f"{state}/s3"}
    command = [sys.executable, "-m", "ops.hub.embedded", *(["--tied"] if tied else [])]
    with (directory / "cloud.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 -- nothing of it comes from outside
            command,
            cwd=Path(__file__).parents[2],
            env=environment,
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _port(directory: Path, wanted: int | None) -> int:
    """Choose the port: the wanted one, otherwise the one this state was made on, otherwise any free one.

    A state cannot move to another port, for the URL of every queue holds the port.

    Raises:
        CloudError: the port is taken, or another one is wanted than the state was made on.
    """
    note = directory / "port.json"
    kept = json.loads(note.read_text()) if note.exists() else None
    if kept and wanted and kept != wanted:
        raise CloudError(
            f"{directory} was made on port {kept}, which its queues' addresses hold: use that, not {wanted}"
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or kept or 0))
        except OSError as error:
            raise CloudError(f"port {wanted or kept} is taken") from error
        port: int = probe.getsockname()[1]
    note.write_text(json.dumps(port))
    return port


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.05)
