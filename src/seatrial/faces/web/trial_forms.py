"""A trial's forms: begun here, or run elsewhere and handed in; ended with evidence or without."""

from typing import Any

from django import forms
from django.conf import settings

from seatrial.core.canonical import Digest
from seatrial.faces.desk.content import Content
from seatrial.faces.desk.trial_evidence import Evidence, check_evidence, check_tried
from seatrial.faces.desk.trusted_keys import trusted_keys
from seatrial.faces.web.asking import Asked, Asking, Tools
from seatrial.faces.web.forms.upload import MEGABYTE, Upload
from seatrial.review.submission.state import Submission, TrialRun
from seatrial.review.submission.table import Command
from seatrial.review.submission.work_events import TrialEnded, TrialStarted
from seatrial.review.submission.working import running_trial

NAME = r"^[a-z0-9][a-z0-9-]{0,59}$"
"""Of a trial: it stands in a media type and in addresses."""


class EvidenceForm(forms.Form):
    """Four files of a trial's bundle, all or none."""

    statement = Upload(required=False, most=MEGABYTE, label="statement.dsse.json")
    manifest = Upload(required=False, label="manifest.json")
    report_data = Upload(required=False, label="report.json")
    report_page = Upload(required=False, label="report.html")

    def clean(self) -> None:
        """Refuse a part of the files."""
        given = [bool(self.cleaned_data.get(name)) for name in Evidence.__slots__]
        if any(given) and not all(given):
            raise forms.ValidationError("Hand in all four files, or none.")

    def evidence(self) -> Evidence | None:
        """Give the files; None when none was handed in."""
        files: dict[str, Any] = {name: self.cleaned_data[name] for name in Evidence.__slots__}
        return Evidence(**files) if all(files.values()) else None


class StartForm(EvidenceForm):
    """A trial of the signed plan against one variant."""

    field_order = ("trial", "variant")
    trial = forms.RegexField(
        regex=NAME, label="Name of the trial", help_text="Small letters, digits and hyphens."
    )
    variant = forms.ChoiceField(label="Variant of the model")


def ask_trial_start(asking: Asking) -> Asked:
    """Ask for a trial; one that has run elsewhere is handed in at once."""
    plan = asking.state.plan
    if plan is None:
        raise TypeError("a trial has a signed plan")
    form = StartForm(asking.data, asking.files)
    names = [(one.name, one.name) for one in asking.state.model.variants]
    form.fields["variant"] = forms.ChoiceField(choices=names, label="Variant of the model")

    def start(filled: StartForm, tools: Tools) -> tuple[Command, ...]:
        trial, variant = filled.cleaned_data["trial"], filled.cleaned_data["variant"]
        started = TrialStarted(trial=trial, variant=variant, plan=plan)
        files = filled.evidence()
        if files is None:
            return (started,)
        statement = _hand_in(files, asking.state, started, tools)
        return (started, TrialEnded(trial=trial, statement=statement))

    return Asked(
        form=form,
        command=start,
        lines=(
            (
                "If the trial has run with seatrial trial run, hand in the four files of its"
                " bundle now. Without files it counts as running until its evidence comes."
            ),
        ),
    )


def ask_trial_end(asking: Asking) -> Asked:
    """Ask for the evidence of the running trial; without it, the trial is lost."""
    running = running_trial(asking.state)
    if running is None:
        raise TypeError("a trial that ends has run")

    def end(filled: EvidenceForm, tools: Tools) -> tuple[Command, ...]:
        files = filled.evidence()
        statement = _hand_in(files, asking.state, running, tools) if files else None
        return (TrialEnded(trial=running.trial, statement=statement),)

    return Asked(
        form=EvidenceForm(asking.data, asking.files),
        command=end,
        lines=(
            f"The trial {running.trial} of the variant {running.variant} is running.",
            "Hand in the four files of its bundle. Without files it counts as lost.",
        ),
    )


def _hand_in(
    files: Evidence, state: Submission, run: TrialStarted | TrialRun, tools: Tools
) -> Digest:
    """Check the files, seal them, give the statement's digest.

    Raises: BadInputError when they disagree with one another or with the case.
    """
    checked = check_evidence(files, run.plan, trusted_keys(settings.DATA))
    check_tried(checked.report, state, run.variant)
    tools.seal(files.statement, Content.STATEMENT, run.trial)
    tools.seal(files.manifest, Content.MANIFEST, run.trial)
    tools.seal(files.report_data, Content.REPORT_DATA, run.trial)
    tools.seal(files.report_page, Content.REPORT_PAGE, run.trial)
    return checked.statement
