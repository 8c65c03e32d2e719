"""Reference models: scripted policies behind an OpenAI-compatible endpoint, the controls."""
