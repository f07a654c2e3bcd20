"""What a statement says of who somebody is: the account it is about, and the strong keys it claims."""

from collections.abc import Iterable, Mapping

from records.facts import Stored

# Addresses that a marketplace makes up for one order or one buyer: they name nobody and never link.
# Sources: developer-docs.amazon.com (buyer e-mail), developer.ebay.com (members), Mirakl OR11 (notification e-mail).
RELAY_DOMAINS = ("marketplace.amazon.", "members.ebay.com", "notification.mirakl.net")
# What tills and forms hold where nobody gave an address.
PLACEHOLDERS = ("noreply", "no-reply", "donotreply", "none", "unknown", "anonymous", "guest")

STRENGTH = {"card": 2, "email": 1, "person": 0}
"""Keys that join accounts, and how strong they are. A channel's own id names one account; a phone has its own rule."""

ABOUT_A_PERSON = ("email", "first_name", "last_name", "company", "birth_date", "addresses", "created_at")

Held = Mapping[str, str]
"""The keys a statement holds, the strongest first, each with the rule it links by."""

Profile = dict[str, set[str]]


def buyer_statement(order: Stored) -> Stored | None:
    """Read the buyer of an order as a statement about a customer, or nothing where the order names nobody."""
    buyer = order.get("buyer")
    if not buyer or not any(buyer.get(name) for name in ("channel_customer_id", "email", "phone", "loyalty_card")):
        return None
    said = {name: value for name, value in buyer.items() if name != "loyalty_card"}
    if buyer.get("loyalty_card"):
        said["loyalty"] = {"card": buyer["loyalty_card"]}
    return {**_envelope(order), **said, "kind": "buyer"}


def subject_statement(fact: Stored) -> Stored:
    """Read whom a consent or an interaction is about as a statement about a customer."""
    said = {**_envelope(fact), **fact["subject"], "kind": "subject"}
    if fact["kind"] == "interaction":  # no visit is news of who somebody is: all of them count as one statement
        said |= {"source_version": "", "occurred_at": "", "fact_id": " ".join(sorted(fact["subject"].values()))}
    return said


def _envelope(fact: Stored) -> Stored:
    return {name: fact[name] for name in ("connection_id", "fact_id", "occurred_at", "source_version")}


def statement_of(fact: Stored) -> Stored | None:
    """Give what a fact says of a customer, or nothing where it says nothing of one."""
    match fact["kind"]:
        case "order":
            return buyer_statement(fact)
        case "consent" | "interaction":
            return subject_statement(fact)
        case "customer":
            return fact
        case _:
            return None


def since(fact: Stored) -> str:
    """Say since when what a fact tells of a person holds, by the channel's own clock.

    An update makes nothing newer: a customer counts from when they were created, an order from when it was placed.
    """
    names = {"order": "placed_at", "customer": "created_at"}
    return str(fact.get(names.get(fact["kind"], "at")) or fact["occurred_at"])


def claims(statement: Stored) -> dict[str, str]:
    """Give the strong keys a statement holds, as {key: rule}, the strongest first. Made-up e-mail addresses hold none.

    A phone with the whole name of who answers it is a key; a phone alone is not, see `are_compatible`.
    """
    keys = {}
    if statement.get("channel_customer_id"):
        keys[f"channel:{statement['connection_id']}/{statement['channel_customer_id']}"] = "same channel id"
    loyalty = statement.get("loyalty") or {}
    if loyalty.get("card"):
        keys[f"card:{loyalty['card']}"] = "same loyalty card"
    email = folded(statement.get("email"))
    if email and not is_made_up(email):
        keys[f"email:{email}"] = "same e-mail"
    phone, first, last = (folded(statement.get(name)) for name in ("phone", "first_name", "last_name"))
    if phone and first and last:
        keys[f"person:{phone}/{first}/{last}"] = "same phone and name"
    if phone and not keys:
        keys[f"guest:{statement['connection_id']}/{phone}/{first}/{last}"] = "same guest"  # of this channel, no more
    if phone:
        keys[f"phone:{phone}"] = "same phone"
    return keys


def is_lasting(key: str) -> bool:
    """Tell whether a key joins its account with others for ever, also when its source does not give it any more."""
    return key.partition(":")[0] in STRENGTH


def account_name(statement: Stored, held: Held) -> str:
    """Name the account a statement is about: a channel's customer, or a guest, whom only a key names."""
    subject = statement.get("channel_customer_id") or f"guest {next(iter(held), '')}"
    return f"{statement['connection_id']}/{subject}"


def source_key(statement: Stored, account: str) -> str:
    """Name the source of a statement: an account, and which of the channel's desks speaks.

    A statement about loyalty alone comes from a desk of its own: it must not replace what the channel's customer record
    says.
    """
    kind = statement["kind"]
    if kind == "customer" and "loyalty" in statement and not any(name in statement for name in ABOUT_A_PERSON):
        kind = f"loyalty:{'_'.join(str(statement['loyalty'].get('programme', '')).split())}"
    return f"{kind} {account}"


def account_of(source: str) -> str:
    """Give the account of a source."""
    return source.partition(" ")[2]


def is_made_up(email: str) -> bool:
    """Tell whether an address names nobody: a marketplace's relay, or what stands where nobody gave one."""
    local, _, domain = email.strip().lower().rpartition("@")
    return local in PLACEHOLDERS or any(relay in domain for relay in RELAY_DOMAINS)


def profile(statements: Iterable[Stored]) -> Profile:
    """Collect the values by which people who share a phone are told apart."""
    found: Profile = {"email": set(), "first_name": set(), "last_name": set()}
    for statement in statements:
        for name, values in found.items():
            value = folded(statement.get(name))
            if value and not (name == "email" and is_made_up(value)):
                values.add(value)
    return found


def are_compatible(one: Profile, other: Profile) -> bool:
    """Tell whether two who share a phone may be one: nothing that both have differs.

    Spouses and shops share a number; whoever shares only that stays apart until something else speaks for it.
    """
    return all(not one[name] or not other[name] or one[name] & other[name] for name in one)


def folded(text: str | None) -> str:
    """Give a text as it is compared."""
    return " ".join((text or "").split()).casefold()
