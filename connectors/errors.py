"""Errors between the hub and a channel. The class says what to do next."""

from typing import Literal

Cause = Literal["configuration", "data", "transient", "platform", "bug"]
SignatureCode = Literal[
    "signature_missing", "signature_malformed", "signature_wrong", "signature_stale", "secret_missing"
]

MAX_ERROR_BODY = 64 * 1024


class ConnectorError(Exception):
    """Something about a connector or a call to its channel failed.

    `code` names it for machines, `retry` says whether the same call may succeed later, `cause` says who can mend it.
    The message names the channel, the thing and the number; never a secret and never a person.
    """

    code = "connector_failed"
    retry = False
    cause: Cause = "bug"


class ManifestError(ConnectorError):
    """A connector's manifest or mapping files are wrong."""

    code = "manifest_invalid"
    cause = "configuration"


class TopicError(ConnectorError):
    """A webhook or document names no topic, or one the manifest does not have."""

    code = "topic_unknown"
    cause = "data"


class SignatureError(ConnectorError):
    """A webhook's signature is missing, malformed, wrong or too old, or we have no secret for it. `code` says which."""

    cause: Cause = "data"

    def __init__(self, code: SignatureCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        if code == "secret_missing":
            self.cause = "configuration"


class UnauthorisedError(ConnectorError):
    """The channel refuses our credentials."""

    code = "channel_unauthorised"
    cause = "configuration"


class RejectedError(ConnectorError):
    """The channel understood the call and refuses it: repeating it will not help.

    `status` is the HTTP status of the answer; None where the client itself refuses. `body` is the first 64 KiB of the
    answer: a client reads the reason there. It stays out of the message, because it may name a person.
    """

    code = "channel_rejected"
    cause = "data"

    def __init__(self, message: str, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body[:MAX_ERROR_BODY]


class RateLimitedError(ConnectorError):
    """The channel asks us to wait `retry_after` seconds."""

    code = "channel_rate_limited"
    retry = True
    cause: Cause = "transient"

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ConnectorError):
    """The channel did not answer, or answered that it cannot now."""

    code = "channel_unavailable"
    retry = True
    cause: Cause = "transient"


class NotFoundError(RejectedError):
    """The channel does not know the thing we asked for."""

    code = "channel_not_found"
