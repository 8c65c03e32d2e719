"""The REST API at `/api`: the same desk as the pages, for programs with a token."""
