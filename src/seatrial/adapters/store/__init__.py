"""The store: entries, tree and rows in one database, SQLite or PostgreSQL. A Django app."""
