"""The ledger outside its database: exports as folders, heads anchored in files and git."""
