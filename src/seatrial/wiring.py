"""The only place that joins ports to adapters."""
