"""Containment probe: prove inside a sandbox, before a trial, that it leads nowhere (R1, R2)."""
