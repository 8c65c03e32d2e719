"""Published figures without identities (R30)."""
