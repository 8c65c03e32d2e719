"""Three renderings of one case, and the proof that none tells another's (R26, R27)."""
