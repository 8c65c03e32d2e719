"""What columns hold, whatever was put into them."""


def as_bytes(held: object) -> bytes:
    """Give the bytes that a column holds; where SQLite was made to hold text, those of the text."""
    return bytes(held) if isinstance(held, bytes | memoryview) else str(held).encode()
