"""What somebody has not read is counted from an index."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Written by `makemigrations`."""

    dependencies: ClassVar = [("notices", "0001_initial")]

    operations: ClassVar = [
        migrations.AddIndex(
            "notice", models.Index(fields=["person", "read_at"], name="notice_unread")
        ),
    ]
