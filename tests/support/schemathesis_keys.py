"""For Schemathesis: each request that has a good idempotency key gets one of its own."""

import re
from itertools import count
from typing import Any

import schemathesis

_KEYS = count()


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Made-up keys repeat; the second request with one would be refused, rightly."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[A-Za-z0-9._:-]{1,100}", key):
        case.headers["Idempotency-Key"] = f"made-up-{next(_KEYS)}"
