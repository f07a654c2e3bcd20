"""What the routes of the API itself take: nothing."""

from functions.contract.operation import Operation, Operations

OPERATIONS: Operations = {
    ("GET", "/v1/health"): Operation({200: "api.Health"}),
    ("GET", "/v1/openapi.json"): Operation({200: "api.Document"}),
}
