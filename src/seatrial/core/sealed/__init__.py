"""Sealed content: what may be done with a blob, and with the key of a case."""
