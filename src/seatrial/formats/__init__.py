"""Standards: domain objects to bytes and back. Pure; reaches no I/O."""
