"""Who acts: parties, people, roles."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
PartyId = NewType("PartyId", str)
CaseId = NewType("CaseId", str)
"""What confidentiality hangs on: a submission, later a clearinghouse case."""


class Role(StrEnum):
    """What a person may be in a party, or in one case."""

    DEVELOPER = "developer"
    EVALUATOR = "evaluator"
    DETERMINING_OFFICIAL = "determining-official"
    CONSULTEE = "consultee"
    TRUSTED_PARTNER = "trusted-partner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did what an entry tells.

    person: None when the software itself did it, by a timer or a workflow.
    party: on whose behalf.
    by: the software's part that acted or carried the request, e.g. `portal`, `api`, `timer`.
    """

    person: PersonId | None
    party: PartyId | None
    by: str
