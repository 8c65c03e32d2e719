"""A typed client of the REST API: records of the rules out, records of the rules in."""
