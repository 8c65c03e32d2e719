"""The submission: one model offered for review, from draft to determination."""
