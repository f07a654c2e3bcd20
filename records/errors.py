"""What can go wrong with records."""

from typing import Literal


class RecordError(Exception):
    """A record could not be read or written. `retry` says whether the same again may succeed."""

    code = "record_failed"
    retry = False
    cause: Literal["configuration", "data", "transient", "platform", "bug"] = "bug"


class ConflictError(RecordError):
    """A condition did not hold: somebody else wrote first. Read again and decide again."""

    code = "record_conflict"
    retry = True
    cause = "transient"


class StoreUnavailableError(RecordError):
    """The database throttled, or did not say whether it wrote. The same write may be sent again."""

    code = "store_unavailable"
    retry = True
    cause = "platform"


class UnknownSkuError(RecordError):
    """A stock statement names something for which no SKU is known."""

    code = "sku_unknown"
    cause = "data"


class ContractError(RecordError):
    """A fact does not fit what the hub knows."""

    code = "fact_invalid"
    cause = "data"
