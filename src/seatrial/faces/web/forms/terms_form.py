"""The form of access terms, within the policy's bounds."""

from typing import Any

from django import forms

from seatrial.core.canonical import Digest
from seatrial.review.submission.model import Rules, Terms


class TermsForm(forms.Form):
    """What the model may be used for, how long content stays, and under which agreement."""

    purposes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="Purposes")
    retention_days = forms.IntegerField(
        min_value=0, label="Days that sealed content stays after the case has ended"
    )
    nondisclosure = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=50_000,
        label="Nondisclosure agreement",
        help_text="Each person of the programme signs this text before reading sealed content.",
    )

    def __init__(self, *arguments: Any, rules: Rules, **options: Any) -> None:
        super().__init__(*arguments, **options)
        purposes = [(one, one.replace("-", " ").capitalize()) for one in rules.purposes]
        self.fields["purposes"] = forms.MultipleChoiceField(
            choices=purposes, widget=forms.CheckboxSelectMultiple, label="Purposes"
        )
        self.fields["retention_days"].help_text = f"At most {rules.retention_days}."

    def terms(self, nondisclosure: Digest) -> Terms:
        """Give the record of a valid form. nondisclosure: digest of the text, which is kept."""
        return Terms(
            purposes=tuple(self.cleaned_data["purposes"]),
            retention_days=self.cleaned_data["retention_days"],
            nondisclosure=nondisclosure,
        )
