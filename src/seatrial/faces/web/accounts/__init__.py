"""People's accounts: how they sign in. What they may do is in the ledger, not here."""
