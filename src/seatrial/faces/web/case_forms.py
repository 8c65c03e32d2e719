"""For each command to a submission: the form that asks for its facts, and the command from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django import forms

from seatrial.adapters.store.models import StreamRow
from seatrial.core.canonical import Digest
from seatrial.core.people import PersonId
from seatrial.faces.web.forms.model_form import ModelForm, initial_of
from seatrial.faces.web.forms.record_form import form_for, read_record
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.faces.web.forms.terms_form import TermsForm
from seatrial.review.party.aggregate import PARTY
from seatrial.review.submission import events as happened
from seatrial.review.submission import work_events as work
from seatrial.review.submission.ending import consequences_of_withdrawal
from seatrial.review.submission.model import terms_digest
from seatrial.review.submission.state import Submission
from seatrial.review.submission.table import Command

Seal = Callable[[str], Digest]
"""Keeps a text, and gives what the command names it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A form on its way. lines: what the person should know before the button."""

    form: forms.Form
    command: Callable[[forms.Form, Seal, Seal], Command]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """How a record's own form departs from the record. sealed: names and labels of texts."""

    given: Mapping[str, object] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


_ON_RECORD = "Goes into the ledger, and stays there for good."

PLAIN: Mapping[type[object], Plain] = {
    happened.Accepted: Plain(
        lines=("The programme takes the submission up under the agreed terms.",)
    ),
    happened.Declined: Plain(hints={"reason": _ON_RECORD}),
    happened.AccessGranted: Plain(
        sealed={"credentials": "Endpoint and credentials"},
        labels={"ends_at": "The window ends"},
        lines=("From now on the evaluator can use the model, until the window ends.",),
    ),
    happened.WindowExtended: Plain(labels={"ends_at": "The window ends"}),
    happened.AccessRevoked: Plain(
        given={"ending": happened.Ending.REVOKED},
        lines=("Stored credentials are void from this moment on.",),
    ),
    happened.ReleasePlanned: Plain(
        labels={"audience": "Released to", "on": "When (leave empty to take a date back)"}
    ),
    happened.Released: Plain(labels={"audience": "Released to"}),
    happened.Withdrawn: Plain(hints={"reason": f"You owe none. {_ON_RECORD}"}),
    happened.Closed: Plain(hints={"reason": _ON_RECORD}),
    work.PlanProposed: Plain(labels={"plan": "Digest of the plan"}),
    work.PlanSigned: Plain(labels={"plan": "Digest of the signed plan"}),
    work.PlanCommented: Plain(sealed={"text": "Comment"}),
    work.CorrectionAsked: Plain(sealed={"text": "What is wrong, and what is right"}),
    work.Objected: Plain(sealed={"text": "Objection"}),
    work.ObjectionsRested: Plain(
        lines=("The determination need not wait for the end of the time to object.",)
    ),
}
"""Commands whose record is their form."""


def ask(
    command: type[Command], state: Submission, who: PersonId, data: Mapping[str, str] | None
) -> Asked | None:
    """Give the form of a command; None for a command that comes by another way.

    data: what was posted; None to show the form.
    """
    if command in PLAIN:
        return _plain(command, PLAIN[command], state, data)
    make = _OWN.get(command)
    return make(state, who, data) if make else None


def _plain(
    command: type[Command], plain: Plain, state: Submission, data: Mapping[str, str] | None
) -> Asked:
    made = form_for(
        command,
        given=plain.given,
        instead={name: SealedText(label=label) for name, label in plain.sealed.items()},
        labels=plain.labels,
        hints=plain.hints,
    )

    def read(form: forms.Form, seal: Seal, _keep: Seal) -> Command:
        for name in plain.sealed:
            form.cleaned_data[name] = seal(form.cleaned_data[name])
        return read_record(command, form, plain.given)

    withdrawing = command is happened.Withdrawn
    lines = consequences_of_withdrawal(state).said if withdrawing else plain.lines
    return Asked(form=made(data), command=read, lines=lines)


def _amend(state: Submission, _who: PersonId, data: Mapping[str, str] | None) -> Asked:
    form = ModelForm(data, initial=initial_of(state.model))
    return Asked(
        form=form,
        command=lambda _form, _seal, _keep: happened.Amended(model=form.model()),
        lines=("Agreed terms and a proposed plan fall: they were for what was offered before.",),
    )


def _terms(
    made: type[happened.Offered] | type[happened.TermsProposed],
) -> Callable[[Submission, PersonId, Mapping[str, str] | None], Asked]:
    def ask_terms(state: Submission, _who: PersonId, data: Mapping[str, str] | None) -> Asked:
        initial = {"retention_days": state.rules.retention_days}
        form = TermsForm(data, rules=state.rules, initial=initial)
        return Asked(
            form=form,
            command=lambda filled, _seal, keep: made(
                terms=form.terms(keep(filled.cleaned_data["nondisclosure"]))
            ),
        )

    return ask_terms


def _agree(state: Submission, _who: PersonId, data: Mapping[str, str] | None) -> Asked:
    if state.terms is None:
        raise TypeError("terms that can be agreed to are there")
    agreed = happened.TermsAgreed(terms=terms_digest(state.terms))
    lines = (
        f"Purposes: {', '.join(state.terms.purposes)}.",
        f"Sealed content stays {state.terms.retention_days} days after the case has ended.",
        f"Nondisclosure agreement: {state.terms.nondisclosure}.",
    )
    return Asked(form=forms.Form(data), command=lambda *_: agreed, lines=lines)


def _partner(
    made: type[happened.PartnerProposed]
    | type[happened.PartnerAgreed]
    | type[happened.PartnerObjected],
) -> Callable[[Submission, PersonId, Mapping[str, str] | None], Asked]:
    def ask_partner(state: Submission, _who: PersonId, data: Mapping[str, str] | None) -> Asked:
        rows = StreamRow.objects.filter(aggregate=PARTY.name, state__contains='"trusted-partner"')
        names = {row.stream.removeprefix("party/"): row.title for row in rows}
        known = [one.party for one in state.partners]
        if made is not happened.PartnerProposed:
            names = {party: names.get(party, party) for party in known}
        chosen = forms.ChoiceField(choices=list(names.items()), label="Trusted partner")
        form = form_for(made, instead={"partner": chosen}, hints={"reason": _ON_RECORD})
        return Asked(form=form(data), command=lambda filled, _s, _k: read_record(made, filled))

    return ask_partner


_OWN: Mapping[type[object], Callable[[Submission, PersonId, Mapping[str, str] | None], Asked]] = {
    happened.Amended: _amend,
    happened.Offered: _terms(happened.Offered),
    happened.TermsProposed: _terms(happened.TermsProposed),
    happened.TermsAgreed: _agree,
    happened.PartnerProposed: _partner(happened.PartnerProposed),
    happened.PartnerAgreed: _partner(happened.PartnerAgreed),
    happened.PartnerObjected: _partner(happened.PartnerObjected),
}
"""Commands with a form of their own."""
