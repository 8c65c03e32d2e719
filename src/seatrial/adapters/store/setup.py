"""Django with the store alone: for tools, workers and tests that serve no pages."""

import os
from pathlib import Path

import django
from django.conf import ENVIRONMENT_VARIABLE, settings
from django.core.management import call_command
from django.db import connections

from seatrial.adapters.store.database import database_settings


def set_up(where: str | Path) -> None:
    """Configure Django for the store's database, unless a portal's settings are there already."""
    if settings.configured:
        return
    if os.environ.get(ENVIRONMENT_VARIABLE):
        django.setup()
        return
    settings.configure(
        DATABASES={"default": database_settings(where)},
        INSTALLED_APPS=["seatrial.adapters.store"],
        USE_TZ=True,
        TIME_ZONE="UTC",
    )
    django.setup()


def add_database(alias: str, where: str | Path) -> None:
    """Name another database in a process that is configured already."""
    extra = {**settings.DATABASES, alias: database_settings(where)}
    connections.settings[alias] = connections.configure_settings(extra)[alias]


def migrate(alias: str = "default") -> None:
    """Bring a database to this version's tables; as often as you like."""
    call_command("migrate", database=alias, interactive=False, verbosity=0)
