"""A trial carried out on this machine: the host of `review.steps`."""
