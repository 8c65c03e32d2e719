"""For each command to a submission: the form that asks for its facts, and the command from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django import forms

from seatrial.adapters.store.models import StreamRow
from seatrial.core.people import Role
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.cases import streams_marked
from seatrial.faces.desk.content import Content
from seatrial.faces.web.asking import Asked, Asking, Tools
from seatrial.faces.web.consequences import CONSEQUENCES
from seatrial.faces.web.determination_form import ask_determination
from seatrial.faces.web.forms.model_form import ModelForm
from seatrial.faces.web.forms.record_form import form_for, read_record
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.faces.web.forms.terms_form import TermsForm
from seatrial.faces.web.plan_forms import ask_plan_proposal, ask_plan_signature
from seatrial.faces.web.report_forms import (
    ask_correction_answer,
    ask_integrity,
    ask_recommendation,
    ask_rendering,
)
from seatrial.faces.web.trial_forms import ask_trial_end, ask_trial_start
from seatrial.review.lists import ROLE
from seatrial.review.party.aggregate import PARTY
from seatrial.review.submission import events as happened
from seatrial.review.submission import work_events as work
from seatrial.review.submission.model import terms_digest
from seatrial.review.submission.table import Command
from seatrial.wiring.portal import the_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """How a record's own form departs from the record. sealed: its texts, by field."""

    given: Mapping[str, object] = field(default_factory=dict)
    sealed: Mapping[str, tuple[Content, str]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


_ON_RECORD = "Goes into the ledger, and stays there for good."

PLAIN: Mapping[type[object], Plain] = {
    happened.Accepted: Plain(
        lines=("The programme takes the submission up under the agreed terms.",)
    ),
    happened.Declined: Plain(hints={"reason": _ON_RECORD}),
    happened.WindowExtended: Plain(labels={"ends_at": "The window ends"}),
    happened.AccessRevoked: Plain(
        given={"ending": happened.Ending.REVOKED}, hints={"reason": _ON_RECORD}
    ),
    happened.ReleasePlanned: Plain(
        labels={"audience": "To be released to", "on": "When"},
        hints={"on": "In UTC. Leave it empty to take a planned date back."},
    ),
    happened.Released: Plain(labels={"audience": "Released to"}),
    happened.Withdrawn: Plain(hints={"reason": f"You owe none. {_ON_RECORD}"}),
    happened.Closed: Plain(hints={"reason": _ON_RECORD}),
    work.PlanCommented: Plain(sealed={"text": (Content.COMMENT, "Comment")}),
    work.CorrectionAsked: Plain(
        sealed={"text": (Content.CORRECTION, "What is wrong, and what is right")}
    ),
    work.Objected: Plain(sealed={"text": (Content.OBJECTION, "Objection")}),
    work.ObjectionsRested: Plain(
        lines=("The determination need not wait for the end of the time to object.",)
    ),
}
"""Commands whose record is their form."""


def ask(command: type[Command], asking: Asking) -> Asked | None:
    """Give the form of a command; None for a command that comes by another way."""
    if command in PLAIN:
        return _plain(command, PLAIN[command], asking)
    make = _OWN.get(command)
    return make(asking) if make else None


def _plain(command: type[Command], plain: Plain, asking: Asking) -> Asked:
    made = form_for(
        command,
        given=plain.given,
        instead={name: SealedText(label=label) for name, (_, label) in plain.sealed.items()},
        labels=plain.labels,
        hints=plain.hints,
    )

    def read(form: forms.Form, tools: Tools) -> tuple[Command, ...]:
        for name, (content, _) in plain.sealed.items():
            form.cleaned_data[name] = tools.seal(form.cleaned_data[name].encode(), content)
        return (read_record(command, form, plain.given),)

    told = CONSEQUENCES.get(command)
    lines = told(asking.state) if told else plain.lines
    return Asked(form=made(asking.data), command=read, lines=lines)


def _amend(asking: Asking) -> Asked:
    form = ModelForm(asking.data, asking.files, now=asking.now, before=asking.state)

    def amend(filled: ModelForm, tools: Tools) -> tuple[Command, ...]:
        model = filled.model(tools.seal)
        # Dates alone change nothing that terms or a plan rest on.
        amended = (happened.Amended(model=model),) if model != asking.state.model else ()
        wanted: tuple[Command, ...] = (*amended, *filled.dates())
        if not wanted:
            raise BadInputError("Nothing is changed.", "Change something, or go back.")
        return wanted

    return Asked(
        form=form,
        command=amend,
        lines=(
            (
                "Agreed terms and a proposed plan fall: they were for what was offered before."
                " Planned dates alone change neither."
            ),
        ),
    )


def _grant(asking: Asking) -> Asked:
    """Ask until when, and for access details unless they lie sealed with the draft."""
    held = asking.state.model.credentials
    details = SealedText(label="Endpoint and credentials", required=held is None)
    if held is not None:
        details.help_text = "Leave it empty to give what is sealed with the submission."
    made = form_for(
        happened.AccessGranted,
        instead={"credentials": details},
        labels={"ends_at": "The window ends"},
    )

    def grant(form: forms.Form, tools: Tools) -> tuple[Command, ...]:
        given = form.cleaned_data
        text = given["credentials"]
        sealed = tools.seal(text.encode(), Content.CREDENTIALS) if text else held
        if sealed is None:
            raise TypeError("a form without access details is not valid")
        return (happened.AccessGranted(ends_at=given["ends_at"], credentials=sealed),)

    days = asking.state.rules.maximum_days
    return Asked(
        form=made(asking.data),
        command=grant,
        lines=(
            (
                "From now on the evaluator can use the model, until the window ends: at most"
                f" {days} days from now, and no later than a planned release."
            ),
        ),
    )


def _terms(
    made: type[happened.Offered] | type[happened.TermsProposed],
) -> Callable[[Asking], Asked]:
    def ask_terms(asking: Asking) -> Asked:
        rules = asking.state.rules
        form = TermsForm(asking.data, rules=rules, initial={"retention_days": rules.retention_days})

        def read(filled: TermsForm, tools: Tools) -> tuple[Command, ...]:
            text = tools.keep(filled.cleaned_data["nondisclosure"].encode())
            return (made(terms=filled.terms(text)),)

        return Asked(form=form, command=read)

    return ask_terms


def _agree(asking: Asking) -> Asked:
    terms = asking.state.terms
    if terms is None:
        raise TypeError("terms that can be agreed to are there")
    agreed = happened.TermsAgreed(terms=terms_digest(terms))
    lines = (
        f"Purposes: {', '.join(one.replace('-', ' ') for one in terms.purposes)}.",
        f"Sealed content stays {terms.retention_days} days after the case has ended.",
        (
            "Each person of the programme signs this nondisclosure agreement before reading what is"
            " sealed:"
        ),
    )
    return Asked(
        form=forms.Form(asking.data),
        command=lambda *_: (agreed,),
        lines=lines,
        extra={"agreement": the_documents().read(terms.nondisclosure).decode("utf-8", "replace")},
    )


def _partner(
    made: type[happened.PartnerProposed]
    | type[happened.PartnerAgreed]
    | type[happened.PartnerObjected],
) -> Callable[[Asking], Asked]:
    def ask_partner(asking: Asking) -> Asked:
        partners = streams_marked(PARTY.name, Role.TRUSTED_PARTNER.value, sort=ROLE)
        rows = StreamRow.objects.filter(stream__in=[f"party/{name}" for name in partners])
        titles = rows.order_by("title").values_list("stream", "title")
        names = {stream.removeprefix("party/"): title for stream, title in titles}
        agreeing = made is happened.PartnerAgreed
        known = [
            one.party
            for one in asking.state.partners
            if not one.objected and not (agreeing and one.agreed)
        ]
        if made is not happened.PartnerProposed:
            names = {party: names.get(party, party) for party in known}
        chosen = forms.ChoiceField(choices=list(names.items()), label="Trusted partner")
        form = form_for(made, instead={"partner": chosen}, hints={"reason": _ON_RECORD})
        return Asked(form=form(asking.data), command=lambda filled, _: (read_record(made, filled),))

    return ask_partner


_OWN: Mapping[type[object], Callable[[Asking], Asked]] = {
    happened.Amended: _amend,
    happened.Offered: _terms(happened.Offered),
    happened.TermsProposed: _terms(happened.TermsProposed),
    happened.TermsAgreed: _agree,
    happened.AccessGranted: _grant,
    happened.PartnerProposed: _partner(happened.PartnerProposed),
    happened.PartnerAgreed: _partner(happened.PartnerAgreed),
    happened.PartnerObjected: _partner(happened.PartnerObjected),
    work.PlanProposed: ask_plan_proposal,
    work.PlanSigned: ask_plan_signature,
    work.TrialStarted: ask_trial_start,
    work.TrialEnded: ask_trial_end,
    work.IntegrityReviewed: ask_integrity,
    work.ReportRendered: ask_rendering,
    work.CorrectionAnswered: ask_correction_answer,
    work.Recommended: ask_recommendation,
    work.Determined: ask_determination,
}
"""Commands with a form of their own."""
