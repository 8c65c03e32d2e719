"""Sealed blobs: encrypted files by digest, and the custody of the keys that open them."""
