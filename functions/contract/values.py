"""What a field of a request or an answer may hold. Each says in words what it must be: that is what a refusal says."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, PlainValidator, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

DECIMAL = re.compile(r"\d{1,10}(\.\d{1,6})?", re.ASCII)  # a quantity that is written as text
MOST_BYTES = 1024  # of one value: more would be no key of a table, which takes 2048 bytes in all
MOST_OF_CURSOR = 4096
MOST_PIECES = Decimal(10) ** 9
FINEST = -6  # decimal places of a quantity
MOST_OF_PAGE = 200


def refused(detail: str, code: str = "") -> PydanticCustomError:
    """Make the refusal that a validator raises. A sentence stands alone; else the name of the field begins it."""
    return PydanticCustomError("refused", "{detail}", {"detail": detail, "code": code})


class Must:
    """What a field must be, in words: its refusal says so, whatever was wrong. `code` is of the problem, if its own."""

    def __init__(self, words: str, code: str = "") -> None:
        self.context: dict[str, str | int | float] = {"detail": f"must be {words}", "code": code}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            handler(source),
            custom_error_type="refused",
            custom_error_message="{detail}",
            custom_error_context=self.context,
        )


def _short(text: str) -> str:
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise ValueError
    return text


def _moment(said: Any) -> datetime:
    try:
        found = datetime.fromisoformat(said)
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (TypeError, OverflowError) as error:  # no text; or a time that UTC does not have
        raise ValueError from error


def _pieces(said: Any) -> Decimal:
    if not isinstance(said, int | str | Decimal) or isinstance(said, bool):
        raise ValueError  # noqa: TRY004 - pydantic takes a ValueError as a refusal
    if isinstance(said, str) and not DECIMAL.fullmatch(said):
        raise ValueError
    found = Decimal(said)
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 <= found <= MOST_PIECES or exponent < FINEST:
        raise ValueError
    return found


def _some(pieces: Decimal) -> Decimal:
    if not pieces:
        raise ValueError
    return pieces


def _digits(said: Any) -> Any:
    """Read a number of a query; in a body it is one already."""
    if not isinstance(said, str):
        return said
    if not said.isascii() or not said.isdigit():
        raise ValueError
    return int(said)


def _schema(number: dict[str, Any], description: str) -> WithJsonSchema:
    text = {"type": "string", "pattern": f"^{DECIMAL.pattern}$"}
    return WithJsonSchema({"anyOf": [{"type": "number", "maximum": 10**9, **number}, text], "description": description})


Text = Annotated[
    str,
    AfterValidator(_short),
    Field(json_schema_extra={"maxLength": MOST_BYTES}),
    Must(f"a text of at most {MOST_BYTES} bytes"),
]
Keyed = Annotated[
    str, Field(min_length=1, max_length=256, pattern="^[^#]+$"), Must("a name of 1 to 256 characters, without #")
]
Pieces = Annotated[
    Decimal,
    PlainValidator(_pieces),
    _schema({"minimum": 0}, "pieces, to six decimal places"),
    Must("a quantity: 0 or more, to six decimal places"),
]
SomePieces = Annotated[
    Decimal,
    PlainValidator(_pieces),
    AfterValidator(_some),
    _schema({"exclusiveMinimum": 0}, "pieces above 0, to six decimal places"),
    Must("a quantity above 0, to six decimal places"),
]
Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "with its time zone"}),
    Must("a time with its time zone, such as 2026-01-31T09:00:00Z"),
]
PageSize = Annotated[
    int,
    Field(ge=1, le=MOST_OF_PAGE, description="how many"),
    BeforeValidator(_digits),
    Must(f"1 to {MOST_OF_PAGE}"),
]
PageAfter = Annotated[
    str,
    Field(max_length=MOST_OF_CURSOR, description="what the page before gave as its cursor"),
    Must("one that an earlier page gave"),
]
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", description="RFC 3339, in UTC")]
Quantity = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="pieces, as a decimal number")]
EventId = Annotated[str, Field(pattern=r"^evt_[0-9a-f]{32}$")]
Cursor = Annotated[str | None, Field(description="ask for the next page with it; null: this is the last one")]
