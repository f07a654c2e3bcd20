"""A stand-in for EasyPost: somebody buys labels, parcels are scanned on their way, and webhooks tell of both."""

import base64
import hashlib
import hmac
import json
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ops.standins.deliveries import Delivery
from ops.standins.server import Reply, Request, Route, StandIn


class EasyPost(StandIn):
    """One account in test mode. A label makes a shipment and its tracker, as at EasyPost."""

    def __init__(self, api_key: str, webhook_secret: str, hub_url: str = "") -> None:
        self._key, self._secret = api_key, webhook_secret
        self.shipments: dict[str, dict[str, Any]] = {}
        self.trackers: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, Any]] = {}
        super().__init__(hub_url)

    def routes(self) -> list[Route]:
        """List the calls."""
        return [
            ("GET", r"/v2/shipments/(?P<id>[^/]+)", self._shipment),
            ("GET", r"/v2/trackers/(?P<id>[^/]+)", self._tracker),
            ("GET", r"/v2/trackers", self._all_trackers),
            ("GET", r"/v2/claims/(?P<id>[^/]+)", self._claim),
            ("GET", r"/v2/events", self._all_events),
            ("GET", r"/v2/events/(?P<id>[^/]+)/payloads", self._payloads),
        ]

    def authorised(self, request: Request) -> bool:
        """Check basic authentication: the key as user, no password."""
        expected = "Basic " + base64.b64encode(f"{self._key}:".encode()).decode()
        return hmac.compare_digest(request.headers.get("authorization", ""), expected)

    def sign(self, delivery: Delivery, _url: str) -> Mapping[str, str]:
        """Sign the raw body with the secret in its NFKD form."""
        key = unicodedata.normalize("NFKD", self._secret).encode()
        return {"X-Hmac-Signature": "hmac-sha256-hex=" + hmac.new(key, delivery.body, hashlib.sha256).hexdigest()}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error. The code has dots or underscores, the details are a list."""
        code = {401: "APIKEY.INACTIVE", 404: "NOT_FOUND", 429: "RATE_LIMITED"}.get(status, code)
        return status, {}, {"error": {"code": code, "message": message, "errors": []}}

    def soft_error(self) -> Reply:
        """Answer 200 with an error. Its details are plain texts."""
        return 200, {}, {"error": {"code": "MODE.UNAUTHORIZED", "message": "wrong mode", "errors": ["wrong mode"]}}

    def buy_label(self, reference: str | None, carrier: str = "Colissimo", copies: int = 1) -> str:
        """Buy a label for an order (`<connection_id>/<channel_order_id>`) and give the tracking code."""
        with self.lock:
            shipment_id, code = f"shp_{uuid.uuid4().hex}", f"6A{len(self.trackers) + 1:011d}"
            tracker = self._new_tracker(code, carrier, shipment_id)
            moment = tracker["created_at"]
            rate = {"id": f"rate_{uuid.uuid4().hex}", "object": "Rate", "carrier": carrier, "service": "Domicile"}
            self.shipments[shipment_id] = {
                "id": shipment_id,
                "object": "Shipment",
                "mode": "test",
                "reference": reference,
                "status": "unknown",
                "tracking_code": code,
                "is_return": False,
                "refund_status": None,
                "created_at": moment,
                "updated_at": moment,
                "postage_label": {"id": f"pl_{uuid.uuid4().hex}", "object": "PostageLabel", "created_at": moment},
                "selected_rate": rate,
                "rates": [rate],
                "tracker": tracker,
            }
            self._tell("tracker.created", tracker, copies)
            return code

    def scan(
        self, code: str, status: str, *, detail: str = "status_update", city: str | None = None, copies: int = 1
    ) -> None:
        """Scan a parcel. The webhook contains all scans so far."""
        with self.lock:
            tracker, moment = self.trackers[code], self._stamp()
            place = {"object": "TrackingLocation", "city": city, "state": None, "country": "FR" if city else None}
            tracker["tracking_details"].append(
                {
                    "object": "TrackingDetail",
                    "message": detail.replace("_", " "),
                    "description": "",
                    "status": status,
                    "status_detail": detail,
                    "datetime": moment,
                    "source": tracker["carrier"],
                    "carrier_code": "",
                    "tracking_location": {**place, "zip": None},
                }
            )
            tracker.update(status=status, status_detail=detail, updated_at=moment)
            self._tell("tracker.updated", tracker, copies)

    def give_back(self, code: str) -> None:
        """Refund a label: the carrier agrees."""
        with self.lock:
            shipment = self.shipments[self.trackers[code]["shipment_id"]]
            shipment |= {"refund_status": "refunded", "updated_at": self._stamp()}
            refund = {"id": f"rfnd_{uuid.uuid4().hex}", "object": "Refund", "status": "refunded"}
            about = {"tracking_code": code, "shipment_id": shipment["id"], "created_at": self._stamp()}
            self._tell("refund.successful", {**refund, **about, "updated_at": self._stamp()}, 1)

    def claim(self, code: str, kind: str = "damage") -> str:
        """Claim for a parcel that was damaged, lost or stolen, and give the claim's id."""
        with self.lock:
            claim_id, moment = f"clm_{uuid.uuid4().hex}", self._stamp()
            step = {"status": "submitted", "status_detail": "Claim was created.", "timestamp": moment}
            about = {"id": claim_id, "object": "Claim", "type": kind, "tracking_code": code, "status": "submitted"}
            self.claims[claim_id] = {**about, "history": [step], "created_at": moment, "updated_at": moment}
            self._tell("claim.submitted", self.claims[claim_id], 1)
            return claim_id

    def statuses(self) -> dict[str, str]:
        """Give each parcel's status by its tracking code, for comparisons."""
        with self.lock:
            return {code: str(tracker["status"]) for code, tracker in self.trackers.items()}

    def _new_tracker(self, code: str, carrier: str, shipment_id: str | None) -> dict[str, Any]:
        moment, tracker_id = self._stamp(), f"trk_{uuid.uuid4().hex}"
        self.trackers[code] = {
            "id": tracker_id,
            "object": "Tracker",
            "mode": "test",
            "tracking_code": code,
            "status": "unknown",
            "status_detail": "unknown",
            "created_at": moment,
            "updated_at": moment,
            "signed_by": None,
            "est_delivery_date": None,
            "shipment_id": shipment_id,
            "carrier": carrier,
            "tracking_details": [],
            "finalized": True,  # EasyPost's own test trackers say so too: it does not mean that the parcel arrived
            "is_return": False,
            "public_url": f"https://track.example.com/{tracker_id}",
        }
        return self.trackers[code]

    def _tell(self, description: str, tracker: Mapping[str, Any], copies: int) -> None:
        event = {
            "id": f"evt_{uuid.uuid4().hex}",
            "object": "Event",
            "mode": "test",
            "description": description,
            "previous_attributes": {},
            "pending_urls": [],
            "completed_urls": [],
            "status": "pending",
            "created_at": self._stamp(),
            "result": tracker,
        }
        self.events[str(event["id"])] = event
        self.deliver(description, event, delivery_id=str(event["id"]), copies=copies)

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _shipment(self, request: Request) -> Reply:
        found = self.shipments.get(request.groups["id"])
        return (200, {}, found) if found else self._not_found()

    def _tracker(self, request: Request) -> Reply:
        wanted = request.groups["id"]
        found = [tracker for tracker in self.trackers.values() if wanted in (tracker["id"], tracker["tracking_code"])]
        return (200, {}, found[0]) if found else self._not_found()

    def _all_trackers(self, _request: Request) -> Reply:
        newest = sorted(self.trackers.values(), key=_created, reverse=True)
        return 200, {}, {"trackers": newest, "has_more": False}

    def _claim(self, request: Request) -> Reply:
        found = self.claims.get(request.groups["id"])
        return (200, {}, found) if found else self._not_found()

    def _all_events(self, _request: Request) -> Reply:
        """List events, newest first. The list leaves out their `result`."""
        listed = [{name: value for name, value in event.items() if name != "result"} for event in self.events.values()]
        return 200, {}, {"events": listed[::-1], "has_more": False}

    def _payloads(self, request: Request) -> Reply:
        event = self.events.get(request.groups["id"])
        if event is None:
            return self._not_found()
        sent = {"id": f"payload_{uuid.uuid4().hex}", "object": "Payload", "request_body": json.dumps(event)}
        return 200, {}, {"payloads": [{**sent, "response_code": 503}]}

    def _not_found(self) -> Reply:
        return self.error(404, "NOT_FOUND", "The requested resource could not be found.")


def _created(tracker: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(tracker["created_at"]))
