"""Access: who may do what in which case for which purpose, in one table."""
