"""How the Amazon client comes by its access token, and what it does when one is refused."""

from collections.abc import Iterator

import pytest

from connectors.amazon import login
from connectors.amazon.client import Client
from connectors.connection import Connection
from connectors.errors import UnauthorisedError
from connectors.http import Http
from ops.standins.amazon import Amazon

LONG_AGO = "2020-01-01T00:00:00.000Z"


@pytest.fixture
def seller() -> Iterator[Amazon]:
    seller = Amazon("app", "hush", "Atzr|seller")
    seller.start()
    yield seller
    seller.stop()


def client(seller: Amazon, refresh_token: str = "Atzr|seller") -> Client:
    url = seller.base_url
    at = Connection(connection_id="a", tenant="t", connector="amazon", base_url=url, settings={"lwa_url": url})
    secrets = {"lwa_client_id": "app", "lwa_client_secret": "hush", "refresh_token": refresh_token}
    return Client(at, secrets, Http("amazon", timeout=2.0))


def test_one_login_serves_many_calls(seller: Amazon) -> None:
    one = client(seller)
    one.poll_orders(LONG_AGO, None)
    one.poll_orders(LONG_AGO, None)
    assert [call.path for call in seller.calls if call.method == "POST"] == ["/auth/o2/token"]


def test_a_token_near_its_end_is_renewed(seller: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1_800_000_000.0
    monkeypatch.setattr(login, "now", lambda: moment)
    one = client(seller)
    one.poll_orders(LONG_AGO, None)
    moment += 3539
    one.poll_orders(LONG_AGO, None)
    assert len(seller.tokens) == 1
    moment += 2
    one.poll_orders(LONG_AGO, None)
    assert len(seller.tokens) == 2


def test_a_token_refused_before_its_time_is_renewed_once(seller: Amazon) -> None:
    one = client(seller)
    one.poll_orders(LONG_AGO, None)
    seller.tokens.clear()
    one.poll_orders(LONG_AGO, None)
    assert len(seller.tokens) == 1


def test_a_refused_refresh_token_is_ours_to_mend(seller: Amazon) -> None:
    with pytest.raises(UnauthorisedError, match="login answered 400: the seller must authorise again"):
        client(seller, refresh_token="old").poll_orders(LONG_AGO, None)


def test_a_fresh_token_that_is_refused_is_not_tried_for_ever(seller: Amazon) -> None:
    seller.fail("401", times=9, path="/orders")
    with pytest.raises(UnauthorisedError):
        client(seller).poll_orders(LONG_AGO, None)
    assert sum(call.method == "GET" for call in seller.calls) == 1
