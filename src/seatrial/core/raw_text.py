"""Bytes that an agent chose, in JSON, without loss and without a second reading.

Program arguments and paths are bytes; most are UTF-8, some are made not to be.
"""

import base64
import binascii

from seatrial.core.canonical import Json


def raw_to_json(raw: bytes) -> Json:
    """Give a string for valid UTF-8, else `{"base64": ...}`. One form for one value."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode("ascii")}


def raw_from_json(value: Json) -> bytes:
    """Give the bytes back.

    Raises: ValueError when `value` is not what `raw_to_json` gives for any bytes.
    """
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, dict) and list(value) == ["base64"]:
        coded = value["base64"]
        if isinstance(coded, str):
            try:
                raw = base64.b64decode(coded, validate=True)
            except binascii.Error as error:
                raise ValueError(f"not base64: {error}") from error
            if raw_to_json(raw) == value:
                return raw
    raise ValueError("neither a string nor bytes in base64 that are no UTF-8")
