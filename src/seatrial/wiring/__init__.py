"""The only place that joins ports to adapters: a file for each half of the house."""
