"""A stand-in for La Poste's Suivi v2: parcels are handed in, scanned on their way, and tracked by number."""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ops.standins.deliveries import Delivery
from ops.standins.server import Reply, Request, Route, StandIn

LANGUAGES = ("fr_FR", "en_GB", "de_DE", "it_IT", "nl_NL", "es_ES")
LABELS = {
    "DR1": "Votre Colissimo va bientôt nous être confié !",
    "PC1": "Votre colis a été déposé dans un point postal.",
    "ET1": "Votre colis est en transit sur nos plateformes logistiques.",
    "MD2": "Nous préparons votre colis pour le mettre en livraison.",
    "AG1": "Votre colis est disponible dans votre bureau de poste.",
    "DI1": "Votre colis est livré.",
    "DI2": "Votre colis a été remis à son expéditeur.",
}
FINAL = frozenset({"DI0", "DI1", "DI2"})
NUMBER = re.compile(r"[0-9A-Z]{11,15}")


class Colissimo(StandIn):
    """La Poste as one application sees it. A number is known, not scanned yet (404), or none of La Poste's (400)."""

    def __init__(self, okapi_key: str, hub_url: str = "") -> None:
        self._key = okapi_key
        self.parcels: dict[str, dict[str, Any]] = {}
        super().__init__(hub_url)

    def routes(self) -> list[Route]:
        """List the calls."""
        return [("GET", r"/suivi/v2/idships/(?P<ids>[^/]+)", self._idships)]

    def authorised(self, request: Request) -> bool:
        """Check the key of the application."""
        return hmac.compare_digest(request.headers.get("x-okapi-key", ""), self._key)

    def sign(self, _delivery: Delivery, _url: str) -> Mapping[str, str]:
        """Sign nothing: La Poste sends no webhooks."""
        return {}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error as the gateway (Okapi) does."""
        code = {401: "UNAUTHORIZED", 404: "RESOURCE_NOT_FOUND", 429: "TOO_MANY_REQUESTS"}.get(status, code)
        return status, {}, {"code": code, "message": message}

    def soft_error(self) -> Reply:
        """Answer 200 with the gateway's quota error beside the parcel's."""
        item = {"returnCode": 400, "returnMessage": "Le numéro n'est pas valide.", "lang": "fr_FR", "scope": "open"}
        return 200, {}, {**item, "code": "TOO_MANY_REQUESTS", "message": "max quota reached (100 calls per 1s)"}

    def hand_in(self, number: str, product: str = "colissimo") -> str:
        """Take in a parcel; gives its number."""
        with self.lock:
            self.parcels[number] = {"idShip": number, "holder": 4, "product": product, "event": []}
            self.scan(number, "DR1")
            return number

    def scan(self, number: str, code: str, label: str | None = None) -> None:
        """Scan a parcel. The newest event comes first."""
        with self.lock:
            moment = self._stamp()
            event = {"code": code, "label": label or LABELS.get(code, code), "date": moment}
            self.parcels[number]["event"].insert(0, event)
            self.parcels[number]["isFinal"] = code in FINAL
            if code in FINAL:
                self.parcels[number]["deliveryDate"] = moment

    def _stamp(self) -> str:
        """Write the time as La Poste does: whole seconds, with Paris' offset. Each scan is a second later."""
        shift = timedelta(hours=1, seconds=sum(len(parcel["event"]) for parcel in self.parcels.values()))
        return (datetime.now(UTC) + shift).replace(tzinfo=timezone(timedelta(hours=1)), microsecond=0).isoformat()

    def _idships(self, request: Request) -> Reply:
        if request.query.get("lang", "fr_FR") not in LANGUAGES:
            return self.error(400, "BAD_REQUEST", "lang")
        numbers = request.groups["ids"].split(",")
        if len(numbers) > 10:
            return self.error(400, "BAD_REQUEST", "one to 10 ids")
        items = [self._item(number) for number in numbers]
        codes = {item["returnCode"] for item in items}
        status = codes.pop() if len(codes) == 1 else 207
        return status, {}, items[0] if len(items) == 1 else items

    def _item(self, number: str) -> dict[str, Any]:
        base = {"lang": "fr_FR", "scope": "open"}
        if number in self.parcels:
            return {**base, "returnCode": 200, "shipment": self.parcels[number]}
        if NUMBER.fullmatch(number):
            return {**base, "returnCode": 404, "returnMessage": "Numéro pas encore connu.", "idShip": number}
        return {**base, "returnCode": 400, "returnMessage": "Le numéro n'est pas valide.", "idShip": number}
