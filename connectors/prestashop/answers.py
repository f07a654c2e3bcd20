"""Reads what PrestaShop's webservice answers, JSON or XML, always into the shape of its JSON; writes its XML."""

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from connectors.errors import UnavailableError
from connectors.http import Response
from mappings.errors import PayloadError
from mappings.payloads import parse_xml

# A customer's password hash and the keys that log them in: nobody behind the client may see them.
SECRETS = frozenset({"passwd", "secure_key", "reset_password_token"})
ONE_OF = {
    "addresses": "address", "carriers": "carrier", "combinations": "combination", "countries": "country",
    "currencies": "currency", "customers": "customer", "order_carriers": "order_carrier",
    "order_details": "order_detail", "order_slips": "order_slip", "order_states": "order_state", "orders": "order",
    "products": "product", "stock_availables": "stock_available",
}  # fmt: skip


def rows(answer: Response, resource: str) -> list[dict[str, Any]]:
    """Give the resources of a list; an empty one is `[]` in JSON and an empty element in XML.

    Raises:
        UnavailableError: the answer is an error or no list of them.
    """
    body = _body(answer)
    found = body.get(resource, body) if isinstance(body, dict) else body
    if isinstance(found, dict):
        found = found.get(ONE_OF[resource])
    if found is None and (body is None or (isinstance(body, dict) and resource in body)):
        return []
    listed = [found] if isinstance(found, dict) else found
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise UnavailableError(f"{answer.channel} answered {answer.status} without {resource}")
    return listed


def row(answer: Response, resource: str) -> dict[str, Any]:
    """Give the one resource of an answer.

    Raises:
        UnavailableError: the answer is an error or another thing.
    """
    found = rows(answer, resource)
    if len(found) != 1 or "id" not in found[0]:
        raise UnavailableError(f"{answer.channel} answered {answer.status} without {ONE_OF[resource]}")
    return found[0]


def moment(answer: Response) -> str | None:
    """Give the time of an answer by the shop's own clock (RFC 3339); None where it says none."""
    said = email.utils.parsedate_tz(answer.headers.get("date") or "")
    return datetime.fromtimestamp(email.utils.mktime_tz(said), UTC).isoformat() if said else None


def _body(answer: Response) -> Any:
    """Parse an answer, JSON or XML as the shop chose, and take the secrets out."""
    if answer.body.lstrip().startswith(b"<"):
        try:
            parsed = parse_xml(answer.body)
        except PayloadError as error:
            raise UnavailableError(f"{answer.channel} answered {answer.status} with neither JSON nor XML") from error
        if "prestashop" not in parsed:
            raise UnavailableError(f"{answer.channel} answered {answer.status} with a page")
        body = plain(parsed["prestashop"])
    else:
        body = answer.json()
    if isinstance(body, dict) and body.get("errors"):
        raise UnavailableError(f"{answer.channel} answered {answer.status} with errors")
    return without_secrets(body)


def without_secrets(node: Any) -> Any:
    """Give a copy without the fields named in SECRETS."""
    if isinstance(node, list):
        return [without_secrets(each) for each in node]
    if isinstance(node, dict):
        return {name: without_secrets(value) for name, value in node.items() if name not in SECRETS}
    return node


def plain(node: Any) -> Any:
    """Give parsed XML in the shape of the JSON of the same resource.

    Links are left out. Languages and associations are lists.
    """
    if isinstance(node, list):
        return [plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    inner = {name: value for name, value in node.items() if name[:1] not in ("@", "#")}
    if not inner:
        return node.get("#text")
    if inner.keys() == {"language"}:
        return [{"id": each.get("@id"), "value": each.get("#text")} for each in _listed(inner["language"])]
    return {name: _associations(value) if name == "associations" else plain(value) for name, value in inner.items()}


def _associations(node: Any) -> dict[str, Any]:
    """Give each association as a list, also where it has one element or none."""
    found: dict[str, Any] = {}
    for name, wrapped in (node or {}).items():
        inner = [value for key, value in (wrapped or {}).items() if key[:1] not in ("@", "#")]
        found[name] = [plain(each) for each in _listed(inner[0])] if inner else []
    return found


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [node]


def xml_of(resource: str, fields: Mapping[str, Any]) -> bytes:
    """Write a flat resource for a PUT, with all its fields: PrestaShop empties a field that is missing."""
    name = ONE_OF[resource]
    inner = "".join(
        f"<{field}>{escape(str('' if value is None else value))}</{field}>"
        for field, value in fields.items()
        if not isinstance(value, dict | list)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><prestashop><{name}>{inner}</{name}></prestashop>'.encode()
