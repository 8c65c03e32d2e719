"""Detectors at work on a trial's folder: compiled patterns, and what is read of the evidence."""
