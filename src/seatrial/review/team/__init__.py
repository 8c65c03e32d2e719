"""The team of a case: who works on it, in which role, for which purposes."""
