"""DHL's tracking APIs: Shipment Tracking Unified, and MyDHL for accounts of DHL Express."""

import base64
import urllib.parse
from collections.abc import Mapping
from typing import Any

import orjson

from connectors.client import Document
from connectors.connection import Connection
from connectors.errors import NotFoundError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http, Response

EXPRESS_URL = "https://express.api.dhl.com/mydhlapi"
EXPRESS_VERSION = "3.1.0"  # MyDHL refuses calls without it
# All events of the shipment, each with its GMT offset: without the offset a time is the place's local time.
EXPRESS_VIEW = "trackingView=all-checkpoints&levelOfDetail=shipment&requestGMTOffsetPerEvent=true"


class Client:
    """One application at developer.dhl.com; `settings.express_url` is MyDHL's address where it is not production."""

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._secrets = secrets
        self._http = http

    def shipments(self, id: str) -> Document:  # noqa: A002
        """Fetch what any division knows of a number. An unknown number gives a document without facts."""
        query = urllib.parse.urlencode({"trackingNumber": id})
        headers = {"DHL-API-Key": self._secrets["api_key"], "Accept": "application/json"}
        return self._document("shipments", f"{self._connection.base_url}/track/shipments?{query}", headers)

    def express(self, id: str) -> Document:  # noqa: A002
        """Fetch a shipment of DHL Express from MyDHL. An unknown number gives a document without facts.

        Raises:
            UnauthorisedError: the connection has no express_login, or MyDHL refuses it.
        """
        if "express_login" not in self._secrets:
            raise UnauthorisedError(f"{self._http.name} has no secret express_login (user:password) for MyDHL")
        base = self._connection.settings.get("express_url", EXPRESS_URL)
        credentials = base64.b64encode(self._secrets["express_login"].encode()).decode()
        url = f"{base}/shipments/{urllib.parse.quote(id, safe='')}/tracking?{EXPRESS_VIEW}"
        headers = {"Authorization": f"Basic {credentials}", "x-version": EXPRESS_VERSION, "Accept": "application/json"}
        return self._document("express", url, headers)

    def _document(self, topic: str, url: str, headers: Mapping[str, str]) -> Document:
        try:
            answer = self._http.call("GET", url, headers=headers)
        except NotFoundError:
            # Not scanned yet, or not known any more: it must not hold up the other numbers of its list.
            return Document(topic, orjson.dumps({"shipments": []}))
        self._check(answer)
        return Document(topic, answer.body)

    def _check(self, answer: Response) -> None:
        """Raise where an answer holds no shipments.

        Raises:
            RejectedError: it holds a problem in DHL's shape, with a status of 4xx but 429.
            UnavailableError: it holds anything else. It is tried again.
        """
        body: Any = answer.json()
        if isinstance(body, dict) and isinstance(body.get("shipments"), list):
            return
        status = str(body.get("status", "")) if isinstance(body, dict) else ""
        if status.startswith("4") and status != "429":
            raise RejectedError(f"{self._http.name} answered {answer.status} with a problem of status {status}")
        raise UnavailableError(f"{self._http.name} answered {answer.status} without shipments")
