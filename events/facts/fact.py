"""What every fact carries."""

from typing import ClassVar

from events.parts import Part, Time


class Fact(Part):
    """What every fact carries. `source_version` orders two statements about one thing: larger is newer."""

    kind: str
    fact_id: str
    event_id: str
    connection_id: str
    occurred_at: Time
    source_version: str

    KEY: ClassVar[tuple[str, ...]] = ()

    def key(self) -> str:
        """Name what the fact is about within its connection."""
        return "/".join(str(getattr(self, name)) for name in self.KEY)
