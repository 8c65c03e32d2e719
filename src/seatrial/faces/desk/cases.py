"""Cases of a person, for lists: the database narrows them, the access table decides on a page.

However many cases there are, a list reads the records of one page.
"""

from datetime import datetime

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr

from seatrial.adapters.store.models import StreamRow
from seatrial.core.moment import show_moment
from seatrial.core.people import CaseId, PersonId
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Stage
from seatrial.review.team.aggregate import TEAM

_OPENED, _MOMENT = '"opened_at":"', 24
"""Where a window's beginning stands in the text of a state, and how long a moment is."""


def cases_with(person: PersonId) -> QuerySet[StreamRow, str]:
    """Give the cases of whose teams a person is.

    In the text of a team's row those who left stand behind those who are there. It narrows the
    search; the record decides.
    """
    teams = StreamRow.objects.filter(aggregate=TEAM.name).annotate(
        name=_name(TEAM.name),
        person=StrIndex("state", Value(f'"{person}"')),
        past=StrIndex("state", Value('"past":')),
    )
    found = teams.filter(person__gt=0, person__lt=F("past"))
    return found.values_list("name", flat=True)


def submissions_with(person: PersonId) -> QuerySet[StreamRow]:
    """Give the submissions of whose team a person is, each with its case as `name`.

    Without their states, which are long: what sorts them would carry them along.
    """
    rows = StreamRow.objects.filter(aggregate=SUBMISSION.name).annotate(name=_name(SUBMISSION.name))
    return rows.filter(name__in=cases_with(person)).defer("state")


def windows_between(
    rows: QuerySet[StreamRow], begins: datetime, ends: datetime
) -> QuerySet[StreamRow]:
    """Narrow submissions to those that may have a window in a time, the first opened first."""
    # A window that is over was ended by an entry, and the row's last is no older.
    lately = rows.filter(Q(stage=Stage.OPEN.value) | Q(at__gte=begins))
    place = StrIndex("state", Value(_OPENED))
    found = lately.annotate(place=place, opened=Substr("state", place + len(_OPENED), _MOMENT))
    # Moments have one spelling: as texts they have the order of time.
    return found.filter(place__gt=0, opened__lt=show_moment(ends)).order_by("opened", "stream")


def case_of(row: StreamRow) -> CaseId:
    """Name the case that a submission's or a team's row is of."""
    return CaseId(row.stream.partition("/")[2])


def _name(aggregate: str) -> Substr:
    return Substr("stream", len(aggregate) + 2)
