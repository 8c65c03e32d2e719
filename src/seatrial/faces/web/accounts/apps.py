"""Accounts as a Django application."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Signs in by e-mail address; every sign-in leaves a record."""

    name = "seatrial.faces.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Record sign-ins."""
        from seatrial.faces.web.accounts import sign_in_record  # noqa: PLC0415 - needs the models

        sign_in_record.connect()
