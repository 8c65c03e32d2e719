"""Ordering a rescan, and judging what it found: the two forms."""

from collections.abc import Mapping, Sequence

from django import forms

from seatrial.faces.desk.rescans import Known
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.faces.web.forms.upload import Upload
from seatrial.review.rescan.detector import MOST_BYTES

FILE = "file"
"""The choice of a detector that is handed in with the order."""

EVERY = "every"
CHOSEN = "chosen"


class OrderForm(forms.Form):
    """What to search with, where, and what for."""

    detector = forms.ChoiceField(widget=forms.RadioSelect, label="Detector")
    file = Upload(
        required=False,
        most=MOST_BYTES,
        label="Detector's file (TOML)",
        help_text="For a new detector: named patterns, each over some places of the evidence.",
    )
    where = forms.ChoiceField(widget=forms.RadioSelect, label="Where to search")
    cases = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Cases of yours"
    )
    purpose = forms.ChoiceField(
        label="Purpose",
        help_text="Each archive that is opened is entered with it. A case whose terms do not have"
        " it is not searched.",
    )

    def __init__(
        self,
        *given: object,
        known: Sequence[Known],
        cases: Mapping[str, str],
        every: int,
        purposes: Sequence[str],
    ) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # as Django gives them
        detectors = [(one.rules, _named(one)) for one in known]
        choices = {
            "detector": [*detectors, (FILE, "A new one, from a file")],
            "where": [
                (EVERY, f"Every case that holds a sealed trial ({every})"),
                *([(CHOSEN, "Only the cases that I choose")] if cases else []),
            ],
            "cases": list(cases.items()),
            "purpose": [(one, one.replace("-", " ").capitalize()) for one in purposes],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]  # of a choice field
        self.fields["detector"].initial = known[0].rules
        self.fields["where"].initial = EVERY
        if not cases:
            del self.fields["cases"]

    def clean(self) -> None:
        """Ask for what a choice needs, and refuse what would be passed over."""
        given = self.cleaned_data
        if given.get("detector") == FILE and not given.get("file"):
            self.add_error("file", "Choose the detector's file.")
        if given.get("detector") not in (None, FILE) and given.get("file"):
            self.add_error("detector", "You chose a file too: say that it is the detector.")
        if given.get("where") == CHOSEN and not given.get("cases"):
            self.add_error("cases", "Choose the cases.")
        if given.get("where") == EVERY and given.get("cases"):
            self.add_error("where", "You chose cases too: say that only they are searched.")

    def chosen(self) -> tuple[str, ...]:
        """Give the chosen cases; none for every one."""
        wanted = self.cleaned_data["where"] == CHOSEN
        return tuple(self.cleaned_data["cases"]) if wanted else ()


class JudgeForm(forms.Form):
    """What a person makes of what was found."""

    confirmed = forms.TypedChoiceField(
        choices=[("yes", "It is what the detector takes it for"), ("no", "It is a false alarm")],
        coerce=lambda given: given == "yes",
        widget=forms.RadioSelect,
        label="What it is",
    )
    reasons = SealedText(label="Why, and what follows from it")
    purpose = forms.ChoiceField(label="Purpose")

    def __init__(self, *given: object, purposes: Sequence[str]) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # as Django gives them
        choices = [(one, one.replace("-", " ").capitalize()) for one in purposes]
        self.fields["purpose"].choices = choices  # type: ignore[attr-defined]  # of a choice field


def _named(known: Known) -> str:
    if known.released:
        return f"Those of this release, {known.version}"
    return f"{known.name}, version {known.version} ({known.rules[7:19]})"
