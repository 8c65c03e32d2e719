"""What both halves share: facts, digests, ports. Pure: reaches no I/O."""
