"""A connection: one account at a channel, as the registry keeps it and as clients and mappings see it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
ConnectionId = Annotated[str, StringConstraints(pattern=NAME)]


class Connection(BaseModel):
    """One shop, one seller account, one till estate. Secrets are not part of it: `secret_arn` says where they lie."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    connection_id: ConnectionId
    tenant: Annotated[str, StringConstraints(pattern=NAME)]
    group: str = Field(default="", description="of the tenants that share their customers with this one's")
    connector: str
    base_url: str = Field(description="where the channel's API answers, without a trailing slash")
    webhook_url: str = Field(default="", description="the public URL the channel was given; some schemes sign it")
    status: Literal["active", "paused"] = "active"
    secret_arn: str = ""
    delivery: str = Field(default="", description="the event source mapping that hands its pushes over; off: paused")
    timezone: str = "UTC"
    currency: str | None = None
    default_region: str = Field(default="US", description="country assumed for phone numbers without one")
    locations: dict[str, str] = Field(default_factory=dict, description="the channel's location id → ours")
    owns: tuple[str, ...] = Field(default=(), description="our locations whose counts this connection owns")
    sells_from: tuple[str, ...] = Field(default=(), description="our locations this channel may sell from")
    default_location: str | None = Field(default=None, description="where orders without a location take stock")
    buffer: int = Field(default=0, ge=0, description="pieces never shown to this channel")
    tier: str | None = Field(default=None, description="customers of this tier buy here: what is kept for it is shown")
    aliases: dict[str, str] = Field(default_factory=dict, description="the channel's stock or product id → our SKU")
    first_load: bool = Field(
        default=False, description="an existing customer base is being loaded: no bus event for each, reviews apart"
    )
    settings: dict[str, str] = Field(default_factory=dict, description="what only this connector needs")

    @property
    def people(self) -> str:
        """Name whose customers its customers are: the group's where tenants share them, the tenant's otherwise."""
        return self.group or self.tenant

    def location(self, channel_location_id: str) -> str:
        """Give our id of one of the channel's locations; one that is not mapped becomes `<connection_id>:<its id>`."""
        return self.locations.get(channel_location_id, f"{self.connection_id}:{channel_location_id}")

    def channel_location(self, location_id: str) -> str | None:
        """Give the channel's id of one of our locations; None where the channel has no such location."""
        for theirs, ours in self.locations.items():
            if ours == location_id:
                return theirs
        return None
