"""Shipment: a fold over the scans of one parcel."""

from typing import Any

from records.facts import Stored, join

Scans = dict[str, Stored]

# Between scans of the same moment the one that says more wins.
RANK = (
    "info",
    "unknown",
    "pre_transit",
    "picked_up",
    "in_transit",
    "exception",
    "out_for_delivery",
    "delivery_failed",
    "available_for_pickup",
    "return_to_sender",
    "cancelled",
    "returned",
    "delivered",
)
# Scans after which the carrier has the goods, whatever a channel says of the label.
MOVING = {
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivered",
    "delivery_failed",
    "return_to_sender",
    "returned",
}
SILENT = ("info", "unknown")  # these say something happened, not where the parcel is


def with_scan(scans: Scans, fact: Stored) -> Scans:
    """Join one scan; the same object comes back where it is known."""
    return join(scans, f"{fact['at']} {fact['status']} {fact.get('code', '')}", fact)


def view(scans: Scans) -> dict[str, Any]:
    """Derive where the parcel is: the newest scan that says so, by the carrier's own clock."""
    telling = [scan for scan in scans.values() if scan["status"] not in SILENT] or list(scans.values())
    newest = max(telling, key=lambda scan: (scan["at"], RANK.index(scan["status"]), scan["fact_id"]))
    estimates = [scan for scan in scans.values() if scan.get("estimated_delivery_at")]
    record = {"status": newest["status"], "at": newest["at"], "carrier": newest.get("carrier")}
    if estimates:
        latest = max(estimates, key=lambda scan: (scan["source_version"], scan["at"], scan["fact_id"]))
        record["estimated_delivery_at"] = latest["estimated_delivery_at"]
    left = [scan["at"] for scan in scans.values() if scan["status"] in MOVING]
    if left:
        record["left_at"] = min(left)
    return {name: value for name, value in record.items() if value is not None}
