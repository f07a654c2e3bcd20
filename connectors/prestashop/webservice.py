"""PrestaShop's webservice as the client asks it: pages by date or of all, what others name by id, and one resource."""

import base64
import datetime
import urllib.parse
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from connectors.connection import Connection
from connectors.http import Http, Response
from connectors.prestashop.reading import row, rows, xml_of

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
        """List what changed since then by id, and say where the next page starts."""
        _, found, following = self.page(resource, since, cursor, by="date_upd")
        return found, following

    def page(self, resource: str, since: str, cursor: str | None, by: str) -> tuple[Response, list[Row], str | None]:
        """List by id what has a date since then, with the answer and where the next page starts.

        What changes meanwhile comes into the list and never leaves it, so a page can repeat rows but not skip any.
        """
        zone = ZoneInfo(self._connection.timezone)
        local = datetime.datetime.fromisoformat(since).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        return self.all(resource, cursor, **{f"filter[{by}]": f"[{local},{FOR_EVER}]", "date": "1"})

    def all(self, resource: str, cursor: str | None, **query: str) -> tuple[Response, list[Row], str | None]:
        """List a resource by id, with the answer and where the next page starts."""
        offset = int(cursor or 0)
        answer = self.get(resource, **query, display="full", sort="[id_ASC]", limit=f"{offset},{PAGE}")
        found = rows(answer, resource)
        return answer, found, str(offset + PAGE) if len(found) == PAGE else None

    def named(self, resource: str, by: Iterable[Row], field: str, display: str = "") -> dict[str, Row]:
        """Fetch what rows name by id, in one call: id → resource."""
        ids = sorted({str(each.get(field) or "0") for each in by} - {"0"})
        return {str(each["id"]): each for each in self._where(resource, "id", ids, display)}

    def of(
        self, resource: str, field: str, owners: Iterable[Row], display: str = "", **query: str
    ) -> dict[str, list[Row]]:
        """Fetch what belongs to rows, in one call: owner's id → resources."""
        found: dict[str, list[Row]] = {}
        for each in self._where(resource, field, [str(owner["id"]) for owner in owners], display, **query):
            found.setdefault(str(each[field]), []).append(each)
        return found

    def one(self, resource: str, id: str) -> Row:  # noqa: A002
        """Get one resource."""
        return row(self.get(f"{resource}/{urllib.parse.quote(id, safe='')}"), resource)

    def get(self, path: str, **query: str) -> Response:
        """Ask for something."""
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
        query["output_format"] = "JSON"  # where a shop does not know it, XML comes and is read too
        if id_shop := self._connection.settings.get("id_shop"):
            query["id_shop"] = id_shop
        return f"{self._connection.base_url}/api/{path}?{urllib.parse.urlencode(query)}"
