"""How receivers know that it is we who tell them, and that it was just now.

`Facet-Signature: t=<unix seconds>,v1=<hex>`, where the latter is HMAC-SHA256 with the secret over
the time, a dot and the body. While a secret is being replaced there is one `v1` of each.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

MARK = "whsec"


def new_secret() -> str:
    """Return a secret of 256 bits."""
    return f"{MARK}_{secrets.token_urlsafe(32)}"


def sign(body: bytes, *, keys: Iterable[str], at: int) -> str:
    """Return the value of `Facet-Signature` for a body that is sent at a unix time."""
    said = str(at).encode() + b"." + body
    digests = (hmac.new(key.encode(), said, hashlib.sha256).hexdigest() for key in keys)
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])
