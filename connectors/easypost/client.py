"""EasyPost's API: the shipment behind a tracker."""

import base64
import urllib.parse
from collections.abc import Mapping
from typing import Any

from connectors.client import Document
from connectors.connection import Connection
from connectors.errors import RejectedError, UnavailableError
from connectors.http import Http


class Client:
    """One EasyPost account, in test or production mode as its key says."""

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._base_url = connection.base_url
        self._secrets = secrets
        self._http = http

    def shipment(self, id: str) -> Document:  # noqa: A002
        """Fetch a shipment: its `reference` says which channel's order it carries."""
        # Basic authentication with the key as user and no password.
        credentials = base64.b64encode(f"{self._secrets['api_key']}:".encode()).decode()
        answer = self._http.call(
            "GET",
            f"{self._base_url}/v2/shipments/{urllib.parse.quote(id, safe='')}",
            headers={"Authorization": f"Basic {credentials}"},
        )
        body = answer.json()
        if not isinstance(body, dict) or "id" not in body:
            raise self._failure(id, body)
        return Document("shipment", answer.body)

    def _failure(self, id: str, body: Any) -> RejectedError | UnavailableError:  # noqa: A002
        """Say what a 200 without a shipment means: an error in EasyPost's shape is for good, anything else passes."""
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, dict) and error.get("code"):
            return RejectedError(f"{self._http.name} refused shipment {id}: {error['code']}")
        return UnavailableError(f"{self._http.name} answered without shipment {id}")
