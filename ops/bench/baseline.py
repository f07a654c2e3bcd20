"""The usual function that cold starts are compared with: boto3 with three clients, all of Powertools, ten models.

It runs in a process of its own. Nothing imports it.
"""

from datetime import datetime
from decimal import Decimal

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from pydantic import BaseModel


class Address(BaseModel):
    """Where it goes."""

    street: str
    city: str
    postal_code: str
    country: str
    phone: str | None = None


class Customer(BaseModel):
    """Who buys."""

    customer_id: str
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    addresses: list[Address] = []


class Line(BaseModel):
    """What is bought: one line of an order."""

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
    """The sums of an order."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int


class Order(BaseModel):
    """An order."""

    order_id: str
    placed_at: datetime
    currency: str
    customer: Customer
    shipping_address: Address | None = None
    line_items: list[Line]
    payments: list[Payment] = []
    totals: Totals


class Parcel(BaseModel):
    """A parcel and its carrier."""

    tracking_number: str
    carrier: str
    url: str | None = None


class Fulfillment(BaseModel):
    """What was shipped."""

    fulfillment_id: str
    order_id: str
    shipped_at: datetime
    parcels: list[Parcel]


class Stock(BaseModel):
    """What lies at a location."""

    sku: str
    location_id: str
    on_hand: Decimal
    reserved: Decimal = Decimal(0)


class Event(BaseModel):
    """What an event tells."""

    event_id: str
    type: str
    time: datetime
    order: Order | None = None
    fulfillment: Fulfillment | None = None
    stock: list[Stock] = []


logger, tracer, metrics = Logger(), Tracer(), Metrics()
clients = [boto3.client(service) for service in ("dynamodb", "sqs", "events")]
