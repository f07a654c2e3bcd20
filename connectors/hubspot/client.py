"""HubSpot's CRM API (v3): contacts in and out."""

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

import orjson

from connectors.client import Answer, Document, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RejectedError, UnavailableError
from connectors.http import Http, Response

# What mappings/hubspot/contact.in.yaml reads. HubSpot leaves out properties that the account does not have.
PROPERTIES = (
    "email",
    "phone",
    "mobilephone",
    "firstname",
    "lastname",
    "company",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "hs_country_region_code",
    "hs_language",
    "lifecyclestage",
    "loyalty_card",
    "hs_email_optout",
    "hs_legal_basis",
)
HISTORY = "hs_email_optout"  # only the property's history says when it changed, and how
CONTACTS = "/crm/v3/objects/contacts"
SUBSCRIPTIONS = "/communication-preferences/v4/statuses"


class Client:
    """One HubSpot account.

    `settings.loyalty_card_property` names the property that takes the loyalty card, if any. With
    `settings.subscriptions` = "true" a contact's subscriptions to kinds of e-mail are read with it.
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._secrets = secrets
        self._http = http

    def contact(self, id: str) -> Document:  # noqa: A002
        """Fetch a contact. The id of a contact that was merged away gives the survivor, under the survivor's id.

        A contact that is gone by now gives a document that says so, and no fact: it must not hold up its batch.
        """
        wanted = f"properties={','.join(PROPERTIES)}&propertiesWithHistory={HISTORY}"
        path = f"{CONTACTS}/{urllib.parse.quote(id, safe='')}?{wanted}"
        try:
            answer = self._call("GET", path)
        except NotFoundError:
            return Document("contact", orjson.dumps({"id": id, "archived": True}))
        contact = self._read(answer, "id")
        email = (contact.get("properties") or {}).get("email")
        if self._connection.settings.get("subscriptions") == "true" and email:
            return Document("contact", orjson.dumps({**contact, "subscriptions": self._subscriptions(email)}))
        return Document("contact", answer.body)

    def _subscriptions(self, email: str) -> list[Any]:
        """List an address's status for each kind of e-mail. An address that HubSpot does not know has none."""
        path = f"{SUBSCRIPTIONS}/{urllib.parse.quote(email, safe='')}?channel=EMAIL"
        try:
            return list(self._read(self._call("GET", path), "results")["results"])
        except NotFoundError:
            return []

    def save_contact(self, push: Push) -> Answer:
        """Update the contact by its id where the hub knows it, otherwise upsert it by e-mail. `reference` is its id.

        The id comes first: by e-mail, a customer whose e-mail changed elsewhere would become a second contact.

        Raises:
            RejectedError: the contact has neither id nor e-mail, or HubSpot refuses a value.
            UnavailableError: another write of the same contact came between; trying again settles it.
        """
        properties = dict(push.body.get("properties") or {})
        if (name := self._connection.settings.get("loyalty_card_property")) and push.body.get("loyalty_card"):
            properties[name] = push.body["loyalty_card"]
        if contact_id := push.body.get("contact_id"):
            path = f"{CONTACTS}/{urllib.parse.quote(contact_id, safe='')}"
            try:
                answer = self._call("PATCH", path, {"properties": properties})
            except RejectedError as error:
                raise _with_category(error) from error
            return Answer("done", reference=str(self._read(answer, "id")["id"]), status=answer.status)
        if not push.body.get("email"):
            raise RejectedError(f"{self._http.name} needs an e-mail to know a contact by, and {push.key} has none")
        return self._upsert({"id": push.body["email"], "idProperty": "email", "properties": properties})

    def forget_contact(self, push: Push) -> Answer:
        """Delete a contact and all that hangs on it, for good. A contact that HubSpot does not know is gone already.

        Raises:
            UnavailableError: the answer is a 2xx other than 204, so it is not HubSpot's.
        """
        try:
            answer = self._call("POST", f"{CONTACTS}/gdpr-delete", {"objectId": push.body["customer_id"]})
        except NotFoundError:
            return Answer("done", status=404)
        if answer.status != 204:
            raise UnavailableError(f"{self._http.name} answered {answer.status} to an erasure, which is 204 when done")
        return Answer("done", status=answer.status)

    def _upsert(self, contact: dict[str, Any]) -> Answer:
        try:
            answer = self._call("POST", f"{CONTACTS}/batch/upsert", {"inputs": [contact]})
        except RejectedError as error:
            # Two upserts of one new e-mail met. The loser finds the contact when it comes again.
            if error.status == 409:
                raise UnavailableError(f"{self._http.name} met another write of the same contact (409)") from error
            raise _with_category(error) from error
        results = self._read(answer, "results")["results"]
        return Answer("done", reference=str(results[0]["id"]) if results else None, status=answer.status)

    def _call(self, method: str, path: str, json_body: Any = None) -> Response:
        headers = {"Authorization": f"Bearer {self._secrets['access_token']}"}
        return self._http.call(method, f"{self._connection.base_url}{path}", headers=headers, json_body=json_body)

    def _read(self, answer: Response, key: str) -> dict[str, Any]:
        """Read an answer that must hold `key`. A 200 or 207 may carry errors; their texts may hold an e-mail.

        Raises:
            RejectedError: the answer carries errors. The message shows their categories only.
            UnavailableError: the answer lacks `key`.
        """
        body = answer.json()
        errors = body.get("errors") or ([body] if body.get("status") == "error" else [])
        if categories := {str(error.get("category")) for error in errors}:
            raise RejectedError(f"{self._http.name} answered {answer.status} with {', '.join(sorted(categories))}")
        if key not in body:
            raise UnavailableError(f"{self._http.name} answered {answer.status} without {key}")
        return dict(body)


def _with_category(error: RejectedError) -> RejectedError:
    """Add HubSpot's category (CONFLICT, VALIDATION_ERROR…) to a refusal. The text stays out: it may hold an e-mail."""
    try:
        category = json.loads(error.body).get("category")
    except (ValueError, AttributeError):
        category = None
    return type(error)(f"{error} with {category}", error.status, error.body) if category else error
