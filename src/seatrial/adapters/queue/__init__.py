"""Durable work: its database, its workers, the board of running trials, the relay to a model."""
