"""The scripted policies, one a file."""
