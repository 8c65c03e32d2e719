"""The portal as a Django application: templates, static files, template tags."""

from django.apps import AppConfig
from django.core.signals import request_started


class Web(AppConfig):
    """Pages only; it has no tables."""

    name = "seatrial.faces.web"
    label = "web"

    def ready(self) -> None:
        """Keep names for one request only: a page names the same few people many times."""
        from seatrial.faces.web.names import forget_names  # noqa: PLC0415 - needs the models

        request_started.connect(forget_names, dispatch_uid="forget-names")
