"""How a route is declared: what it takes, what it answers, and with which statuses it refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from functions.contract.values import PageAfter, Text, refused

MOST_TOLD = 10  # unknown names that are told of one request


class Said(BaseModel):
    """Anything in an answer: closed to unknown fields. It is built when it is first used."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Asked(Said):
    """Anything in a request. A field that may be missing may also be null, and means the same."""

    model_config = ConfigDict(strict=True)

    @model_validator(mode="before")
    @classmethod
    def _knows_its_names(cls, content: Any) -> Any:
        names = {info.alias or name: not info.deprecated for name, info in cls.model_fields.items()}
        known = ", ".join(name for name, is_known in names.items() if is_known) or "nothing"
        if not isinstance(content, dict):
            raise refused(f"must be an object of: {known}")
        unknown = sorted(str(name)[:80] for name in content if name not in names)
        if unknown:
            more = f" and {len(unknown) - MOST_TOLD} more" if len(unknown) > MOST_TOLD else ""
            raise refused(f"Unknown: {', '.join(unknown[:MOST_TOLD])}{more}. Known: {known}.")
        return content


class Nothing(Asked):
    """No field is taken."""


class Headers(Asked):
    """The headers that a route reads. What else is sent is not its business; one that is not sent is empty."""

    @model_validator(mode="before")
    @classmethod
    def _takes_its_own(cls, content: dict[str, str]) -> dict[str, str]:
        sent = {name.lower(): value for name, value in content.items()}
        names = [info.alias or name for name, info in cls.model_fields.items()]
        return {name: sent.get(name.lower(), "") for name in names}


class Paged(Asked):
    """Which page of a list."""

    cursor: PageAfter | None = None


class OfConnection(Asked):
    """What names a connection; it was once called `connection` here, and who says so is still understood."""

    connection_id: Text | None = None
    connection: Annotated[Text | None, Field(deprecated=True, description="the old name of connection_id")] = None

    @model_validator(mode="before")
    @classmethod
    def _reads_the_old_name(cls, content: Any) -> Any:
        if not isinstance(content, dict) or content.get("connection") is None:
            return content
        if content.get("connection_id") not in (None, content["connection"]):
            raise refused("Send connection_id alone: connection is its old name, and the two differ.")
        return {**content, "connection_id": content["connection"]}


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it. `code` is for machines; some problems say more."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    type: str
    title: str
    status: int
    code: str
    detail: str


@dataclass(frozen=True)
class Operation:
    """A route. Its `query`, `headers` and `body` check what is asked, and the document is made of them.

    Answers are named by status as `module.Model` of `functions/contract/answers/`: who checks a request pays for none
    of them. `media` says what a body may be that no model describes.
    """

    answers: Mapping[int, str]
    query: type[Asked] | None = None
    headers: type[Headers] | None = None
    body: type[BaseModel] | None = None
    media: Sequence[str] = ()
    refuses: Sequence[int] = ()
    problem: type[BaseModel] = Problem

    def answer(self, status: int) -> type[BaseModel]:
        """Give the model of an answer."""
        module, _, name = self.answers[status].partition(".")
        model: type[BaseModel] = getattr(import_module(f"functions.contract.answers.{module}"), name)
        return model


Operations = Mapping[tuple[str, str], Operation]
"""By method and path."""
