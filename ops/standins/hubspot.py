"""A stand-in for HubSpot's contacts: people in the CRM, upserts by e-mail, merges, and webhooks about all of them."""

import base64
import hashlib
import hmac
import re
import time
import urllib.parse
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ops.standins.deliveries import Delivery
from ops.standins.server import Reply, Request, Route, StandIn

# The contact properties of a fresh account that the hub uses. `custom_properties` are added by an account.
PROPERTIES = frozenset(
    {"email", "phone", "mobilephone", "firstname", "lastname", "company", "address", "city", "state", "zip", "country"}
    | {"hs_country_region_code", "hs_language", "lifecyclestage", "createdate", "lastmodifieddate"}
    | {"hs_email_optout", "hs_legal_basis"}
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class HubSpot(StandIn):
    """One account. What the API writes comes back as a webhook, with changeSource INTEGRATION."""

    portal_id = 12345678

    def __init__(self, access_token: str, client_secret: str, hub_url: str = "") -> None:
        self._token, self._secret = access_token, client_secret
        self.custom_properties: set[str] = {"loyalty_card"}
        self.conflicts = 0  # how many of the next upserts meet another write of the same contact
        self._contacts: dict[str, dict[str, Any]] = {}
        self._merged_into: dict[str, str] = {}
        self._history: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._subscriptions: dict[str, list[dict[str, Any]]] = {}
        self._events = 0
        super().__init__(hub_url)

    def routes(self) -> list[Route]:
        """List the calls."""
        contacts = "/crm/v3/objects/contacts"
        return [
            ("POST", rf"{contacts}/batch/upsert", self._upsert),
            ("POST", rf"{contacts}/gdpr-delete", self._forget),
            ("GET", contacts, self._list),
            ("GET", rf"{contacts}/(?P<id>[^/]+)", self._get),
            ("PATCH", rf"{contacts}/(?P<id>[^/]+)", self._patch),
            ("GET", r"/communication-preferences/v4/statuses/(?P<email>[^/]+)", self._statuses),
        ]

    def authorised(self, request: Request) -> bool:
        """Check the bearer token."""
        return hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._token}")

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Sign method, URL, raw body and the time in milliseconds (version 3)."""
        moment = str(int(time.time() * 1000))
        signed = b"POST" + url.encode() + delivery.body + moment.encode()
        digest = base64.b64encode(hmac.new(self._secret.encode(), signed, hashlib.sha256).digest()).decode()
        return {"X-HubSpot-Signature-v3": digest, "X-HubSpot-Request-Timestamp": moment}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error. A 429 names the limit that was reached."""
        category = {401: "INVALID_AUTHENTICATION", 404: "OBJECT_NOT_FOUND", 500: "INTERNAL_ERROR"}.get(status, code)
        body = {"status": "error", "message": message, "correlationId": str(uuid.uuid4()), "category": category}
        if status == 429:
            body |= {"category": "RATE_LIMITS", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
        return status, {}, body

    def soft_error(self) -> Reply:
        """Answer 207: every input of a batch was refused."""
        return 207, {}, self._batch([], [_refusal("VALIDATION_ERROR", "Property values were not valid")])

    def contacts(self) -> dict[str, dict[str, str]]:
        """Give the properties of every contact by its id, for comparisons."""
        with self.lock:
            return {contact_id: dict(contact["properties"]) for contact_id, contact in self._contacts.items()}

    def create_contact(self, **properties: str) -> str:
        """Let somebody create a contact in the CRM; gives its id."""
        with self.lock:
            contact_id = self._create(properties)
            self._tell(self._creation(contact_id, "CRM_UI"))
            return contact_id

    def change_contact(self, contact_id: str, **properties: str) -> None:
        """Let somebody change a contact in the CRM."""
        with self.lock:
            self._tell(*self._change(contact_id, properties, "CRM_UI"))

    def unsubscribe(self, contact_id: str, *, again: bool = False) -> None:
        """Let somebody use the link under an e-mail: unsubscribe from all e-mail, or with `again` subscribe."""
        with self.lock:
            self._tell(*self._change(contact_id, {"hs_email_optout": "false" if again else "true"}, "EMAIL"))

    def decide(self, email: str, subscription: str, status: str, legal_basis: str | None = None) -> None:
        """Let somebody say whether they want one kind of e-mail. No webhook is sent."""
        about = {"channel": "EMAIL", "source": "FORM", "subscriberIdString": email, "subscriptionName": subscription}
        with self.lock:
            said = self._subscriptions.setdefault(email, [])
            said.append({**about, "status": status, "legalBasis": legal_basis, "timestamp": self._stamp()})

    def merge(self, primary: str, *merged: str, new_id: bool = False) -> str:
        """Merge contacts, and give the id of what is left, which may be new. For the others a deletion is sent, too."""
        with self.lock:
            survivor = primary
            if new_id:
                survivor = self._create(self._contacts.pop(primary)["properties"])
                self._merged_into[primary] = survivor
            for contact_id in merged:
                gone = self._contacts.pop(contact_id)
                self._merged_into[contact_id] = survivor
                kept = self._contacts[survivor]["properties"]
                self._contacts[survivor]["properties"] = {**gone["properties"], **kept}
            self._contacts[survivor]["updatedAt"] = self._stamp()
            about = {"primaryObjectId": int(primary), "mergedObjectIds": [int(contact_id) for contact_id in merged]}
            about |= {"numberOfPropertiesMoved": len(merged)} | ({"newObjectId": int(survivor)} if new_id else {})
            self._tell(self._event("contact.merge", primary, "CRM_UI", **about))
            self._tell(*(self._event("contact.deletion", contact_id, "CRM_UI") for contact_id in merged))
            return survivor

    def erase(self, contact_id: str) -> None:
        """Let somebody erase a contact for privacy. Two webhooks are sent, and nothing is left."""
        with self.lock:
            del self._contacts[contact_id]
            self._tell(
                self._event("contact.privacyDeletion", contact_id, "CRM_UI"),
                self._event("contact.deletion", contact_id, "CRM_UI"),
            )

    # The API.

    def _upsert(self, request: Request) -> Reply:
        inputs = request.json()["inputs"]
        if self.conflicts:
            self.conflicts -= 1
            return self.error(409, "CONFLICT", "Contact already exists")
        ids = [each["id"] for each in inputs]
        if len(set(ids)) < len(ids):
            return self.error(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input. IDs must be unique")
        if unknown := {name for each in inputs for name in each["properties"]} - PROPERTIES - self.custom_properties:
            return self.error(400, "VALIDATION_ERROR", f"Property values were not valid: {sorted(unknown)}")
        results, errors, events = [], [], []
        for each in inputs:
            if each.get("idProperty") != "email" or not EMAIL.fullmatch(each["id"]):
                errors.append(_refusal("VALIDATION_ERROR", f"{each['id']} is not a valid email"))
                continue
            found = self._by_email(each["id"])
            contact_id = found or self._create({"email": each["id"], **each["properties"]})
            events += (
                self._change(contact_id, each["properties"], "INTEGRATION")
                if found
                else [self._creation(contact_id, "INTEGRATION")]
            )
            results.append({**self._shown(contact_id), "new": not found})
        self._tell(*events)
        return 207 if errors else 200, {}, self._batch(results, errors)

    def _patch(self, request: Request) -> Reply:
        contact_id = self._merged_into.get(request.groups["id"], request.groups["id"])
        properties = request.json()["properties"]
        if contact_id not in self._contacts:
            return self._not_found()
        if properties.keys() - PROPERTIES - self.custom_properties:
            return self.error(400, "VALIDATION_ERROR", "Property values were not valid")
        if (other := self._by_email(properties.get("email"))) not in (None, contact_id):
            return self.error(409, "CONFLICT", f"A contact with the email already exists. Existing ID: {other}")
        self._tell(*self._change(contact_id, properties, "INTEGRATION"))
        return 200, {}, self._shown(contact_id)

    def _get(self, request: Request) -> Reply:
        contact_id = self._merged_into.get(request.groups["id"], request.groups["id"])
        if contact_id not in self._contacts:
            return self._not_found()
        wanted = set(request.query.get("properties", "email,firstname,lastname").split(","))
        shown = self._shown(contact_id)
        always = {"createdate", "hs_object_id", "lastmodifieddate"}
        values = {name: shown["properties"].get(name) for name in wanted & (PROPERTIES | self.custom_properties)}
        kept = {name: shown["properties"][name] for name in always}
        history = {name: self._history.get((contact_id, name), []) for name in _asked(request, "propertiesWithHistory")}
        return 200, {}, {**shown, "properties": {**kept, **values}, "propertiesWithHistory": history}

    def _statuses(self, request: Request) -> Reply:
        if request.query.get("channel") != "EMAIL":
            return self.error(400, "VALIDATION_ERROR", "channel is required")
        return 200, {}, self._batch(self._subscriptions.get(urllib.parse.unquote(request.groups["email"]), []), [])

    def _list(self, request: Request) -> Reply:
        after, limit = int(request.query.get("after", "0")), int(request.query.get("limit", "10"))
        ids = sorted(int(contact_id) for contact_id in self._contacts)
        page = [contact_id for contact_id in ids if contact_id > after][:limit]
        body: dict[str, Any] = {"results": [self._shown(str(contact_id)) for contact_id in page]}
        if page and page[-1] < ids[-1]:
            body["paging"] = {"next": {"after": str(page[-1])}}
        return 200, {}, body

    def _forget(self, request: Request) -> Reply:
        """Erase a contact for privacy, as somebody in the CRM would."""
        contact_id = str(request.json().get("objectId"))
        if contact_id not in self._contacts:
            return self._not_found()
        self.erase(contact_id)
        return 204, {}, None

    def _not_found(self) -> Reply:
        return self.error(404, "OBJECT_NOT_FOUND", "resource not found")

    # The memory.

    def _create(self, properties: Mapping[str, str]) -> str:
        contact_id, moment = str(501 + len(self._contacts) + len(self._merged_into) + self._events), self._stamp()
        self._contacts[contact_id] = {"properties": dict(properties), "createdAt": moment, "updatedAt": moment}
        return contact_id

    def _change(self, contact_id: str, properties: Mapping[str, str], source: str) -> list[dict[str, Any]]:
        """Write what differs, and give an event for each difference."""
        contact = self._contacts[contact_id]
        changed = {name: value for name, value in properties.items() if contact["properties"].get(name) != value}
        if changed:
            contact["properties"].update(changed)
            contact["updatedAt"] = self._stamp()
        for name, value in changed.items():
            said = {"value": value, "timestamp": contact["updatedAt"], "sourceType": source}
            self._history.setdefault((contact_id, name), []).insert(0, said)
        return [
            self._event("contact.propertyChange", contact_id, source, propertyName=name, propertyValue=value)
            for name, value in changed.items()
        ]

    def _by_email(self, email: str | None) -> str | None:
        wanted = (email or "").lower()
        return next((each for each, contact in self._contacts.items() if _email(contact) == wanted != ""), None)

    def _shown(self, contact_id: str) -> dict[str, Any]:
        contact = self._contacts[contact_id]
        stamps = {"createdate": contact["createdAt"], "lastmodifieddate": contact["updatedAt"]}
        properties = {**contact["properties"], **stamps, "hs_object_id": contact_id}
        return {"id": contact_id, **contact, "properties": properties, "archived": False}

    def _creation(self, contact_id: str, source: str) -> dict[str, Any]:
        return self._event("contact.creation", contact_id, source, changeFlag="CREATED")

    def _event(self, kind: str, contact_id: str, source: str, **more: Any) -> dict[str, Any]:
        self._events += 1
        return {
            "eventId": 100000 + self._events,
            "subscriptionId": 234567,
            "portalId": self.portal_id,
            "appId": 987654,
            "occurredAt": int(self.now().timestamp() * 1000),
            "subscriptionType": kind,
            "attemptNumber": 0,
            "objectId": int(contact_id),
            "changeSource": source,
            **more,
        }

    def _tell(self, *events: Mapping[str, Any]) -> None:
        """Send events as webhooks: arrays of at most a hundred."""
        for start in range(0, len(events), 100):
            self.deliver("events", list(events[start : start + 100]))

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _batch(self, results: list[Any], errors: list[Any]) -> dict[str, Any]:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {"status": "COMPLETE", "results": results, "startedAt": moment, "completedAt": moment}
        return {**body, "errors": errors, "numErrors": len(errors)} if errors else body


def _asked(request: Request, parameter: str) -> list[str]:
    return [name for name in request.query.get(parameter, "").split(",") if name]


def _email(contact: Mapping[str, Any]) -> str:
    return str(contact["properties"].get("email") or "").lower()


def _refusal(category: str, message: str) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message, "context": {}, "errors": [], "links": {}}
