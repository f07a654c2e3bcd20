"""Salesforce's REST API: contacts in and out."""

import json
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

import orjson

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import ConnectorError, RejectedError, UnavailableError
from connectors.http import Http, Response

DATA = "/services/data/v62.0"
# What mappings/salesforce/contact.in.yaml reads and every org has; `settings.extra_fields` adds to it.
FIELDS = (
    "Id",
    "IsDeleted",
    "MasterRecordId",
    "SystemModstamp",
    "CreatedDate",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "MobilePhone",
    "Birthdate",
    "MailingAddress",
    "OtherAddress",
    "Account.Name",
    "Account.SystemModstamp",
)
LEAD_FIELDS = (
    "Id",
    "IsDeleted",
    "MasterRecordId",
    "SystemModstamp",
    "CreatedDate",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "MobilePhone",
    "Company",
    "Address",
    "IsConverted",
    "ConvertedContactId",
)
INDIVIDUAL_FIELDS = ("Id", "IsDeleted", "SystemModstamp", "HasOptedOutSolicit", "ShouldForget", "SendIndividualData")
CONSENT_FIELDS = (
    "Id",
    "SystemModstamp",
    "ContactPointType",
    "PrivacyConsentStatus",
    "CaptureDate",
    "CaptureSource",
    "DoubleConsentCaptureDate",
    "DataUsePurpose.Name",
)
# changeOrigin names it, so our own changes are recognised when they come back (manifest: receives.topics).
CLIENT = "client=tributary"
PASSING = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"})
INNOCENT = "ALL_OR_NONE_OPERATION_ROLLED_BACK"  # a sibling was refused, not this record
ROWS = 200

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")


class Client:
    """One org. Its settings:

    `external_id_field` is the field of Contact that holds the hub's customer id, or `Email`. Without it only contacts
    that the hub knows by Id are written. `extra_fields` are read beside FIELDS, `extra_lead_fields` beside LEAD_FIELDS.
    `loyalty_card_field` is the field for the loyalty card. `country_field` is the field for the country's code (default
    MailingCountry; MailingCountryCode where the org has country picklists).
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._settings = connection.settings
        self._secrets = secrets
        self._http = http

    def contact(self, id: str) -> Document:  # noqa: A002
        """Fetch a contact, also from the recycle bin: there it says whether it was merged into another.

        A contact that is nowhere any more gives a document without facts: it must not hold up the rest of its event.
        """
        records = self._all(f"{self._select()} WHERE Id = '{self._checked(id)}'")
        return Document("contact", _dump(records[0] if records else {"Id": id, "IsDeleted": True}))

    def contacts_of_account(self, id: str) -> Document:  # noqa: A002
        """Fetch the contacts of an account. The account's name is their company."""
        records = self._all(f"{self._select()} WHERE AccountId = '{self._checked(id)}' ORDER BY Id")
        return Document("contact", _dump({"totalSize": len(records), "done": True, "records": records}))

    def lead(self, id: str) -> Document:  # noqa: A002
        """Fetch a lead, also from the recycle bin. A converted lead says which contact it became."""
        select = self._select("Lead", LEAD_FIELDS, "extra_lead_fields")
        records = self._all(f"{select} WHERE Id = '{self._checked(id)}'")
        return Document("lead", _dump(records[0] if records else {"Id": id, "IsDeleted": True}))

    def individual(self, id: str) -> Document:  # noqa: A002
        """Fetch the privacy preferences and consents of an Individual, and the ids of the contacts they are about."""
        present = "AND IsDeleted = false ORDER BY Id"
        found = self._those("Individual", INDIVIDUAL_FIELDS, "Id", id)
        contacts = self._those("Contact", ("Id",), "IndividualId", id, present)
        consents = self._those("ContactPointTypeConsent", CONSENT_FIELDS, "PartyId", id, present)
        about = {"individual": found[0] if found else None, "contacts": [each["Id"] for each in contacts]}
        return Document("individual", _dump({**about, "consents": consents}))

    def individual_of_consent(self, id: str) -> Document:  # noqa: A002
        """Fetch the Individual who gave a consent, with all preferences and consents."""
        said = self._those("ContactPointTypeConsent", ("PartyId",), "Id", id)
        if said and said[0].get("PartyId"):
            return self.individual(said[0]["PartyId"])
        return Document("individual", _dump({"individual": None, "contacts": [], "consents": []}))

    def poll_contacts(self, since: str, cursor: str | None) -> Page:
        """List the contacts changed, merged or deleted since then; `cursor` is the path of the next page."""
        soql = f"{self._select()} WHERE SystemModstamp >= {since} ORDER BY SystemModstamp, Id"
        body = self._page(cursor or self._path(soql))
        documents = tuple(Document("contact", _dump(record)) for record in body["records"])
        return Page(documents, None if body.get("done", True) else body.get("nextRecordsUrl"))

    def save_contact(self, push: Push) -> Answer:
        """Update the contact by its Id where the hub knows it, else upsert it by external id. `reference` is its Id.

        Raises:
            RejectedError: there is neither Id nor external id, several contacts have it, or Salesforce refuses a value.
            UnavailableError: another write held the record.
        """
        name = self._settings.get("external_id_field")
        key = push.body.get("email" if name == "Email" else "customer_id")
        fields = self._fields(push.body)
        if contact_id := push.body.get("contact_id"):
            if name and name != "Email":
                fields[name] = key
            path = f"{DATA}/sobjects/Contact/{urllib.parse.quote(contact_id, safe='')}"
        elif name and key:
            # The external id stands in the URL. It must not stand in the body too.
            fields.pop(name, None)
            path = f"{DATA}/sobjects/Contact/{urllib.parse.quote(name, safe='')}/{urllib.parse.quote(key, safe='')}"
        else:
            raise RejectedError(
                f"{self._http.name} knows {push.key} by nothing: it has no Id there, and external_id_field is "
                f"{'empty for it' if name else 'not set'}"
            )
        answer = self._call("PATCH", path, fields)
        result = self._result(answer) if answer.body else {}  # 204: updated, and nothing to say
        return Answer("done", reference=result.get("id") or contact_id, status=answer.status)

    def _fields(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make the record: what the mapping gave, and the values whose fields differ from org to org."""
        fields = dict(body.get("fields") or {})
        if (name := self._settings.get("loyalty_card_field")) and body.get("loyalty_card"):
            fields[name] = body["loyalty_card"]
        if body.get("country"):
            fields[self._settings.get("country_field", "MailingCountry")] = body["country"]
        return fields

    def _select(self, entity: str = "Contact", fields: tuple[str, ...] = FIELDS, setting: str = "extra_fields") -> str:
        extra = [name.strip() for name in self._settings.get(setting, "").split(",") if name.strip()]
        if wrong := [name for name in extra if not _FIELD.fullmatch(name)]:
            raise RejectedError(f"{self._http.name}: {setting} has {wrong[0][:80]!r}, which is no field's name")
        return f"SELECT {', '.join(dict.fromkeys((*fields, *extra)))} FROM {entity}"  # noqa: S608 - names, checked above

    def _those(
        self, entity: str, fields: tuple[str, ...], key: str, value: str, more: str = ""
    ) -> list[dict[str, Any]]:
        """List the records of an object whose field `key` has this id; `more` is appended to the query."""
        soql = f"SELECT {', '.join(fields)} FROM {entity} WHERE {key} = '{self._checked(value)}'"  # noqa: S608 - names
        return self._all(f"{soql} {more}".rstrip())

    def _checked(self, record_id: str) -> str:
        """Give a record id, or refuse what is none: only an id may enter a query."""
        if not _ID.fullmatch(record_id):
            raise RejectedError(f"{self._http.name} has no ids like {record_id[:18]!r}")
        return record_id

    def _path(self, soql: str) -> str:
        # queryAll, unlike query, sees the recycle bin.
        return f"{DATA}/queryAll?{urllib.parse.urlencode({'q': soql})}"

    def _all(self, soql: str) -> list[dict[str, Any]]:
        body = self._page(self._path(soql))
        records = list(body["records"])
        while not body.get("done", True) and body.get("nextRecordsUrl"):
            body = self._page(body["nextRecordsUrl"])
            records += body["records"]
        return records

    def _page(self, path: str) -> dict[str, Any]:
        answer = self._call("GET", path)
        body = self._result(answer)
        if not isinstance(body.get("records"), list):
            raise UnavailableError(f"{self._http.name} answered {answer.status} without records")
        return body

    def _call(self, method: str, path: str, json_body: Any = None) -> Response:
        headers = {"Authorization": f"Bearer {self._secrets['access_token']}", "Sforce-Call-Options": CLIENT}
        if method == "GET":
            headers["Sforce-Query-Options"] = f"batchSize={ROWS}"
        url = f"{self._connection.base_url}{path}"
        try:
            return self._http.call(method, url, headers=headers, json_body=json_body)
        except RejectedError as error:
            raise self._refusal(error, _codes(_parsed(error.body))) from error

    def _result(self, answer: Response) -> dict[str, Any]:
        """Read an answer: one result, or a list of them as collections give. A refusal inside a 2xx is raised."""
        body = answer.json()
        results = body if isinstance(body, list) else [body]
        refused = [result for result in results if not isinstance(result, dict) or result.get("success") is False]
        codes = _codes(refused)
        if refused or _codes(results):
            error = RejectedError(f"{self._http.name} answered {answer.status}", answer.status, answer.body)
            raise self._refusal(error, codes or _codes(results))
        return dict(results[0]) if results else {}

    def _refusal(self, error: RejectedError, codes: list[str]) -> ConnectorError:
        """Make the error of a refusal, with Salesforce's codes. Its texts stay out: they may hold an e-mail."""
        guilty = [code for code in codes if code != INNOCENT] or codes
        if guilty and PASSING.issuperset(guilty):
            return UnavailableError(f"{error} with {', '.join(guilty)}")
        if error.status == 300:
            return RejectedError(f"{error}: several contacts have this external id", error.status, error.body)
        return type(error)(f"{error} with {', '.join(guilty)}", error.status, error.body) if guilty else error


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _codes(body: Any) -> list[str]:
    """Give the codes of errors, each once: `errorCode` where a call failed, `statusCode` where one record failed."""
    found: list[str] = []
    for part in body if isinstance(body, list) else [body]:
        if isinstance(part, dict):
            code = part.get("errorCode") or part.get("statusCode")
            found += ([str(code)] if code else []) + _codes(part.get("errors") or [])
    return list(dict.fromkeys(found))


def _dump(record: Any) -> bytes:
    """Write JSON again with every number as it was."""
    return orjson.dumps(record, default=lambda number: orjson.Fragment(str(number)))
