"""Facts about people: who they are, what they agreed to, what they ask for and what they did."""

from typing import Literal

from pydantic import Field

from events.facts.fact import Fact
from events.parts import Address, Day, Id, Loyalty, Subject, Time


class Customer(Fact):
    """A customer as the channel shows them now."""

    kind: Literal["customer"]
    channel_customer_id: Id
    email: str | None = None
    email_verified: bool | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    birth_date: Day | None = None
    addresses: tuple[Address, ...] = ()
    loyalty: Loyalty | None = None
    external_ids: dict[str, str] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()
    locale: str | None = None
    created_at: Time | None = None
    guest: bool = False

    KEY = ("channel_customer_id",)


class CustomerMerge(Fact):
    """The channel says that several of its customers are one."""

    kind: Literal["customer_merge"]
    from_channel_customer_ids: tuple[Id, ...]
    into_channel_customer_id: Id

    KEY = ("into_channel_customer_id", "from_channel_customer_ids")


class Consent(Fact):
    """A consent given or taken back, for one purpose on one medium."""

    kind: Literal["consent"]
    subject: Subject
    purpose: str
    medium: Literal["email", "sms", "phone", "post", "push"]
    granted: bool
    at: Time
    proof: str | None = None

    KEY = ("subject", "purpose", "medium")


class PrivacyRequest(Fact):
    """A data subject's request, and the time it must be answered by, where the channel says one."""

    kind: Literal["privacy_request"]
    type: Literal["access", "erasure", "shop_erasure"]
    subject: Subject
    due_at: Time | None = None

    KEY = ("type", "subject")


class Interaction(Fact):
    """Something a customer did that is not an order."""

    kind: Literal["interaction"]
    type: Literal["visit", "basket", "call", "complaint", "survey", "message"]
    subject: Subject
    at: Time
    attributes: dict[str, str] = Field(default_factory=dict)

    KEY = ("type", "subject", "at")
