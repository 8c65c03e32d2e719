"""The forms of an incident's steps, and the commands they ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django import forms

from seatrial.adapters.store.models import StreamRow
from seatrial.core.canonical import Digest
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import CaseId, PartyId
from seatrial.faces.desk.content import items_of
from seatrial.faces.web.forms.record_form import DIGEST, MAX_TEXT, Lines
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.faces.web.names import party_name
from seatrial.review.incident.events import (
    ClockAnswered,
    Closed,
    Event,
    EvidenceFrozen,
    PartyAffected,
    PartyNotified,
    Reopened,
)
from seatrial.review.incident.state import Incident
from seatrial.review.party.aggregate import PARTY

Seal: TypeAlias = Callable[[str], Digest]
"""Encrypts a text to the incident's case; gives the digest that names it."""


class AffectedForm(forms.Form):
    """One more party."""

    party = forms.ChoiceField(label="Who is affected too")

    def command(self, _seal: Seal) -> Event:
        """Give the command of a valid form."""
        return PartyAffected(party=PartyId(self.cleaned_data["party"]))


class NotifiedForm(forms.Form):
    """What a party was told."""

    party = forms.ChoiceField(label="Who was told")
    text = SealedText(
        label="What they were told",
        help_text="Sealed. The party's people find it in their inbox and read it here, each reading"
        " on record. If it is urgent, tell them by telephone too.",
    )

    def command(self, seal: Seal) -> Event:
        """Give the command of a valid form."""
        given = self.cleaned_data
        return PartyNotified(party=PartyId(given["party"]), text=seal(given["text"]))


class EvidenceForm(forms.Form):
    """What is held."""

    items = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Sealed content of the case"
    )
    others = Lines(
        required=False,
        label="Other digests, one on a line",
        help_text="sha256: and 64 hexadecimal digits, of what is kept elsewhere.",
    )

    def clean_others(self) -> tuple[str, ...]:
        """Refuse what is no digest."""
        check = forms.RegexField(regex=f"^{DIGEST}$")
        given: tuple[str, ...] = self.cleaned_data["others"]
        for one in given:
            check.clean(one)
        return given

    def clean(self) -> None:
        """Ask for something."""
        if not self.cleaned_data.get("items") and not self.cleaned_data.get("others"):
            raise forms.ValidationError("Choose what is held, or give its digest.")

    def command(self, _seal: Seal) -> Event:
        """Give the command of a valid form."""
        named = (*self.cleaned_data["items"], *self.cleaned_data["others"])
        return EvidenceFrozen(evidence=tuple(Digest(one) for one in dict.fromkeys(named)))


class ClockForm(forms.Form):
    """A duty is done."""

    clock = forms.ChoiceField(label="Which duty is done")
    record = SealedText(
        label="What shows it",
        help_text="Sealed: the notice, the statement or the report itself, or where it is kept.",
    )

    def command(self, seal: Seal) -> Event:
        """Give the command of a valid form."""
        given = self.cleaned_data
        return ClockAnswered(clock=given["clock"], record=seal(given["record"]))


class CloseForm(forms.Form):
    """What was learnt."""

    lessons = SealedText(label="What was learnt, and what changes")

    def command(self, seal: Seal) -> Event:
        """Give the command of a valid form."""
        return Closed(lessons=seal(self.cleaned_data["lessons"]))


class ReopenForm(forms.Form):
    """Why it goes on."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        label="Reason",
        help_text="Goes into the ledger, and stays there for good.",
    )

    def command(self, _seal: Seal) -> Event:
        """Give the command of a valid form."""
        return Reopened(reason=self.cleaned_data["reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be done in an incident."""

    command: type[Event]
    label: str
    form: type[forms.Form]


STEPS: Mapping[str, Step] = {
    "clock-answered": Step(
        command=ClockAnswered, label="Enter that a duty is done", form=ClockForm
    ),
    "party-notified": Step(
        command=PartyNotified, label="Enter that a party was told", form=NotifiedForm
    ),
    "party-affected": Step(command=PartyAffected, label="Add an affected party", form=AffectedForm),
    "evidence-frozen": Step(command=EvidenceFrozen, label="Freeze evidence", form=EvidenceForm),
    "closed": Step(command=Closed, label="Close the incident", form=CloseForm),
    "reopened": Step(command=Reopened, label="Open it again", form=ReopenForm),
}


def fill_choices(form: Any, state: Incident, ledger: Ledger, parties: tuple[PartyId, ...]) -> None:
    """Give a form the choices that this incident has.

    parties: that the person may know of.
    """
    if isinstance(form, AffectedForm):
        left = [one for one in parties if one not in state.affected]
        form.fields["party"] = _choice("Who is affected too", _named(left))
    elif isinstance(form, NotifiedForm):
        untold = [one for one in state.affected if one not in state.notified]
        form.fields["party"] = _choice("Who was told", _named(untold or state.affected))
        form.order_fields(["party", "text"])
    elif isinstance(form, ClockForm):
        open_ = [one.clock for one in state.clocks if one.done_at is None]
        choices = [(one.name, f"{one.name.replace('-', ' ')}: {one.duty}") for one in open_]
        form.fields["clock"] = _choice("Which duty is done", choices)
        form.order_fields(["clock", "record"])
    elif isinstance(form, EvidenceForm):
        items = items_of(ledger, state.opened.case) if state.opened.case else []
        shown = [
            (one.digest, f"{one.label}, {one.at:%-d %b %Y}")
            for one in items
            if one.digest not in state.evidence
        ]
        if shown:
            form.fields["items"] = forms.MultipleChoiceField(
                required=False,
                choices=shown,
                widget=forms.CheckboxSelectMultiple,
                label="Sealed content of the case",
            )
            form.order_fields(["items", "others"])
        else:
            form.fields["items"].widget = forms.MultipleHiddenInput()


def waits_for(state: Incident, command: type[Event]) -> bool:
    """Tell whether there is anything left that a step could be for."""
    if command is ClockAnswered:
        return any(one.done_at is None for one in state.clocks)
    return command is not PartyNotified or bool(state.affected)


def every_party() -> tuple[PartyId, ...]:
    """Give all parties of the programme."""
    rows = StreamRow.objects.filter(aggregate=PARTY.name, stage="member").order_by("title")
    return tuple(PartyId(one.partition("/")[2]) for one in rows.values_list("stream", flat=True))


def sealing_case(incident: str, state: Incident) -> CaseId:
    """Say to which case's key an incident's texts are sealed; without a case, to its own."""
    return state.opened.case or CaseId(incident)


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, label=label)


def _named(parties: Any) -> list[tuple[str, str]]:
    return [(one, party_name(one)) for one in parties]
