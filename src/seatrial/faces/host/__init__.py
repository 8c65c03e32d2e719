"""A trials' host: takes orders from a portal, runs them, hands evidence in. Holds no key."""
