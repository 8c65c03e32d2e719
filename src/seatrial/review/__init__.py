"""The review: plan, estimates, recommendation. Pure rules; reaches no I/O."""
