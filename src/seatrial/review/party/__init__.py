"""The party: an organisation, its people, what they signed and what they declared."""
