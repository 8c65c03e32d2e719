"""The worker: what is due by itself, notifications, and trials that were ordered in the portal."""
