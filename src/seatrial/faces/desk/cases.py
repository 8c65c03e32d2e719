"""Cases of a person, for lists: the store's marks narrow them, the access table decides on a page.

However many cases there are, a list reads the records of one page.
"""

from datetime import datetime

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat

from seatrial.adapters.store.models import StreamMark, StreamRow
from seatrial.core.people import CaseId, PersonId
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.team.aggregate import TEAM


def cases_with(person: PersonId) -> QuerySet[StreamMark, str]:
    """Give the cases of whose teams a person is, not those that they left."""
    found = StreamMark.objects.filter(aggregate=TEAM.name, value=person, past=False)
    return found.values_list("name", flat=True)


def submissions_with(person: PersonId) -> QuerySet[StreamRow]:
    """Give the submissions of whose team a person is.

    Without their states, which are long: what sorts them would carry them along.
    """
    # Names and no join: each is looked up by its key.
    name = Concat(Value(f"{SUBMISSION.name}/"), "name", output_field=CharField())
    streams = cases_with(person).annotate(whole=name).values("whole")
    return StreamRow.objects.filter(stream__in=streams).defer("state")


def windows_between(
    rows: QuerySet[StreamRow], begins: datetime, ends: datetime
) -> QuerySet[StreamRow]:
    """Narrow submissions to those with a window in a time, the first opened first."""
    return rows.filter(begins__lt=ends, ends__gte=begins).order_by("begins", "stream")


def case_of(row: StreamRow) -> CaseId:
    """Name the case that a submission's or a team's row is of."""
    return CaseId(row.stream.partition("/")[2])


def streams_marked(
    aggregate: str, value: str, *, sort: str, past: bool | None = False
) -> QuerySet[StreamMark, str]:
    """Give the names of streams that something is found in. past: None for both."""
    found = StreamMark.objects.filter(aggregate=aggregate, value=value, sort=sort)
    if past is not None:
        found = found.filter(past=past)
    return found.order_by("name").values_list("name", flat=True)
