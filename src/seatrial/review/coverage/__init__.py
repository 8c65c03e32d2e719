"""The coverage inquiry: asked before submitting whether a model is covered."""
