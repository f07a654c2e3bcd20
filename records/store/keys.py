"""Where each record lies in the Records table. Every key starts with the tenant."""

from records.store.actions import Key


def id_in(pk: str) -> str:
    """Give the id that a key ends with. It must be one that the hub made: these hold no `#`."""
    return pk.rpartition("#")[2]


def order(tenant: str, order_id: str) -> Key:
    """Key of an order."""
    return (f"{tenant}#ORDER#{order_id}", "ORDER")


def stock(tenant: str, sku: str, location_id: str) -> Key:
    """Key of a stock position; all places of one SKU are one partition."""
    return (f"{tenant}#STOCK#{sku}", f"AT#{location_id}")


def seen_stock(tenant: str, sku: str, location_id: str, connection_id: str) -> Key:
    """Key of an observation: what a channel that does not own the place says lies there."""
    return (f"{tenant}#STOCK#{sku}", f"SEEN#{connection_id}#{location_id}")


def reservation(tenant: str, reservation_id: str) -> Key:
    """Key of a reservation."""
    return (f"{tenant}#RESERVATION#{reservation_id}", "RESERVATION")


def kits(tenant: str) -> Key:
    """Key of what a tenant's kits are made of."""
    return (f"{tenant}#KITS", "KITS")


def customer(tenant: str, customer_id: str) -> Key:
    """Key of a customer."""
    return (f"{tenant}#CUSTOMER#{customer_id}", "CUSTOMER")


def claim(tenant: str, digest: str) -> Key:
    """Key of the claim of a strong key (an e-mail, a phone, a card): the accounts that hold it."""
    return (f"{tenant}#CLAIM#{digest}", "CLAIM")


def clue(tenant: str, digest: str) -> Key:
    """Key of a clue to who somebody is: the accounts that gave it."""
    return (f"{tenant}#CLUE#{digest}", "CLUE")


def review(tenant: str, review_id: str) -> Key:
    """Key of a review: two accounts, of which a person should say whether they are one customer."""
    return (f"{tenant}#REVIEW#{review_id}", "REVIEW")


def shipment(tenant: str, tracking_number: str) -> Key:
    """Key of a parcel."""
    return (f"{tenant}#SHIPMENT#{tracking_number}", "SHIPMENT")


def product(tenant: str, sku: str) -> Key:
    """Key of what is known of a SKU."""
    return (f"{tenant}#PRODUCT#{sku}", "PRODUCT")


def erasure(tenant: str, erasure_id: str) -> Key:
    """Key of a privacy request: to be forgotten, or to see what is kept. Its item also says what was done."""
    return (f"{tenant}#ERASURE#{erasure_id}", "ERASURE")


def interaction(tenant: str, account_id: str, at: str, fact_id: str) -> Key:
    """Key of an interaction: something an account's person did. Those of one account lie in order of time."""
    return (f"{tenant}#DID#{account_id}", f"{at}#{fact_id}")


def alias(tenant: str, connection_id: str, kind: str, value: str) -> Key:
    """Key of an alias: `kind` is `stock` (channel's id → SKU) or `sku` (SKU → channel's id)."""
    return (f"{tenant}#ALIAS#{connection_id}#{kind}#{value}", "ALIAS")


def applied(tenant: str, event_id: str) -> Key:
    """Key of the marker that says what became of an event."""
    return (f"{tenant}#EVENT#{event_id}", "APPLIED")


def pushed(tenant: str, event_id: str, connection_id: str, record: str) -> Key:
    """Key of a channel's answer to a push that an event caused."""
    return (f"{tenant}#EVENT#{event_id}", f"PUSH#{connection_id}#{record}")


def shown(tenant: str, connection_id: str, record: str) -> Key:
    """Key of what a channel last confirmed to show of a record."""
    return (f"{tenant}#SHOWN#{connection_id}#{record}", "SHOWN")


def cursor(tenant: str, connection_id: str, poll: str) -> Key:
    """Key of a poll's cursor: where it goes on."""
    return (f"{tenant}#CURSOR#{connection_id}#{poll}", "CURSOR")
