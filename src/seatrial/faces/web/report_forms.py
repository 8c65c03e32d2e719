"""Forms from the integrity review to the recommendation. What the rule said is read, not typed."""

from collections.abc import Iterable, Iterator

from django import forms

from seatrial.core.canonical import Digest
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.content import Content, Item
from seatrial.faces.web.asking import Asked, Asking, Tools
from seatrial.faces.web.forms.record_form import MAX_TEXT, Lines
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.formats.report_json import read_report_json
from seatrial.review.recommendation import Answer, Recommendation
from seatrial.review.rendering.audience import Audience
from seatrial.review.rendering.case_report import case_report
from seatrial.review.rendering.render import render_case
from seatrial.review.submission.state import Submission
from seatrial.review.submission.table import Command
from seatrial.review.submission.work_events import (
    CapabilityAnswer,
    CorrectionAnswered,
    IntegrityReviewed,
    Recommended,
    ReportRendered,
)

_ORDER = (Answer.ABOVE, Answer.UNDETERMINED, Answer.BELOW)


class IntegrityForm(forms.Form):
    """Who reviewed, and what they said."""

    reviewers = Lines(
        label="Reviewers of every transcript",
        help_text="One on a line, at least two, independent of each other: programs, models or"
        " people.",
    )
    record = SealedText(label="What they found, and what you make of it")


class RenderingForm(forms.Form):
    """What is said besides the numbers."""

    public_words = Lines(required=False, label="In the public summary")
    developer_notes = Lines(required=False, label="In the developer report")
    annex_notes = Lines(
        required=False,
        label="In the confidential annex",
        help_text="Held-out tasks and detections belong here only.",
    )


class AnswerForm(forms.Form):
    """One correction's answer."""

    text = forms.ChoiceField(label="Correction")
    taken = forms.TypedChoiceField(
        choices=[("yes", "The fact is corrected"), ("no", "It stays as it is")],
        coerce=lambda given: given == "yes",
        widget=forms.RadioSelect,
        label="Answer",
    )
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        label="Reason",
        help_text="Goes into the ledger, and stays there for good.",
    )


def ask_integrity(asking: Asking) -> Asked:
    """Ask for the sign-off."""

    def sign_off(form: IntegrityForm, tools: Tools) -> tuple[Command, ...]:
        given = form.cleaned_data
        record = tools.seal(given["record"].encode(), Content.INTEGRITY)
        return (IntegrityReviewed(reviewers=given["reviewers"], record=record),)

    return Asked(
        form=IntegrityForm(asking.data),
        command=sign_off,
        lines=("You sign with your name that every transcript was reviewed.",),
    )


def ask_rendering(asking: Asking) -> Asked:
    """Ask for notes; the numbers come from the trials' reports."""

    def render(form: RenderingForm, tools: Tools) -> tuple[Command, ...]:
        given = form.cleaned_data
        case = case_report(
            asking.state,
            tuple(_recommendations(asking, tools)),
            public_words=given["public_words"],
            developer_notes=given["developer_notes"],
            annex_notes=given["annex_notes"],
        )
        # All three before the first is kept: one that would tell too much stops all.
        public, developer, annex = (
            render_case(case, audience).content
            for audience in (Audience.PUBLIC, Audience.DEVELOPER, Audience.ANNEX)
        )
        return (
            ReportRendered(
                public_summary=tools.keep(public),
                developer_report=tools.seal(developer, Content.DEVELOPER_REPORT),
                confidential_annex=tools.seal(annex, Content.ANNEX),
            ),
        )

    return Asked(
        form=RenderingForm(asking.data),
        command=render,
        lines=(
            (
                "Three documents are made from this case, for three audiences, and none tells what"
                " belongs to another. The reports of the trials are read for it."
            ),
            *_trials(asking.state),
        ),
    )


def ask_correction_answer(asking: Asking) -> Asked:
    """Ask for the answer to a correction that waits."""
    waiting = {one.text for one in asking.state.corrections if one.taken is None}
    texts = tuple(one for one in asking.of(Content.CORRECTION) if one.digest in waiting)
    form = AnswerForm(asking.data)
    form.fields["text"] = forms.ChoiceField(
        choices=[(one.digest, f"of {one.at:%-d %b %Y, %H:%M} UTC") for one in texts],
        label="Correction",
    )

    def answer(filled: AnswerForm, _tools: Tools) -> tuple[Command, ...]:
        given = filled.cleaned_data
        return (
            CorrectionAnswered(
                text=Digest(given["text"]), taken=given["taken"], reason=given["reason"]
            ),
        )

    return Asked(
        form=form,
        command=answer,
        lines=("A corrected fact leads to a new rendering of the report.",),
        texts=texts,
    )


def ask_recommendation(asking: Asking) -> Asked:
    """Ask for nothing: the answers are the rule's."""
    report = asking.state.report
    if report is None:
        raise TypeError("what is recommended on is reported")

    def recommend(_form: forms.Form, tools: Tools) -> tuple[Command, ...]:
        answers = highest(_recommendations(asking, tools))
        return (Recommended(report=report.developer_report, answers=answers),)

    return Asked(
        form=forms.Form(asking.data),
        command=recommend,
        lines=(
            (
                "The answers are those of the plan's rule, read from the trials' signed reports."
                " Nobody types them. Of several trials the highest answer counts."
            ),
            *_trials(asking.state),
        ),
    )


def highest(found: Iterable[Recommendation]) -> tuple[CapabilityAnswer, ...]:
    """Give one answer for each capability: what any variant can do, the model can do."""
    answers: dict[str, Answer] = {}
    for one in found:
        before = answers.get(one.capability, Answer.BELOW)
        answers[one.capability] = min(before, one.answer, key=_ORDER.index)
    return tuple(
        CapabilityAnswer(capability=name, answer=answer) for name, answer in answers.items()
    )


def _recommendations(asking: Asking, tools: Tools) -> Iterator[Recommendation]:
    """Read what the rule said of each finished trial."""
    for run in asking.state.trials:
        if run.statement is not None:
            yield from read_report_json(
                tools.read(_report(asking, run.trial)), place=f"the report of {run.trial}"
            ).recommendations


def _report(asking: Asking, trial: str) -> Item:
    found = asking.of(Content.REPORT_DATA, trial=trial)
    if not found:
        raise BadInputError(
            f"The report of the trial {trial} is not in this case.", "Hand its evidence in again."
        )
    return found[-1]


def _trials(state: Submission) -> Iterator[str]:
    for one in state.trials:
        ended = "ended without a statement, and does not count"
        yield f"Trial {one.trial}, {one.variant}: {'signed' if one.statement else ended}."
