"""The certificate: a signed, expiring, revocable statement of what was tested and found."""
