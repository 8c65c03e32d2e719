"""Views, a file for each place of the portal."""
