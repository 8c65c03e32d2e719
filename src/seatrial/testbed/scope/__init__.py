"""Scope before execution: each tool call of an agent is judged before it runs (R3, R4)."""
