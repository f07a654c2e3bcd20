"""Webhook signatures: what each vendor signs and how, as pure functions over the bytes that arrived.

`verify` accepts a request or raises `SignatureError`, whatever it is given. `sign` makes the headers that the vendor
would send. `SCHEMES` is the table of schemes. A scheme without a header of its own takes one after a colon:
`static-token:X-Clover-Auth`.
"""

from connectors.signatures.scheme import Scheme, Secret, Signed, Verified
from connectors.signatures.schemes import SCHEMES, scheme_of
from connectors.signatures.verification import TOLERANCE, sign, verify

__all__ = ["SCHEMES", "TOLERANCE", "Scheme", "Secret", "Signed", "Verified", "scheme_of", "sign", "verify"]
