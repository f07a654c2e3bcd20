"""PrestaShop's webservice: pages of a resource, those changed since a time, those others name by id, and one by id."""

import base64
import datetime
import urllib.parse
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from connectors.connection import Connection
from connectors.http import Http, Response
from connectors.prestashop.answers import row, rows, xml_of

PAGE = 50
FOR_EVER = "2100-01-01 00:00:00"

Row = dict[str, Any]


class Webservice:
    """The webservice of one shop, with its key as the user and no password."""

    def __init__(self, connection: Connection, key: str, http: Http) -> None:
        self._connection = connection
        self._headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
        self._http = http

    def changed(self, resource: str, since: str, cursor: str | None) -> tuple[list[Row], str | None]:
        """List what changed since then, in the order of ids, with the cursor of the next page."""
        _, found, following = self.page(resource, since, cursor, by="date_upd")
        return found, following

    def page(self, resource: str, since: str, cursor: str | None, by: str) -> tuple[Response, list[Row], str | None]:
        """List what has its date `by` since then, in the order of ids: (answer, rows, cursor of the next page).

        A row that changes meanwhile comes into the list and never leaves it. So a page can repeat rows but skips none.
        """
        zone = ZoneInfo(self._connection.timezone)
        local = datetime.datetime.fromisoformat(since).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        return self.all(resource, cursor, **{f"filter[{by}]": f"[{local},{FOR_EVER}]", "date": "1"})

    def all(self, resource: str, cursor: str | None, **query: str) -> tuple[Response, list[Row], str | None]:
        """List a resource in the order of ids: (answer, rows, cursor of the next page)."""
        offset = int(cursor or 0)
        answer = self.get(resource, **query, display="full", sort="[id_ASC]", limit=f"{offset},{PAGE}")
        found = rows(answer, resource)
        return answer, found, str(offset + PAGE) if len(found) == PAGE else None

    def named(self, resource: str, by: Iterable[Row], field: str, display: str = "") -> dict[str, Row]:
        """Fetch the resources that rows name by id in `field`, in one call: id → resource."""
        ids = sorted({str(each.get(field) or "0") for each in by} - {"0"})
        return {str(each["id"]): each for each in self._where(resource, "id", ids, display)}

    def of(
        self, resource: str, field: str, owners: Iterable[Row], display: str = "", **query: str
    ) -> dict[str, list[Row]]:
        """Fetch the resources that belong to rows, in one call: owner's id → resources."""
        found: dict[str, list[Row]] = {}
        for each in self._where(resource, field, [str(owner["id"]) for owner in owners], display, **query):
            found.setdefault(str(each[field]), []).append(each)
        return found

    def one(self, resource: str, id: str) -> Row:  # noqa: A002
        """Get one resource."""
        return row(self.get(f"{resource}/{urllib.parse.quote(id, safe='')}"), resource)

    def get(self, path: str, **query: str) -> Response:
        """Make a GET below /api/."""
        return self._http.call("GET", self._url(path, **query), headers=self._headers)

    def put(self, resource: str, id: str, fields: Row) -> Response:  # noqa: A002
        """Replace a resource by all of its fields."""
        headers = {**self._headers, "Content-Type": "text/xml"}
        url = self._url(f"{resource}/{urllib.parse.quote(id, safe='')}")
        answer = self._http.call("PUT", url, headers=headers, body=xml_of(resource, fields))
        row(answer, resource)
        return answer

    def _where(self, resource: str, field: str, values: list[str], display: str, **query: str) -> list[Row]:
        if not values:
            return []
        query |= {f"filter[{field}]": f"[{'|'.join(values)}]", "display": f"[{display}]" if display else "full"}
        return rows(self.get(resource, **query), resource)

    def _url(self, path: str, **query: str) -> str:
        query["output_format"] = "JSON"  # a shop that does not know it answers in XML, which is read too
        if id_shop := self._connection.settings.get("id_shop"):
            query["id_shop"] = id_shop
        return f"{self._connection.base_url}/api/{path}?{urllib.parse.urlencode(query)}"
