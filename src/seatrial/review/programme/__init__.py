"""The programme's policy: terms, numbers and clocks as data."""
