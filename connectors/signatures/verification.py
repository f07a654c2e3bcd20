"""Verify the signature of a request, or make one. Whatever arrives, the only error is SignatureError."""

from collections.abc import Mapping, Sequence

from connectors.errors import SignatureError
from connectors.signatures.encodings import by_name, same
from connectors.signatures.scheme import Secret, Signed, Verified
from connectors.signatures.schemes import scheme_of

TOLERANCE = 300.0  # seconds


def verify(scheme: str, request: Signed, secrets: Sequence[Secret], now: float) -> Verified:
    """Say which of the valid secrets signed the request.

    Every valid secret is tried against every signature, so that the time taken does not tell which one matched.

    Raises:
        SignatureError: `signature_missing`, `signature_malformed`, `signature_wrong`, `signature_stale` (genuine, but
            signed more than 300 s before or after `now`) or `secret_missing` (ours to mend: no valid, usable secret).
    """
    plan = scheme_of(scheme)
    claim = plan.read(request, by_name(request.headers))
    keys = [(secret.key_id, plan.key(secret.value)) for secret in secrets if secret.is_valid(now)]
    proofs = [(key_id, plan.proof(key, claim.message)) for key_id, key in keys if key]
    if not proofs:
        raise SignatureError("secret_missing", f"{plan.name}: no secret is valid and usable now")
    matching = [key_id for key_id, proof in proofs for digest in claim.digests if same(proof, digest)]
    if not matching:
        raise SignatureError("signature_wrong", f"{plan.name}: the signature does not match")
    # Written so that NaN is refused too.
    if claim.signed_at is not None and not abs(now - claim.signed_at) <= TOLERANCE:
        raise SignatureError("signature_stale", f"{plan.name}: signed {now - claim.signed_at:.0f} s ago")
    return Verified(matching[0], claim.signed_at)


def sign(
    scheme: str,
    *,
    method: str,
    url: str,
    body: bytes,
    secret: str,
    now: float,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Make the headers that the vendor would send. `headers` are those that the request already has.

    A `webhook-id` among them is kept.

    Raises:
        SignatureError: `secret_missing` where the secret cannot be a key of the scheme.
    """
    plan = scheme_of(scheme)
    key = plan.key(secret)
    if not key:
        raise SignatureError("secret_missing", f"{plan.name}: the secret cannot be used as a key")
    request = Signed(method, url, headers or {}, body)
    return plan.write(request, now, lambda message: plan.proof(key, message))
