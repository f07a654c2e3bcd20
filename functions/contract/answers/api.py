"""What the routes of the API itself answer."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from functions.contract.operation import Said


class Health(Said):
    """The API answers."""

    status: Literal["ok"]


class Document(BaseModel):
    """This document: OpenAPI 3.1."""

    model_config = ConfigDict(frozen=True, extra="allow")

    openapi: Literal["3.1.0"]
    paths: dict[str, Any]
