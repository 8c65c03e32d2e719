"""The store as Django knows it."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Label and place of the app."""

    name = "seatrial.adapters.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
