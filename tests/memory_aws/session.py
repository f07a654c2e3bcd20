"""The session that `functions.runtime` gets its clients from."""

import threading
from typing import Any

from tests.memory_aws.client import Client
from tests.memory_aws.dynamodb import DynamoDb
from tests.memory_aws.others import Buckets, Mappings, Roles, Secrets
from tests.memory_aws.queues import Bus, Queues
from tests.process import ACCOUNT, REGION


class Session:
    """An account: its services, which every client of it speaks with."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._services: dict[str, Any] = {
            "dynamodb": DynamoDb(),
            "s3": Buckets(),
            "sqs": Queues(_endpoint("sqs"), ACCOUNT),
            "events": Bus(),
            "secretsmanager": Secrets(REGION, ACCOUNT),
            "lambda": Mappings(),
            "iam": Roles(),
        }

    def create_client(self, service: str, config: Any = None) -> Client:
        """Make a client of a service."""
        return Client(self._services[service], service, _endpoint(service), self._lock)


def _endpoint(service: str) -> str:
    return f"https://{service}.{REGION}.amazonaws.com"
