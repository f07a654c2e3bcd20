"""What can go wrong between the hub and a channel, named by what to do next."""

from typing import Literal

Cause = Literal["configuration", "data", "transient", "platform", "bug"]


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


class SignatureError(ConnectorError):
    """A webhook's signature is missing, malformed, wrong or too old. `code` says which."""

    cause = "data"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnauthorisedError(ConnectorError):
    """The channel refuses our credentials."""

    code = "channel_unauthorised"
    cause = "configuration"


class RejectedError(ConnectorError):
    """The channel understood the call and refuses it: repeating it will not help."""

    code = "channel_rejected"
    cause = "data"


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
