"""Where ports meet the outside: Inspect, files, keys, clocks."""
