"""The hub under moto, for what must be proven against somebody else's AWS."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto import mock_aws

from functions import runtime
from tests.hub import Hub, seen
from tests.process import ACCOUNT, REGION, TOKEN, VARIABLES, forget
from tests.request import Answer

__all__ = ["ACCOUNT", "REGION", "TOKEN", "VARIABLES", "Answer", "MotoHub", "forget", "moto_hub", "moto_world", "world"]
SESSION = runtime._session


class MotoHub(Hub):
    """A hub in moto's AWS."""

    def __init__(self) -> None:
        super().__init__(lambda name: boto3.client(name, REGION), SESSION)


@pytest.fixture(scope="module")
def moto_world() -> Iterator[MotoHub]:
    """The hub's resources under moto, for the tests of one module."""
    with world() as made:
        yield made


@contextmanager
def world() -> Iterator[MotoHub]:
    """Make the hub's resources under moto."""
    with mock_aws(), seen(MotoHub) as made:
        yield made


@pytest.fixture
def moto_hub(moto_world: MotoHub) -> MotoHub:
    """The resources of the module, with connections as they were made and nothing received."""
    moto_world.wipe()
    return moto_world
