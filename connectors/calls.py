"""What a manifest says of a channel's HTTP calls, for connectors that need no client of their own.

A text in braces, `{id}` or `{body.sku}`, stands for a value of the call's argument. docs/connector.md has every field.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")]
Template = Annotated[str, StringConstraints(pattern=r"^([^{}\x00-\x1f]|\{[a-z_]+(\.[A-Za-z0-9_-]+)*\})*$")]
PathTemplate = Annotated[str, StringConstraints(pattern=r"^/([^{}?#\s]|\{[a-z_]+(\.[A-Za-z0-9_-]+)*\})*$")]
Failure = Literal["rejected", "unauthorised", "rate_limited", "unavailable", "not_found", "stale"]
Role = Literal["fetch", "poll", "push", "identity"]

ARGUMENTS: Mapping[Role, frozenset[str]] = {
    "fetch": frozenset({"id"}),
    "identity": frozenset({"id"}),
    "poll": frozenset({"since", "cursor"}),
    "push": frozenset({"body", "key", "idempotency_key", "previous", "as_of"}),
}
"""What the templates of a call may name, beside `settings.<name>` of the connection."""

AUTH_SCHEMES = frozenset({"bearer", "basic", "header", "query"})
# Statuses that connectors.http turns into the same error for every channel.
SETTLED = frozenset({401, 403, 429})
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Part(BaseModel):
    """A part of a manifest: frozen, and an unknown field is an error.

    Its validator is built at first use (`defer_build`), because not every process needs one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Call(Part):
    """One HTTP call. Its fields say what it is for: a poll has `items`, a fetch `topic`, an identity `value`.

    A call with none of them is a push.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: PathTemplate = Field(description="below the connection's base_url; values in braces are percent-encoded")
    query: dict[Text, Template] = Field(default_factory=dict, description="one whose value is null is left out")
    headers: dict[HeaderName, Template] = Field(default_factory=dict)
    body: Text | None = Field(default=None, description="JMESPath on the argument: sent as JSON; a push sends `body`")
    success: Text | None = Field(default=None, description="JMESPath on the answer that must be truthy")
    errors: dict[Text, Failure] = Field(default_factory=dict, description="a status or JMESPath on the answer → error")
    topic: Text | None = Field(default=None, description="fetch and poll: the topic of what the answer holds")
    items: Text | None = Field(default=None, description="poll: JMESPath that gives the list of documents")
    next: Text | None = Field(default=None, description="poll: JMESPath that gives the cursor of the next page")
    value: Text | None = Field(default=None, description="identity: JMESPath that gives the id or SKU")
    shown: Text | None = Field(default=None, description="push: JMESPath that gives the quantity the channel shows now")
    reference: Text | None = Field(
        default=None, description="push: JMESPath that gives the channel's name of the change"
    )

    @property
    def role(self) -> Role:
        """Say what the call is for."""
        if self.items is not None:
            return "poll"
        if self.topic is not None:
            return "fetch"
        return "push" if self.value is None else "identity"

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        allowed: Mapping[Role, frozenset[str]] = {
            "poll": frozenset({"items", "topic", "next"}),
            "fetch": frozenset({"topic"}),
            "identity": frozenset({"value"}),
            "push": frozenset({"shown", "reference"}),
        }
        special = ("items", "topic", "next", "value", "shown", "reference")
        extra = [name for name in special if getattr(self, name) is not None and name not in allowed[self.role]]
        if extra:
            raise ValueError(f"a {self.role} has no {', '.join(extra)}")
        if self.role == "poll" and self.topic is None:
            raise ValueError("a poll needs the topic of its items")
        for known, failure in self.errors.items():
            _check_error(known, failure, self.role)
        return self

    def placeholders(self) -> Iterator[str]:
        """Give every name in braces."""
        for template in (self.path, *self.query.values(), *self.headers.values()):
            yield from _PLACEHOLDER.findall(template)

    def expressions(self) -> Iterator[str]:
        """Give every JMESPath expression."""
        fields = (self.body, self.success, self.items, self.next, self.value, self.shown, self.reference)
        yield from (field for field in fields if field is not None)
        yield from (known for known in self.errors if not known.isdecimal())


def _check_error(known: str, failure: Failure, role: Role) -> None:
    if known.isdecimal() and (not 400 <= int(known) < 500 or int(known) in SETTLED):
        raise ValueError(
            f"errors: {known} means the same everywhere; only other statuses from 400 to 499 can be listed"
        )
    if failure == "stale" and role != "push":
        raise ValueError("errors: only a push can be stale")


def find(name: str, argument: Mapping[str, Any]) -> Any:
    """Give the value of a dotted name such as `body.sku`; None where there is none."""
    value: Any = argument
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def fill(template: str, argument: Mapping[str, Any], write: Callable[[str], str] = str) -> str | None:
    """Put values into a template; `write` spells each. None where a value is missing, empty, a list or an object."""
    written: dict[str, str] = {}
    for name in _PLACEHOLDER.findall(template):
        value = find(name, argument)
        if value is None or value == "" or isinstance(value, Mapping | list):
            return None
        written[name] = write(_plain(value))
    return _PLACEHOLDER.sub(lambda match: written[match[1]], template)


def _plain(value: Any) -> str:
    """Write a scalar for a URL or a header: `true` and `false` as in JSON, decimals without an exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
