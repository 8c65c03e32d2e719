"""Inbox rows, and how far the ledger has been told. No part of a review."""

from typing import ClassVar

from django.db import models


class Notice(models.Model):
    """An entry that somebody was told of. entry: its index. read_at, mailed_at: None until then."""

    person = models.CharField(max_length=64)
    entry = models.BigIntegerField()
    case = models.CharField(max_length=200)
    kind = models.CharField(max_length=200)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        """Once for each person and entry."""

        db_table = "notice"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "entry"], name="notice_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-entry"], name="notice_inbox"),
            # Every page counts what somebody has not read.
            models.Index(fields=["person", "read_at"], name="notice_unread"),
            models.Index(
                fields=["mailed_at"], condition=models.Q(mailed_at=None), name="notice_unmailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} for {self.person}"


class Told(models.Model):
    """The one row that says up to which entry, exclusive, people were told."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField()

    class Meta:
        """One row."""

        db_table = "notice_told"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="notice_told_only")
        ]

    def __str__(self) -> str:
        return f"told up to {self.size}"
