"""Counts what a process asks of AWS, by watching its own clients: calls, write units, read units."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ops.bench.units import item_size, query_units, read_units

KEY = ("pk", "sk")


@dataclass
class Meter:
    """What was asked since `reset`. `read_units` are by table. `written` are the keys of items, in DynamoDB's JSON."""

    calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0.0
    read_units: Counter[str] = field(default_factory=Counter)
    written: list[dict[str, Any]] = field(default_factory=list)

    def reset(self) -> None:
        """Set all counts to zero."""
        self.calls, self.write_units, self.read_units, self.written = Counter(), 0.0, Counter(), []

    def watch(self, client: Any) -> None:
        """Count the calls of this client from now on."""
        client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call", self._count)

    def _ask(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Ask a call to report the capacity that it takes, if it can."""
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params = {**params, "ReturnConsumedCapacity": "TOTAL"}
        context["asked"] = params
        return params

    def _count(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        self.calls[f"{model.service_model.service_name}.{model.name}"] += 1
        if "asked" not in context or "Error" in parsed:
            return
        if model.name in READS:
            self.read_units.update(READS[model.name](context["asked"], parsed))
        elif "ConsumedCapacity" in parsed:
            consumed = parsed["ConsumedCapacity"]
            self.write_units += sum(
                each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed])
            )
            self.written += _written(context["asked"])


# The embedded AWS answers 0.5 or 1 for a read of any size, so read units are computed here from the size. Its write
# units are right, as DynamoDB's: by size, twice in transactions, indexes included.


def _get(asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, float]:
    size = item_size(answer.get("Item", {}))
    return {asked["TableName"]: read_units([size], consistent=asked.get("ConsistentRead", False))}


def _batch_get(asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, float]:
    units = {}
    for table, request in asked["RequestItems"].items():
        sizes = [item_size(item) for item in answer["Responses"].get(table, [])]
        missing = len(request["Keys"]) - len(sizes)
        units[table] = read_units([*sizes, *[0] * missing], consistent=request.get("ConsistentRead", False))
    return units


def _query(asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, float]:
    units = query_units(map(item_size, answer["Items"]), consistent=asked.get("ConsistentRead", False))
    return {asked["TableName"]: units}


READS = {"GetItem": _get, "BatchGetItem": _batch_get, "Query": _query, "Scan": _query}


def _written(asked: dict[str, Any]) -> list[dict[str, Any]]:
    actions = [action for entry in asked.get("TransactItems", [asked]) for action in _actions(entry)]
    return [{"TableName": action["TableName"], "Key": _key(action)} for action in actions]


def _actions(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry] if "TableName" in entry else list(entry.values())


def _key(action: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in action.get("Key", action.get("Item", {})).items() if name in KEY}
