"""What every function needs once per process: clients, stores, logger, and the time."""

import functools
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.config
import botocore.loaders
import botocore.session
from aws_lambda_powertools.logging import Logger
from botocore.exceptions import BotoCoreError, ClientError

from records.errors import RecordError
from records.moments import rfc3339
from records.store.dynamo import DynamoStore
from records.store.inbox import Inbox

__all__ = ["REFUSALS", "client", "inbox", "logger", "now", "records", "rfc3339"]

logger = Logger()

REFUSALS = (RecordError, BotoCoreError, ClientError)
"""What is raised where AWS did not do what was asked."""

_CONFIG = botocore.config.Config(
    connect_timeout=2, read_timeout=10, retries={"mode": "standard", "max_attempts": 4}, max_pool_connections=4
)
# The deployment package holds only botocore's models of the services that we call (ops/hub/aws_models.py).
_MODELS = Path(__file__).parents[1] / "aws_models"


@functools.cache
def client(service: str) -> Any:
    """Give the process's client of an AWS service. It is botocore's own: boto3 would lengthen a user's cold start."""
    return _session().create_client(service, config=_CONFIG)


@functools.cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    if _MODELS.is_dir():
        loader = botocore.loaders.Loader(extra_search_paths=[str(_MODELS)], include_default_search_paths=False)
        session.register_component("data_loader", loader)
    return session


@functools.cache
def records() -> DynamoStore:
    """Give the Records table."""
    return DynamoStore(client("dynamodb"), os.environ["RECORDS_TABLE"])


@functools.cache
def inbox() -> Inbox:
    """Give the Inbox table and its bucket."""
    return Inbox(
        client("dynamodb"), os.environ["INBOX_TABLE"], lambda: client("s3"), os.environ.get("PAYLOAD_BUCKET", "")
    )


def now() -> datetime:
    """Give the time in UTC."""
    return datetime.now(UTC)
