"""The hub that commands speak to: the embedded one that `tributary up` started here, or one in an AWS account."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import urllib3

from ops.hub.cloud import Cloud
from ops.hub.deploy import Hub, find_hub

TENANT = "main"


class NoHubError(Exception):
    """No hub runs here and none was named, or one runs where none may."""


class ApiError(Exception):
    """The hub's API refused a request. The message is the API's own explanation."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('title', 'error')} ({status}): {problem.get('detail', '')}")
        self.status = status
        self.problem = problem


def note_file() -> Path:
    """Give the file that notes the embedded hub of this folder."""
    return Path(os.environ.get("TRIBUTARY_HOME", ".tributary")) / "hub.json"


def note(cloud: Cloud, hub: Hub) -> dict[str, Any]:
    """Write the note of a running embedded hub, and give it. The file holds the token: only its owner may read it."""
    urls = {"webhooks": hub.webhooks_url, "api": f"{hub.api_url}/v1", "token": hub.token}
    content = {**urls, "console": f"{hub.api_url}/v1/health", "endpoint": cloud.endpoint, "pid": cloud.pid}
    content |= {"directory": str(cloud.directory), "kept": cloud.is_kept}
    note_file().parent.mkdir(parents=True, exist_ok=True)
    note_file().write_text(json.dumps(content, indent=2))
    note_file().chmod(0o600)
    return content


def noted() -> dict[str, Any] | None:
    """Read the note of the embedded hub. None where no hub was started, or where it ended."""
    if not note_file().exists():
        return None
    content: dict[str, Any] = json.loads(note_file().read_text())
    if not embedded(content).is_running():
        return None
    return content


def embedded(content: dict[str, Any]) -> Cloud:
    """Give the embedded cloud that a note is about."""
    return Cloud(content["endpoint"], content["pid"], Path(content["directory"]), content["kept"])


@dataclass
class Api:
    """The hub's HTTP API as a client sees it."""

    hub: Hub

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=32, timeout=urllib3.Timeout(30), retries=False)

    def get(self, path: str, **query: str | None) -> Any:
        """Send a GET request. `path` begins with /v1. Query parameters that are None are left out.

        Raises:
            ApiError: the hub refused.
        """
        asked = {name: value for name, value in query.items() if value is not None}
        answer = self._pool.request("GET", self.hub.api_url + path, fields=asked, headers=self._headers())
        return self._checked(answer)

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> tuple[int, Any]:
        """Send a POST request with a body as it is, and give status and answer.

        Raises:
            ApiError: the hub refused.
        """
        headers = {**self._headers(), "Content-Type": content_type}
        answer = self._pool.request("POST", self.hub.api_url + path, body=body, headers=headers)
        return answer.status, self._checked(answer)

    def send(
        self, path: str, content: dict[str, Any], method: str = "POST", headers: dict[str, str] | None = None
    ) -> Any:
        """Send a JSON object and give the answer.

        Raises:
            ApiError: the hub refused.
        """
        known = {**self._headers(), "Content-Type": "application/json", **(headers or {})}
        body = json.dumps(content).encode()
        return self._checked(self._pool.request(method, self.hub.api_url + path, body=body, headers=known))

    def webhook(self, connection_id: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        """Send a webhook as a channel would, and give status and answer. A refusal is given too, not raised."""
        url = f"{self.hub.webhooks_url}/{connection_id}"
        answer = self._pool.request("POST", url, body=body, headers=headers)
        return answer.status, json.loads(answer.data or b"{}")

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.hub.token}"}

    @staticmethod
    def _checked(answer: Any) -> Any:
        content = json.loads(answer.data or b"{}")
        if answer.status >= 400:
            raise ApiError(answer.status, content)
        return content


def current(name: str | None = None) -> Hub:
    """Give the hub that commands speak to.

    With `name` or TRIBUTARY_HUB it is the hub of that name in the AWS account of the current credentials. Otherwise it
    is the embedded hub of this folder.

    Raises:
        NoHubError: no hub runs here and none was named.
        DeployError: there is no hub of that name.
    """
    if name or os.environ.get("TRIBUTARY_HUB"):
        return find_hub(boto3.session.Session().client, name=name or os.environ["TRIBUTARY_HUB"])
    content = noted()
    if content is None:
        raise NoHubError("no hub runs here: start one with `tributary up`, or name one in AWS with TRIBUTARY_HUB=…")
    return find_hub(embedded(content).client, endpoint=content["endpoint"])
