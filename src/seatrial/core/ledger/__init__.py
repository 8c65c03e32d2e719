"""The ledger: entries, their tree, and the things whose history they are."""
