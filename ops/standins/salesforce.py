"""A stand-in for a Salesforce org: contacts, accounts, upserts by external id, merges, and change events of them."""

import hmac
import re
import uuid
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from ops.standins.deliveries import Delivery
from ops.standins.server import Reply, Request, Route, StandIn

DATA = "/services/data/v62.0"
WRITABLE = frozenset(
    {"FirstName", "LastName", "Email", "Phone", "MobilePhone", "Birthdate", "AccountId"}
    | {"MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry"}
)
READABLE = frozenset(
    WRITABLE
    | {"Id", "IsDeleted", "MasterRecordId", "SystemModstamp", "CreatedDate", "MailingAddress", "OtherAddress"}
    | {"Account.Name", "Account.SystemModstamp"}
)
# The fields of the other objects that the hub queries. A Contact's fields stand above.
OBJECTS: dict[str, frozenset[str]] = {
    "Lead": frozenset(
        {
            "Id",
            "IsDeleted",
            "MasterRecordId",
            "SystemModstamp",
            "CreatedDate",
            "FirstName",
            "LastName",
            "Email",
            "Phone",
        }
        | {"MobilePhone", "Company", "Address", "IsConverted", "ConvertedContactId", "HasOptedOutOfEmail", "DoNotCall"}
    ),
    "Individual": frozenset(
        {"Id", "IsDeleted", "SystemModstamp", "HasOptedOutSolicit", "ShouldForget", "SendIndividualData"}
    ),
    "ContactPointTypeConsent": frozenset(
        {"Id", "IsDeleted", "SystemModstamp", "PartyId", "ContactPointType", "PrivacyConsentStatus", "CaptureDate"}
        | {"CaptureSource", "DoubleConsentCaptureDate", "DataUsePurpose.Name"}
    ),
}
QUERY = re.compile(
    r"SELECT (?P<fields>.+) FROM (?P<object>\w+) WHERE (?P<field>\w+) (?P<sign>>?=) '?(?P<value>[^' ]+)'?"
    r"(?P<present> AND IsDeleted = false)?.*"
)


class Salesforce(StandIn):
    """One org. It sends no webhooks: `changes` holds the change events, as they would stand on the event bus."""

    page = 200

    def __init__(self, access_token: str, hub_url: str = "") -> None:
        self._token = access_token
        self.external_ids: set[str] = {"Tributary_Id__c"}
        self.custom_fields: set[str] = {"Loyalty_Card__c", "HasOptedOutOfEmail", "DoNotCall", "IndividualId"}
        self.locked = 0  # how many of the next writes find the record locked
        self.records: dict[str, dict[str, Any]] = {}
        self.accounts: dict[str, dict[str, Any]] = {}
        self.others: dict[str, dict[str, Any]] = {}  # leads, individuals and consents, by Id
        self.changes: list[dict[str, Any]] = []
        self._queries: dict[str, list[dict[str, Any]]] = {}
        super().__init__(hub_url)

    def routes(self) -> list[Route]:
        """List the calls."""
        contact = rf"{DATA}/sobjects/Contact"
        return [
            ("GET", rf"{DATA}/queryAll", self._query),
            ("GET", rf"{DATA}/query/(?P<id>[^/]+)", self._more),
            ("PATCH", rf"{contact}/(?P<id>[^/]+)", self._patch),
            ("PATCH", rf"{contact}/(?P<field>[^/]+)/(?P<value>[^/]+)", self._upsert),
        ]

    def authorised(self, request: Request) -> bool:
        """Check the access token."""
        return hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._token}")

    def sign(self, _delivery: Delivery, _url: str) -> Mapping[str, str]:
        """Sign nothing: there are no webhooks."""
        return {}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error: a list with one error in it."""
        code = {401: "INVALID_SESSION_ID", 429: "REQUEST_LIMIT_EXCEEDED", 500: "UNKNOWN_EXCEPTION"}.get(status, code)
        return status, {}, [{"message": message, "errorCode": code, "fields": []}]

    def soft_error(self) -> Reply:
        """Answer 200, as a collection does: one record was refused, so the other one is rolled back."""
        rolled_back = {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": "rolled back", "fields": []}
        refused = {"statusCode": "INVALID_EMAIL_ADDRESS", "message": "nobody@example", "fields": ["Email"]}
        return 200, {}, [{"success": False, "errors": [rolled_back]}, {"success": False, "errors": [refused]}]

    def contacts(self) -> dict[str, dict[str, Any]]:
        """Give the contacts that are not deleted, by Id, with the fields that can be written."""
        with self.lock:
            known = WRITABLE | self.external_ids | self.custom_fields
            return {
                record_id: {name: value for name, value in record.items() if name in known}
                for record_id, record in self.records.items()
                if not record["IsDeleted"]
            }

    def create_account(self, name: str) -> str:
        """Let somebody create an account; gives its Id."""
        with self.lock:
            account_id = f"001ak{len(self.accounts):010d}AAA"
            self.accounts[account_id] = {"Name": name, "SystemModstamp": self._stamp()}
            return account_id

    def rename_account(self, account_id: str, name: str) -> None:
        """Let somebody rename an account. Its contacts do not change by it."""
        with self.lock:
            self.accounts[account_id] = {"Name": name, "SystemModstamp": self._stamp()}
            self._tell("Account", [account_id], "UPDATE", ["Name", "LastModifiedDate"])

    def create_contact(self, **fields: Any) -> str:
        """Let somebody create a contact; gives its Id."""
        with self.lock:
            return self._create(fields, "")

    def save(self, entity: str, record_id: str, **fields: Any) -> str:
        """Let somebody create or change a lead, an individual or a consent; gives its Id."""
        with self.lock:
            is_new = record_id not in self.others
            about = {"entity": entity, "Id": record_id, "IsDeleted": False, "SystemModstamp": self._stamp()}
            self.others[record_id] = {**self.others.get(record_id, {}), **about, **fields}
            self._tell(entity, [record_id], "CREATE" if is_new else "UPDATE", [] if is_new else list(fields))
            return record_id

    def delete(self, contact_id: str, into: str | None = None) -> None:
        """Let somebody delete a contact, or merge it into another. Either way it then is in the recycle bin."""
        with self.lock:
            deleted = {"IsDeleted": True, "MasterRecordId": into, "SystemModstamp": self._stamp()}
            self.records[contact_id] |= deleted
            self._tell("Contact", [contact_id], "DELETE", [])
            if into:
                self.records[into]["SystemModstamp"] = self._stamp()
                self._tell("Contact", [into], "UPDATE", ["LastModifiedDate"])

    # The API.

    def _query(self, request: Request) -> Reply:
        found = QUERY.fullmatch(request.query["q"])
        if found is None:
            return self.error(400, "MALFORMED_QUERY", "unexpected token")
        fields = found["fields"].split(", ")
        if found["object"] in OBJECTS:
            return self._query_other(found, fields)
        if unknown := set(fields) - READABLE - self.external_ids - self.custom_fields:
            return self.error(400, "INVALID_FIELD", f"No such column {sorted(unknown)} on entity 'Contact'")
        if found["sign"] == "=":
            chosen = [each for each in self.records.values() if each.get(found["field"]) == found["value"]]
            chosen = [each for each in chosen if not (found["present"] and each["IsDeleted"])]
        else:
            since = found["value"].replace("Z", "+0000")
            chosen = [each for each in self.records.values() if each["SystemModstamp"] >= since]
        chosen.sort(key=lambda record: (record["SystemModstamp"], record["Id"]))
        return self._shown([self._row(record, fields) for record in chosen], len(chosen))

    def _query_other(self, found: re.Match[str], fields: list[str]) -> Reply:
        if unknown := set(fields) - OBJECTS[found["object"]]:
            return self.error(400, "INVALID_FIELD", f"No such column {sorted(unknown)} on entity '{found['object']}'")
        chosen = [
            each
            for each in self.others.values()
            if each["entity"] == found["object"] and each.get(found["field"]) == found["value"]
        ]
        rows = [{name.partition(".")[0]: each.get(name.partition(".")[0]) for name in fields} for each in chosen]
        return self._shown(rows, len(rows))

    def _more(self, request: Request) -> Reply:
        if request.groups["id"] not in self._queries:
            return self.error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        rows = self._queries.pop(request.groups["id"])
        return self._shown(rows, len(rows))

    def _shown(self, rows: list[dict[str, Any]], total: int) -> Reply:
        body: dict[str, Any] = {"totalSize": total, "done": len(rows) <= self.page, "records": rows[: self.page]}
        if not body["done"]:
            locator = f"01g{uuid.uuid4().hex[:12]}-{self.page}"
            self._queries[locator] = rows[self.page :]
            body["nextRecordsUrl"] = f"{DATA}/query/{locator}"
        return 200, {}, body

    def _row(self, record: Mapping[str, Any], fields: list[str]) -> dict[str, Any]:
        row: dict[str, Any] = {"attributes": {"type": "Contact", "url": f"{DATA}/sobjects/Contact/{record['Id']}"}}
        row |= {name: record.get(name) for name in fields if "." not in name}
        street, city = record.get("MailingStreet"), record.get("MailingCity")
        code, country = record.get("MailingPostalCode"), record.get("MailingCountry")
        if street or city:
            row["MailingAddress"] = {"street": street, "city": city, "postalCode": code, "country": country}
        account = self.accounts.get(record.get("AccountId") or "")
        return {**row, "Account": {"attributes": {"type": "Account"}, **account} if account else None}

    def _patch(self, request: Request) -> Reply:
        record = self.records.get(request.groups["id"])
        if record is None:
            return self.error(404, "NOT_FOUND", "The requested resource does not exist")
        if record["IsDeleted"]:
            return self.error(404, "ENTITY_IS_DELETED", "entity is deleted")
        if refusal := self._refused(request.json(), record):
            return refusal
        self._change(record, request.json(), _origin(request))
        return 204, {}, None

    def _upsert(self, request: Request) -> Reply:
        field, value, fields = request.groups["field"], request.groups["value"], request.json()
        if field not in self.external_ids | {"Email"}:
            return self.error(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
        if field in fields:
            return self.error(400, "INVALID_FIELD", "The external ID field must not be in the body")
        found = [each for each in self.records.values() if each.get(field) == value and not each["IsDeleted"]]
        if len(found) > 1:
            return 300, {}, [f"{DATA}/sobjects/Contact/{each['Id']}" for each in found]
        if refusal := self._refused(fields, found[0] if found else {}):
            return refusal
        if found:
            self._change(found[0], fields, _origin(request))
            return 200, {}, {"id": found[0]["Id"], "success": True, "errors": [], "created": False}
        created = self._create({**fields, field: value}, _origin(request))
        return 201, {}, {"id": created, "success": True, "errors": [], "created": True}

    def _refused(self, fields: Mapping[str, Any], record: Mapping[str, Any]) -> Reply | None:
        if self.locked:
            self.locked -= 1
            return self.error(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        if unknown := set(fields) - WRITABLE - self.external_ids - self.custom_fields:
            return self.error(400, "INVALID_FIELD", f"No such column {sorted(unknown)} on sobject of type Contact")
        if not fields.get("LastName", record.get("LastName")):
            return self.error(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]")
        return None

    # The memory.

    def _create(self, fields: Mapping[str, Any], origin: str) -> str:
        contact_id, moment = f"003ak{len(self.records):010d}AAA", self._stamp()
        about = {"Id": contact_id, "IsDeleted": False, "MasterRecordId": None}
        self.records[contact_id] = {**fields, **about, "CreatedDate": moment, "SystemModstamp": moment}
        self._tell("Contact", [contact_id], "CREATE", [], origin)
        return contact_id

    def _change(self, record: dict[str, Any], fields: Mapping[str, Any], origin: str) -> None:
        changed = [name for name, value in fields.items() if record.get(name) != value]
        record |= {**fields, "SystemModstamp": self._stamp()}
        self._tell("Contact", [record["Id"]], "UPDATE", ["LastModifiedDate", *changed], origin)

    def _tell(self, entity: str, ids: list[str], kind: str, fields: list[str], origin: str = "") -> None:
        moment = int(self.now().timestamp() * 1000)
        header: dict[str, Any] = {"entityName": entity, "recordIds": ids, "changeType": kind, "changeOrigin": origin}
        header |= {"transactionKey": str(uuid.uuid4()), "sequenceNumber": 1, "commitTimestamp": moment}
        header |= {"commitNumber": moment * 1_000_000 + 617281, "commitUser": "005ak00000EpjsfAAB"}
        self.changes.append({"ChangeEventHeader": {**header, "changedFields": fields, "nulledFields": []}})

    def _stamp(self) -> str:
        """Write the time as Salesforce does. There the milliseconds are zero, here they keep two changes apart."""
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def _origin(request: Request) -> str:
    """Give the changeOrigin of a write: the API, and the client that the caller named."""
    options = request.headers.get("sforce-call-options", "")
    return "com/salesforce/api/rest/62.0" + (f";{options}" if options.startswith("client=") else "")
