"""The host-side journal: files out of the agent's reach, fed by the provider and the kernel."""
