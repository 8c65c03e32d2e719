"""Notifications as Django knows them."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Label and place of the app."""

    name = "seatrial.adapters.mail"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
