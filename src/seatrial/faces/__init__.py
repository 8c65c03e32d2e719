"""What people and programs use: command line (web and API later)."""
