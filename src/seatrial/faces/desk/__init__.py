"""The desk: what pages, API and workers share. Who someone is, what they may do, and doing it."""
