"""La Poste's tracking API (Suivi v2): up to ten parcels a call, by their numbers."""

import urllib.parse
from collections.abc import Mapping
from typing import Any

import orjson

from connectors.client import Document, Page
from connectors.connection import Connection
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnavailableError
from connectors.http import DEFAULT_RETRY_AFTER, Http

AT_ONCE = 10
NOT_YET_KNOWN = 404
UNFIT = (400, 404)


class Client:
    """One application at La Poste.

    `settings.parcels` are the numbers a poll asks for, with commas between them. `settings.language` is the language of
    the labels (default fr_FR); La Poste refuses a language that it does not list.
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._secrets = secrets
        self._http = http

    def idship(self, id: str) -> Document:  # noqa: A002
        """Fetch one parcel. A parcel that was not scanned yet gives a document that says so, and no fact.

        Raises:
            RejectedError: the number is not one of La Poste's.
        """
        try:
            items = self._items([id])
        except NotFoundError:
            items = []
        for item in items:
            if "shipment" in item:
                return Document("idship", orjson.dumps(item))
            if item.get("returnCode") != NOT_YET_KNOWN:
                raise RejectedError(f"{self._http.name} refused parcel {id}: {item.get('returnCode')}")
        return Document("idship", orjson.dumps({"idShip": id, "returnCode": NOT_YET_KNOWN}))

    def poll_parcels(self, since: str, cursor: str | None) -> Page:
        """Ask for the parcels in `settings.parcels`, ten at a time; `cursor` is the offset.

        Numbers that are wrong or not scanned yet are left out: they must not hold up the others.
        """
        numbers = [number.strip() for number in self._connection.settings.get("parcels", "").split(",")]
        wanted = list(dict.fromkeys(filter(None, numbers)))
        offset = int(cursor or 0)
        asked = wanted[offset : offset + AT_ONCE]
        try:
            items = self._items(asked) if asked else []
        except RejectedError as error:
            # For one number, or where it knows none of them, La Poste answers with the item's own code as the status.
            if error.status not in UNFIT:
                raise
            items = []
        documents = tuple(Document("idship", orjson.dumps(item)) for item in items if "shipment" in item)
        reached = offset + AT_ONCE
        return Page(documents, str(reached) if reached < len(wanted) else None)

    def _items(self, numbers: list[str]) -> list[dict[str, Any]]:
        """Ask for parcels. One gives an object, several give a list; a 207 gives either, or `responses`."""
        path = ",".join(urllib.parse.quote(number, safe="") for number in numbers)
        language = self._connection.settings.get("language", "fr_FR")
        answer = self._http.call(
            "GET",
            f"{self._connection.base_url}/suivi/v2/idships/{path}?lang={urllib.parse.quote(language, safe='')}",
            headers={"X-Okapi-Key": self._secrets["okapi_key"], "Accept": "application/json"},
        )
        body = answer.json()
        items = body["responses"] if isinstance(body, dict) and "responses" in body else body
        items = items if isinstance(items, list) else [items]
        for item in items:
            self._check(item, answer.status)
        return items

    def _check(self, item: Any, status: int) -> None:
        """Raise what an item says about the service. What it says about its parcel is left to the caller."""
        if not isinstance(item, dict):
            raise UnavailableError(f"{self._http.name} answered {status} with something that is no parcel")
        # The gateway's own errors (quota, maintenance) come in a 200 or 207, too, beside or instead of the item's code.
        if item.get("code") == "TOO_MANY_REQUESTS":
            raise RateLimitedError(f"{self._http.name} answered {status} with TOO_MANY_REQUESTS", DEFAULT_RETRY_AFTER)
        if "shipment" not in item and item.get("returnCode") not in UNFIT:
            raise UnavailableError(f"{self._http.name} answered {status} with {item.get('code') or 'no parcel'}")
