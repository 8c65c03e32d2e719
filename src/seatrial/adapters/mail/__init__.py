"""Notifications: inbox rows in the portal's database, and mails that tell nothing."""
