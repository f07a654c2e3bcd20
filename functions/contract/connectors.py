"""What the routes of connectors take."""

from pydantic import BaseModel, ConfigDict

from functions.contract.operation import Operation, Operations, Problem, Said


class Bundle(BaseModel):
    """A declarative connector: its files by name. docs/connector.md says what stands in them."""

    # It only describes: functions/registry/admission.py checks the files, and finds every fault in them.
    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest: str
    mappings: dict[str, str]
    samples: dict[str, str]
    readme: str


class Fault(Said):
    """Something that is wrong with a connector."""

    check: str
    file: str
    message: str


class RefusedBundle(Problem):
    """Why a connector was not taken in."""

    faults: list[Fault] | None = None


OPERATIONS: Operations = {
    ("GET", "/v1/connectors"): Operation({200: "connectors.Connectors"}),
    ("POST", "/v1/connectors"): Operation(
        {200: "connectors.Registered", 201: "connectors.Registered"},
        body=Bundle,
        refuses=(400, 409, 422),
        problem=RefusedBundle,
    ),
    ("GET", "/v1/connectors/{name}"): Operation({200: "connectors.ConnectorDetails"}, refuses=(404,)),
}
