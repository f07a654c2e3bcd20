"""The types of a webhook signature: the request that arrived, what it claims, a secret, and a vendor's scheme."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Signed:
    """A request as it arrived. `url` is the public URL the vendor was given; header names come in any case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Secret:
    """One secret that is valid from `not_before` until `not_after` (epoch seconds, both included; None: unbounded)."""

    value: str = field(repr=False)
    not_before: float | None = None
    not_after: float | None = None
    key_id: str = "current"

    def is_valid(self, now: float) -> bool:
        """Say whether the secret may be used at `now`."""
        return (self.not_before is None or self.not_before <= now) and (self.not_after is None or now <= self.not_after)


@dataclass(frozen=True)
class Verified:
    """Which secret signed the request and when, where the scheme says."""

    key_id: str
    signed_at: float | None


@dataclass(frozen=True)
class Claim:
    """What a request claims: one of `digests` proves `message`. `signed_at` is in epoch seconds; None: not said."""

    digests: tuple[bytes, ...]
    message: bytes
    signed_at: float | None = None


Headers = Mapping[str, tuple[str, ...]]  # lower-case name → every value that arrived under it
Mac = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Scheme:
    """How one vendor signs.

    `read` takes the claim out of a request (raises SignatureError). `write` makes the headers of a request. `key` makes
    a key of a secret (None: the secret is no key of this scheme). `proof` makes the digest of a message.
    `bounds_age`: the vendor sends the time of signing, so an old request is refused.
    """

    name: str
    about: str
    docs: str
    headers: tuple[str, ...]
    read: Callable[[Signed, Headers], Claim]
    write: Callable[[Signed, float, Mac], dict[str, str]]
    key: Callable[[str], bytes | None]
    proof: Callable[[bytes, bytes], bytes]
    bounds_age: bool = False
