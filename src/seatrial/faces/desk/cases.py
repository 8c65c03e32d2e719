"""Cases of a person, for lists: the store's marks narrow them, the access table decides on a page.

However many cases there are, a list reads the records of one page.
"""

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat, Substr

from seatrial.adapters.store.models import StreamMark, StreamRow
from seatrial.core.people import CaseId, PersonId
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.team.aggregate import TEAM

MANY = 500
"""Cases of one person, above which the latest are found by asking of each case, the latest first,
whether the person is in it: to sort them takes longer. A guess; both ways give the same."""


def cases_with(person: PersonId) -> QuerySet[StreamMark, str]:
    """Give the cases of whose teams a person is, not those that they left."""
    # `past=False` would be spelt NOT past, for which SQLite uses no index.
    found = StreamMark.objects.filter(aggregate=TEAM.name, value=person, past__in=[False])
    return found.values_list("name", flat=True)


def submissions_with(person: PersonId) -> QuerySet[StreamRow]:
    """Give the submissions of whose team a person is, by looking each of those cases up.

    Without their states, which are long: what sorts them would carry them along.
    """
    name = Concat(Value(f"{SUBMISSION.name}/"), "name", output_field=CharField())
    streams = cases_with(person).annotate(whole=name).values("whole")
    return StreamRow.objects.filter(stream__in=streams).defer("state")


def with_person(rows: QuerySet[StreamRow], person: PersonId) -> QuerySet[StreamRow]:
    """Narrow submissions to those of whose team a person is, by asking for each.

    For rows that come in order from an index, of which the first few are wanted.
    """
    name = Substr(OuterRef("stream"), len(SUBMISSION.name) + 2)
    return rows.filter(Exists(cases_with(person).filter(name=name))).defer("state")


def latest_with(person: PersonId) -> tuple[QuerySet[StreamRow], int]:
    """Give the submissions of whose team a person is, the latest first, and how many they are."""
    count = cases_with(person).count()
    if count > MANY:
        rows = with_person(StreamRow.objects.filter(aggregate=SUBMISSION.name), person)
    else:
        rows = submissions_with(person)
    return rows.order_by("-at", "-stream"), count


def windows_between(
    rows: QuerySet[StreamRow], begins: datetime, ends: datetime
) -> QuerySet[StreamRow]:
    """Narrow submissions to those with a window in a time, the first opened first."""
    rows = rows.filter(begins__lt=ends, ends__gte=begins)
    return rows.order_by("begins", "ends", "stream")


def case_of(row: StreamRow) -> CaseId:
    """Name the case that a submission's or a team's row is of."""
    return CaseId(row.stream.partition("/")[2])


def streams_marked(
    aggregate: str, value: str, *, sort: str, past: bool | None = False
) -> QuerySet[StreamMark, str]:
    """Give the names of streams that something is found in. past: None for both."""
    found = StreamMark.objects.filter(aggregate=aggregate, value=value, sort=sort)
    if past is not None:
        found = found.filter(past__in=[past])
    return found.order_by("name").values_list("name", flat=True)
