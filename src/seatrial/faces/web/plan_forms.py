"""The plan's forms: proposed by file or digest, signed by the file of what was proposed."""

from django import forms
from django.conf import settings

from seatrial.core.canonical import Digest
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.content import Content
from seatrial.faces.desk.trial_evidence import check_plan
from seatrial.faces.desk.trusted_keys import trusted_keys
from seatrial.faces.web.asking import Asked, Asking, Tools
from seatrial.faces.web.forms.record_form import DIGEST
from seatrial.faces.web.forms.upload import Upload
from seatrial.review.submission.table import Command
from seatrial.review.submission.work_events import PlanProposed, PlanSigned

_FILE = "plan.dsse.json, as it was signed. It is sealed; both sides can read it."


class ProposalForm(forms.Form):
    """A plan's file, or the digest of one that is signed later."""

    file = Upload(required=False, label="Signed plan", help_text=_FILE)
    plan = forms.RegexField(
        regex=f"^{DIGEST}$",
        required=False,
        label="Or the plan's digest",
        help_text="sha256: and 64 hexadecimal digits, if the file comes with the signature.",
    )

    def clean(self) -> None:
        """Ask for one of the two."""
        if bool(self.cleaned_data.get("file")) == bool(self.cleaned_data.get("plan")):
            raise forms.ValidationError("Give the file or the digest, one of the two.")


class SignatureForm(forms.Form):
    """The signed plan's file."""

    file = Upload(label="Signed plan", help_text=_FILE)


def ask_plan_proposal(asking: Asking) -> Asked:
    """Ask for a plan; the developer comments on it."""
    lines = ("The developer reads it and can comment before it is signed.",)
    form = ProposalForm(asking.data, asking.files)
    return Asked(form=form, command=_propose, lines=lines)


def _propose(form: ProposalForm, tools: Tools) -> tuple[Command, ...]:
    content = form.cleaned_data["file"]
    if content is None:
        return (PlanProposed(plan=Digest(form.cleaned_data["plan"])),)
    plan = check_plan(content, trusted_keys(settings.DATA))
    tools.seal(content, Content.PLAN)
    return (PlanProposed(plan=plan),)


def ask_plan_signature(asking: Asking) -> Asked:
    """Ask for the signed file, unless the proposal came as one."""
    plan = asking.state.plan
    if plan is None:
        raise TypeError("a plan that can be signed was proposed")
    texts = asking.of(Content.COMMENT)
    lines = (
        f"From now on the plan {plan} binds every trial. Comments of the developer: {len(texts)}.",
    )
    form = SignatureForm(asking.data, asking.files)

    def sign(filled: SignatureForm, tools: Tools) -> tuple[Command, ...]:
        content = filled.cleaned_data["file"]
        found = check_plan(content, trusted_keys(settings.DATA))
        if found != plan:
            raise BadInputError(
                f"The file is plan {found}; proposed was {plan}.",
                "Propose it first, so that the developer can comment.",
            )
        tools.seal(content, Content.PLAN)
        return (PlanSigned(plan=plan),)

    return Asked(form=form, command=sign, lines=lines, texts=texts)
