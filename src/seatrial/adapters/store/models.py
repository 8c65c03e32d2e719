"""Tables of the store. Entries and nodes are only ever added; everything else follows from them.

Written by `tables.py` alone, in SQL; read by whoever likes.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from seatrial.core.ledger.draft import NAME_LENGTH

KEY_LENGTH = 300
"""Of idempotency keys: 200, and what tells commands and entries apart."""


if TYPE_CHECKING:
    _Whole = models.BigIntegerField[int, int]
else:
    _Whole = models.BigIntegerField


class LeafIndex(_Whole):
    """64 bits everywhere; on SQLite the table's own order instead of a second index."""

    def db_type(self, connection: Any) -> str | None:
        """Give the column's type."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class LedgerEntry(models.Model):
    """An entry. content: its bytes, the leaf; the other columns repeat them for queries."""

    index = LeafIndex(primary_key=True)
    stream: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)
    number: "models.IntegerField[int, int]" = models.IntegerField()
    kind: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    case: "models.CharField[str | None, str | None]" = models.CharField(  # noqa: DJ001 - None is no case
        max_length=NAME_LENGTH, null=True
    )
    key: "models.CharField[str | None, str | None]" = models.CharField(  # noqa: DJ001 - None is no key
        max_length=KEY_LENGTH, null=True
    )
    content: "models.BinaryField[bytes, bytes]" = models.BinaryField()

    class Meta:
        """Of two commands that saw the same state, the database lets one win."""

        db_table = "ledger_entry"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "number"], name="ledger_entry_once"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(key__isnull=False), name="ledger_entry_key"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["case", "index"],
                condition=models.Q(case__isnull=False),
                name="ledger_entry_case",
            ),
            models.Index(fields=["kind", "index"], name="ledger_entry_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.stream} {self.number} {self.kind}"


class LedgerNode(models.Model):
    """A complete subtree's hash. level 0 is the leaves."""

    pk = models.CompositePrimaryKey("level", "place")
    level: "models.SmallIntegerField[int, int]" = models.SmallIntegerField()
    place: "models.BigIntegerField[int, int]" = models.BigIntegerField()
    hash: "models.BinaryField[bytes, bytes]" = models.BinaryField(max_length=32)

    class Meta:
        """Addressed by level and place."""

        db_table = "ledger_node"

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class LedgerHead(models.Model):
    """The one row that every writer locks. peaks: of the frontier, joined. at: a moment or ''."""

    id: "models.SmallIntegerField[int, int]" = models.SmallIntegerField(primary_key=True, default=1)
    size: "models.BigIntegerField[int, int]" = models.BigIntegerField()
    root: "models.BinaryField[bytes, bytes]" = models.BinaryField(max_length=32)
    peaks: "models.BinaryField[bytes, bytes]" = models.BinaryField()
    at: "models.CharField[str, str]" = models.CharField(max_length=24)

    class Meta:
        """One row."""

        db_table = "ledger_head"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_head_only")
        ]

    def __str__(self) -> str:
        return f"head of {self.size}"


class LedgerCheckpoint(models.Model):
    """A signed head. note: as signed, with the cosignatures that came since."""

    size = LeafIndex(primary_key=True)
    note: "models.BinaryField[bytes, bytes]" = models.BinaryField()

    class Meta:
        """One for a size."""

        db_table = "ledger_checkpoint"

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"


class StreamRow(models.Model):
    """A stream's fold. number: of its entries. state: canonical JSON; the rest for lists.

    begins, ends: of the time it is about.
    """

    stream: "models.CharField[str, str]" = models.CharField(
        max_length=NAME_LENGTH, primary_key=True
    )
    aggregate: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)
    number: "models.IntegerField[int, int]" = models.IntegerField()
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    state: "models.TextField[str, str]" = models.TextField()
    stage: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)
    party: "models.CharField[str | None, str | None]" = models.CharField(  # noqa: DJ001 - None is no party
        max_length=NAME_LENGTH, null=True
    )
    case: "models.CharField[str | None, str | None]" = models.CharField(  # noqa: DJ001 - None is no case
        max_length=NAME_LENGTH, null=True
    )
    title: "models.TextField[str, str]" = models.TextField()
    begins: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    ends: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(null=True)

    class Meta:
        """Lists ask for an aggregate, then a stage, a party, a case or a time; the latest first."""

        db_table = "stream_row"
        indexes: ClassVar = [
            models.Index(fields=["aggregate", "stage", "at"], name="stream_row_stage"),
            models.Index(fields=["party", "aggregate", "at"], name="stream_row_party_at"),
            models.Index(fields=["case", "aggregate", "at"], name="stream_row_case_at"),
            # With all that decides whether a row is wanted: rows are long, and pages few.
            models.Index(fields=["aggregate", "at", "stream"], name="stream_row_at"),
            models.Index(
                fields=["aggregate", "begins", "ends", "stream"],
                condition=models.Q(begins__isnull=False),
                name="stream_row_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream} after {self.number}"


class StreamMark(models.Model):
    """What a stream is found by: see `core.ledger.projection.Mark`. name: it, in its aggregate."""

    pk = models.CompositePrimaryKey("aggregate", "value", "past", "name", "sort")
    aggregate: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)
    value: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)
    past: "models.BooleanField[bool, bool]" = models.BooleanField()
    name: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)
    sort: "models.CharField[str, str]" = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        """Searched by value; written anew by stream."""

        db_table = "stream_mark"
        indexes: ClassVar = [models.Index(fields=["aggregate", "name"], name="stream_mark_stream")]

    def __str__(self) -> str:
        return f"{self.aggregate}/{self.name}: {self.sort} {self.value}"
