"""Clients that look like botocore's: a method per operation, paginators, events before each call, `ClientError`."""

import functools
import threading
from collections.abc import Callable, Iterator, Sized
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

Asked = dict[str, Any]
Answer = dict[str, Any]


class RefusedError(Exception):
    """What AWS answers instead: a code, a message, and what else stands in the error."""

    def __init__(self, code: str, message: str = "", status: int = 400, **more: Any) -> None:
        super().__init__(message)
        self.content = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
            **more,
        }


def takes(needed: str, optional: str = "") -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Say which parameters an operation has; others, and none where one is needed, are refused before the call."""
    names, known = set(needed.split()), {*needed.split(), *optional.split()}

    def checked(operation: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(operation)
        def call(service: Any, asked: Asked) -> Answer:
            if names - set(asked):
                raise ParamValidationError(report=f"Missing required parameter: {sorted(names - set(asked))}")
            if set(asked) - known:
                raise ParamValidationError(report=f"Unknown parameter in input: {sorted(set(asked) - known)}")
            return operation(service, asked)

        return call

    return checked


NAMES = {"secrets-manager": "secretsmanager", "eventbridge": "events"}
"""The clients of services that botocore's hooks may call otherwise."""


def check_length(name: str, content: Sized) -> None:
    """Refuse an empty list before the call, as botocore does where the service's model says so."""
    if not content:
        raise ParamValidationError(report=f"Invalid length for parameter {name}, value: 0, valid min length: 1")


class Hooks:
    """What is called before calls: by `before-call.dynamodb.PutItem`, or by a beginning of such a name."""

    def __init__(self) -> None:
        self._hooks: list[tuple[str, Callable[..., None]]] = []

    def register(self, name: str, hook: Callable[..., None]) -> None:
        """Call a hook from now on."""
        self._hooks.append((_named(name), hook))

    def unregister(self, name: str, hook: Callable[..., None]) -> None:
        """Call it no more."""
        self._hooks.remove((_named(name), hook))

    def emit(self, kind: str, service: str, operation: str, asked: Asked) -> None:
        """Call those that are registered; what one raises is what the call raises."""
        event = f"{kind}.{service}.{operation}"
        for name, hook in list(self._hooks):
            if f"{event}.".startswith(f"{name}."):
                hook(params=asked, model=SimpleNamespace(name=operation))


def _named(name: str) -> str:
    return ".".join(NAMES.get(part, part) for part in name.split("."))


class Client:
    """A client of one service. One call at a time: what is one call is one step, as in AWS."""

    def __init__(self, service: Any, name: str, endpoint: str, lock: threading.Lock) -> None:
        self._service, self._name, self._lock = service, name, lock
        self.meta = SimpleNamespace(events=Hooks(), endpoint_url=endpoint)

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        operation = getattr(self._service, name)

        def call(**asked: Any) -> Answer:
            called = "".join(part.title() for part in name.split("_"))
            for kind in ("provide-client-params", "before-call"):
                self.meta.events.emit(kind, self._name, called, asked)
            with self._lock:
                try:
                    return {**operation(asked), "ResponseMetadata": {"HTTPStatusCode": 200}}
                except RefusedError as refused:
                    raise ClientError(refused.content, called) from refused

        return call

    def get_paginator(self, name: str) -> "Paginator":
        """Give what reads every page."""
        return Paginator(getattr(self, name))


class Paginator:
    """Reads on where the page before ended."""

    def __init__(self, call: Callable[..., Answer]) -> None:
        self._call = call

    def paginate(self, **asked: Any) -> Iterator[Answer]:
        """Give page after page."""
        while True:
            page = self._call(**asked)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
