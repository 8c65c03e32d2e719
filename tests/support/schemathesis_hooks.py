"""For Schemathesis: requests that reach the rules, each with an idempotency key of its own."""

import os
import re
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

import schemathesis

_KEYS = count()
"""Told apart by the process too: the server lives longer than one run."""

MOST = 1500
"""Characters of a query or of names, escaped: an address has both."""

_IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,100}")


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Made-up keys repeat; the second request with one would be refused, rightly."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[A-Za-z0-9._:-]{1,100}", key):
        case.headers["Idempotency-Key"] = f"made-up-{os.getpid()}-{next(_KEYS)}"
        # A made-up tag is an outdated one, and 412 its answer: the rules would not be reached.
        case.headers.pop("If-Match", None)


@schemathesis.hook
def map_path_parameters(_context: Any, parameters: dict[str, Any] | None) -> Any:
    """Name things that are there, so that the rules are reached."""
    there = {"case": "opencase", "incident": "door"}
    return {
        # What is wrong on purpose stays wrong.
        name: there.get(name, given) if _IDENTITY.fullmatch(str(given)) else given
        for name, given in (parameters or {}).items()
    }


@schemathesis.hook
def filter_query(_context: Any, query: Mapping[str, object] | None) -> bool:
    """Leave addresses out that the server refuses unread, in HTML: those above 4 KiB."""
    return len(urlencode(query or {}, doseq=True)) < MOST


@schemathesis.hook
def filter_path_parameters(_context: Any, parameters: Mapping[str, object] | None) -> bool:
    """Leave the same out where a name is as long."""
    return len(urlencode(parameters or {}, doseq=True)) < MOST
