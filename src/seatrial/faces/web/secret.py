"""The key with which Django signs cookies: drawn once, kept in the data folder."""

import os
import secrets
from pathlib import Path

FILE = "django-secret"


def django_secret(data: Path) -> str:
    """Read the key, or draw it. Only the owner may read the file.

    Two processes that start at once get the same key: the file is linked into place whole.
    """
    path = data / FILE
    if not path.exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        drawn = data / f"{FILE}.{os.getpid()}"
        with os.fdopen(os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(drawn, path)
        except FileExistsError:
            pass
        finally:
            drawn.unlink()
    return path.read_text(encoding="utf-8")
