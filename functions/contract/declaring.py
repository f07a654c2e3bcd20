"""How a route is declared: models of what it takes and answers, and the parts they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", description="RFC 3339, in UTC")]
Quantity = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="pieces, as a decimal number")]
EventId = Annotated[str, Field(pattern=r"^evt_[0-9a-f]{32}$")]
Cursor = Annotated[str | None, Field(description="ask for the next page with it; null: this is the last one")]

Moment = Annotated[str | None, Field(json_schema_extra={"format": "date-time"}, description="with its time zone")]

MOST_BYTES = 1024  # of one value in a path, a query or a body: more would be no key of a table
Text = Annotated[str, StringConstraints(max_length=MOST_BYTES)]


class Said(BaseModel):
    """Anything in an answer or a request: closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it. `code` is for machines; some problems say more."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str


@dataclass(frozen=True)
class Query:
    """A parameter behind the question mark."""

    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "maxLength": MOST_BYTES})
    required: bool = False


PAGE_AFTER = Query("what the page before gave", {"type": "string", "maxLength": MOST_BYTES})


@dataclass(frozen=True)
class Operation:
    """What one route takes, what it answers, and with which statuses it refuses."""

    answers: Mapping[int, Any]
    query: Mapping[str, Query] = field(default_factory=dict)
    headers: Mapping[str, Query] = field(default_factory=dict)
    body: type[BaseModel] | None = None
    media: Sequence[str] = ()
    refuses: Sequence[int] = ()
    problem: type[BaseModel] = Problem


def page_size(usual: int) -> Query:
    """Declare how many a page may hold."""
    return Query("how many", {"type": "integer", "minimum": 1, "maximum": 200, "default": usual})


Operations = Mapping[tuple[str, str], Operation]
"""By method and path."""


def shown(name: str, fact: type[BaseModel], without: Sequence[str] = (), **more: Any) -> Any:
    """Make the model of a fact as a record shows it: what is empty or a default is left out."""
    fields = {
        each: (Annotated[info.annotation, Field(description=info.description), *info.metadata], None)
        for each, info in fact.model_fields.items()
        if each not in without
    }
    return create_model(name, __base__=Said, **{**fields, **more})


def listed(model: Any) -> Any:
    """Give the type of a list of a model that was made by `shown`."""
    return list[model]
