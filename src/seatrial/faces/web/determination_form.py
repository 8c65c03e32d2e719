"""The determination desk: what the official decides, with everything it must answer beside it."""

from collections.abc import Iterator

from django import forms

from seatrial.core.canonical import Digest
from seatrial.faces.desk.content import Content, Item
from seatrial.faces.desk.standing import party_of
from seatrial.faces.web.asking import Asked, Asking, Tools
from seatrial.faces.web.forms.record_form import MAX_TEXT
from seatrial.faces.web.names import person_name
from seatrial.review.submission.state import objection_ends
from seatrial.review.submission.table import Command
from seatrial.review.submission.work_events import Consulted, Determined, Finding, Reply
from seatrial.wiring.portal import the_ledger

_FINDINGS = [
    (Finding.COVERED.value, "A covered frontier model"),
    (Finding.NOT_COVERED.value, "Not a covered frontier model"),
    (Finding.UNDETERMINED.value, "Undetermined on this evidence"),
]
_SENTENCES = forms.Textarea(attrs={"rows": 4})


class DeterminationForm(forms.Form):
    """What is decided. A reply for each objection is added by the desk."""

    finding = forms.TypedChoiceField(
        choices=_FINDINGS, coerce=Finding, widget=forms.RadioSelect, label="The model is"
    )
    agrees = forms.TypedChoiceField(
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda given: given == "yes",
        widget=forms.RadioSelect,
        label="This follows what the rule said",
    )
    reasons = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=MAX_TEXT,
        label="Reasons",
        help_text="Go into the ledger, and stay there for good. Both sides read them.",
    )


def ask_determination(asking: Asking) -> Asked:
    """Lay the desk: rule, corrections, objections, views, evidence."""
    state = asking.state
    standing = state.recommendation
    if standing is None:
        raise TypeError("a determination follows a recommendation")
    views = _latest(asking.of(Content.VIEW), asking)
    objections = [one for one in asking.of(Content.OBJECTION) if one.digest in state.objections]
    form = DeterminationForm(asking.data)
    for number, one in enumerate(objections):
        form.fields[f"reply_{number}"] = forms.CharField(
            widget=_SENTENCES,
            max_length=MAX_TEXT,
            label=f"Reply to the objection of {one.at:%-d %b %Y, %H:%M} UTC",
        )
    form.fields["consultees"] = forms.MultipleChoiceField(
        choices=[(one.digest, person_name(one.by)) for one in views if one.by],
        widget=forms.CheckboxSelectMultiple,
        label="Consulted",
        help_text=f"At least {state.rules.minimum_consultees}. Their views are quoted as they"
        " gave them.",
        required=state.rules.minimum_consultees > 0,
    )
    form.fields["evidence"] = forms.MultipleChoiceField(
        choices=list(_evidence(asking)),
        widget=forms.CheckboxSelectMultiple,
        label="It rests on",
        initial=[digest for digest, _ in _evidence(asking)],
        help_text="The report that was recommended on is always among it.",
        required=False,
    )

    def determine(filled: DeterminationForm, tools: Tools) -> tuple[Command, ...]:
        given = filled.cleaned_data
        chosen = [one for one in views if one.digest in given["consultees"]]
        evidence = dict.fromkeys([standing.report, *map(Digest, given["evidence"])])
        return (
            Determined(
                official=asking.who,
                office=asking.policy.determination.office,
                finding=given["finding"],
                reasons=given["reasons"],
                consultees=tuple(_consulted(one, tools) for one in chosen),
                evidence=tuple(evidence),
                replies=tuple(
                    Reply(objection=one.digest, answer=given[f"reply_{number}"])
                    for number, one in enumerate(objections)
                ),
                agrees=given["agrees"],
            ),
        )

    corrections = [one.text for one in state.corrections]
    texts = [
        *(one for one in asking.of(Content.CORRECTION) if one.digest in corrections),
        *objections,
        *views,
    ]
    return Asked(
        form=form,
        command=determine,
        texts=tuple(texts),
        template="seatrial/determination_desk.html",
        extra={
            "office": asking.policy.determination.office,
            "waits_until": None if standing.rested else objection_ends(state),
            "views": views,
            "reports": _reports(asking),
            "asked_case": asking.case,
        },
    )


def _reports(asking: Asking) -> list[Item]:
    """Give the renderings that are recommended on, for the official to read."""
    held = asking.state.report
    named = (held.developer_report, held.confidential_annex) if held else ()
    kinds = (Content.DEVELOPER_REPORT, Content.ANNEX)
    return [one for one in asking.of(*kinds) if one.digest in named]


def _latest(views: tuple[Item, ...], asking: Asking) -> list[Item]:
    """Keep each consultee's last view. The official's own, from another role, does not count."""
    last = {one.by: one for one in views if one.by not in (None, asking.who)}
    return list(last.values())


def _consulted(view: Item, tools: Tools) -> Consulted:
    party = party_of(the_ledger(), view.by) if view.by else None
    if view.by is None or party is None:
        raise TypeError("a view is of a person with a party")
    return Consulted(
        person=view.by, party=party.party, view=tools.read(view).decode("utf-8", "replace")
    )


def _evidence(asking: Asking) -> Iterator[tuple[str, str]]:
    """Give what a determination may rest on: digest and name."""
    state = asking.state
    if state.report:
        yield state.report.developer_report, "Developer report"
        yield state.report.public_summary, "Public summary"
        yield state.report.confidential_annex, "Confidential annex"
    if state.plan:
        yield state.plan, "Signed plan"
    for one in state.trials:
        if one.statement:
            yield one.statement, f"Signed statement of the trial {one.trial}"
    if state.integrity:
        yield state.integrity, "Record of the integrity review"
