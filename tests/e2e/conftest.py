"""A retailer for each story, on the one hub that all tests share."""

from collections.abc import Callable, Iterator

import pytest

from ops.hub.deploy import Hub
from tests.e2e.consumer import Consumer
from tests.e2e.retailer import Retailer, admit


@pytest.fixture(scope="session")
def admitted(hub: Hub) -> Iterator[Hub]:
    """The hub that all tests share, with a token for each of retailer.TENANTS. Its bus carries what is published."""
    admit(hub)
    consumer = Consumer(hub)
    yield hub
    assert consumer.breaches() == []


@pytest.fixture(scope="module")
def open_shop(admitted: Hub) -> Iterator[Callable[[str], Retailer]]:
    """A function that opens the retailer of a tenant. All are closed at the end of the module."""
    opened: list[Retailer] = []

    def make(tenant: str) -> Retailer:
        opened.append(Retailer(admitted, tenant))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
