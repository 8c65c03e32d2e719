"""The portal as a Django application: templates, static files, template tags."""

from django.apps import AppConfig


class Web(AppConfig):
    """Pages only; it has no tables."""

    name = "seatrial.faces.web"
    label = "web"
