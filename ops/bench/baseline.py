"""What a usual function imports and makes: boto3 with three clients, all of Powertools, ten models. Cold starts are
compared with this; it runs in a process of its own and nothing else imports it.
"""

from datetime import datetime
from decimal import Decimal

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from pydantic import BaseModel


class Address(BaseModel):
    """Where to."""

    street: str
    city: str
    postal_code: str
    country: str
    phone: str | None = None


class Customer(BaseModel):
    """Who."""

    customer_id: str
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    addresses: list[Address] = []


class Line(BaseModel):
    """What."""

    line_id: str
    sku: str
    quantity: Decimal
    unit_price: int
    discount: int = 0
    tax: int = 0


class Payment(BaseModel):
    """How it was paid."""

    payment_id: str
    method: str
    amount: int
    paid_at: datetime | None = None


class Totals(BaseModel):
    """Its sums."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int


class Order(BaseModel):
    """All of it."""

    order_id: str
    placed_at: datetime
    currency: str
    customer: Customer
    shipping_address: Address | None = None
    line_items: list[Line]
    payments: list[Payment] = []
    totals: Totals


class Parcel(BaseModel):
    """How it travels."""

    tracking_number: str
    carrier: str
    url: str | None = None


class Fulfillment(BaseModel):
    """What left."""

    fulfillment_id: str
    order_id: str
    shipped_at: datetime
    parcels: list[Parcel]


class Stock(BaseModel):
    """What is there."""

    sku: str
    location_id: str
    on_hand: Decimal
    reserved: Decimal = Decimal(0)


class Event(BaseModel):
    """What is told."""

    event_id: str
    type: str
    time: datetime
    order: Order | None = None
    fulfillment: Fulfillment | None = None
    stock: list[Stock] = []


logger, tracer, metrics = Logger(), Tracer(), Metrics()
clients = [boto3.client(service) for service in ("dynamodb", "sqs", "events")]
