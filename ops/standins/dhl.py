"""A stand-in for DHL: shipments are scanned, tracked by number at two APIs, and pushed to a webhook."""

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ops.standins.deliveries import Delivery
from ops.standins.server import Reply, Request, Route, StandIn

# DHL Express' checkpoints → the status that the unified API shows.
EXPRESS_STAGES = {"PU": "transit", "AF": "transit", "WC": "transit", "OK": "delivered", "RT": "failure"}
STAGES = {"VA": "pre-transit", "ES": "transit", "PO": "transit", "ZN": "failure", "ZU": "delivered"}


class Dhl(StandIn):
    """One application with a subscription by account. Each scan is pushed together with all scans before it."""

    header = "DHL-Hook-Token"

    def __init__(self, api_key: str, hook_token: str, express_login: str = "", hub_url: str = "") -> None:
        self._key, self._token, self._login = api_key, hook_token, express_login
        self.shipments: dict[str, dict[str, Any]] = {}
        super().__init__(hub_url)

    def routes(self) -> list[Route]:
        """List the calls."""
        return [
            ("GET", r"/track/shipments", self._track),
            ("GET", r"/mydhlapi/shipments/(?P<id>[^/]+)/tracking", self._express),
        ]

    def authorised(self, request: Request) -> bool:
        """Check the key of the unified API, or MyDHL's basic authentication."""
        if request.path.startswith("/mydhlapi/"):
            expected = "Basic " + base64.b64encode(self._login.encode()).decode()
            return hmac.compare_digest(request.headers.get("authorization", ""), expected)
        return hmac.compare_digest(request.headers.get("dhl-api-key", ""), self._key)

    def sign(self, _delivery: Delivery, _url: str) -> Mapping[str, str]:
        """Send the token that the subscription names, in the header that it names."""
        return {self.header: self._token}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error as a problem (RFC 7807)."""
        title = {401: "Unauthorized", 404: "No result found", 429: "Too Many Requests"}.get(status, code)
        return status, {}, {"title": title, "detail": message, "status": status}

    def soft_error(self) -> Reply:
        """Answer 200 with a problem (RFC 7807)."""
        return 200, {}, {"title": "Bad Request", "detail": "wrong service", "status": 400}

    def announce(self, number: str, service: str = "parcel-de") -> str:
        """Announce a shipment that is not scanned yet, and give its number."""
        with self.lock:
            self.shipments[number] = {"id": number, "service": service, "status": None, "events": []}
            return number

    def scan(self, number: str, code: str, city: str = "Lille", copies: int = 1) -> Delivery:
        """Scan a shipment, and push it as it is now. The newest event comes first."""
        with self.lock:
            shipment = self.shipments[number]
            stage = (EXPRESS_STAGES if shipment["service"] == "express" else STAGES)[code]
            event = {
                "timestamp": self.now().astimezone(UTC).isoformat(timespec="milliseconds"),
                "location": {"address": {"addressLocality": city, "countryCode": "FR"}},
                "statusCode": stage,
                "status": code,
                "description": "JESSICA" if stage == "delivered" else f"Scanned {code}",
            }
            shipment["events"].insert(0, event)
            shipment["status"] = event
            return self.deliver("shipments", {"shipments": [shipment]}, copies=copies)

    def _track(self, request: Request) -> Reply:
        found = self.shipments.get(request.query.get("trackingNumber", ""))
        if found is None or not found["events"]:
            return self.error(404, "", "No shipment with given tracking number found.")
        return 200, {}, {"url": request.path, "shipments": [found]}

    def _express(self, request: Request) -> Reply:
        if "x-version" not in request.headers:
            return self.error(400, "Bad request", "x-version is missing")
        found = self.shipments.get(request.groups["id"])
        if found is None or found["service"] != "express":
            return self.error(404, "", "No data found")
        events = [self._checkpoint(event) for event in reversed(found["events"])]
        shown = {"shipmentTrackingNumber": found["id"], "status": "Success", "events": events}
        return 200, {}, {"shipments": [shown]}

    def _checkpoint(self, event: Mapping[str, Any]) -> dict[str, Any]:
        moment = datetime.fromisoformat(event["timestamp"])
        city = event["location"]["address"]["addressLocality"]
        name = "Delivered : JESSICA" if event["status"] == "OK" else event["description"]
        shown = {"date": moment.strftime("%Y-%m-%d"), "time": moment.strftime("%H:%M:%S"), "GMTOffset": "+00:00"}
        place = {"serviceArea": [{"code": "LIL", "description": city}]}
        return {**shown, "typeCode": event["status"], "description": name, **place}
