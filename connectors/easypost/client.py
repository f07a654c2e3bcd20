"""EasyPost's API: the shipment behind a tracker, the claim behind an event, and events that were missed."""

import base64
import urllib.parse
from collections.abc import Mapping
from typing import Any

import orjson

from connectors.client import Document
from connectors.connection import Connection
from connectors.errors import RejectedError, UnavailableError
from connectors.http import Http, Response


class Client:
    """One EasyPost account, in test or production mode as its key says."""

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._base_url = connection.base_url
        self._secrets = secrets
        self._http = http

    def shipment(self, id: str) -> Document:  # noqa: A002
        """Fetch a shipment: its `reference` says which channel's order it carries."""
        return Document("shipment", self._get(f"shipment {id}", f"/v2/shipments/{_quoted(id)}", "id").body)

    def claim(self, id: str) -> Document:  # noqa: A002
        """Fetch a claim for a parcel that was lost, damaged or stolen, with its history."""
        return Document("claim", self._get(f"claim {id}", f"/v2/claims/{_quoted(id)}", "id").body)

    def missed(self, id: str) -> Document:  # noqa: A002
        """Fetch an event as its webhook carried it: with `result`, which EasyPost's list of events leaves out.

        An event that was sent to nobody gives an empty list of events.
        """
        answer = self._get(f"event {id}", f"/v2/events/{_quoted(id)}/payloads", "payloads")
        sent = [each["request_body"] for each in answer.json()["payloads"] if each.get("request_body")]
        if not sent:
            return Document("events", orjson.dumps({"events": [], "asked": id}))
        event = self._read(sent[-1])
        return Document(event["description"], orjson.dumps(event))

    def _read(self, body: str) -> dict[str, Any]:
        try:
            event = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise UnavailableError(f"{self._http.name} keeps an event that is no JSON") from error
        if not isinstance(event, dict) or not isinstance(event.get("description"), str):
            raise UnavailableError(f"{self._http.name} keeps an event that does not say what it is about")
        return event

    def _get(self, what: str, path: str, key: str) -> Response:
        """Get a resource. Its answer must hold `key`; `what` names it in errors.

        Raises:
            RejectedError: the answer is an error in EasyPost's shape, also in a 200.
            UnavailableError: it is anything else without the key. It is tried again.
        """
        # Basic authentication with the key as user and no password.
        credentials = base64.b64encode(f"{self._secrets['api_key']}:".encode()).decode()
        answer = self._http.call("GET", f"{self._base_url}{path}", headers={"Authorization": f"Basic {credentials}"})
        body = answer.json()
        if isinstance(body, dict) and key in body:
            return answer
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, dict) and error.get("code"):
            raise RejectedError(f"{self._http.name} refused {what}: {error['code']}")
        raise UnavailableError(f"{self._http.name} answered without {what}")


def _quoted(id: str) -> str:  # noqa: A002
    return urllib.parse.quote(id, safe="")
