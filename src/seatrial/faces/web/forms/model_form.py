"""The form of a draft: what model is offered, when it is to be released, what is sealed with it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms

from seatrial.core.canonical import Digest
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.content import Content
from seatrial.faces.web.forms.ml_bom import check_ml_bom
from seatrial.faces.web.forms.record_form import DIGEST, Lines, Moment
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.faces.web.forms.upload import Upload
from seatrial.review.submission.events import Audience, ReleasePlanned
from seatrial.review.submission.model import Modality, Model, Variant
from seatrial.review.submission.state import Submission
from seatrial.review.trial import Safeguards

Seal = Callable[[bytes, Content], Digest]
"""Encrypts content to the case; gives the digest that names it."""

_VARIANTS = {
    "on": Variant(name="safeguards on", safeguards=Safeguards.ON),
    "off": Variant(name="safeguards off", safeguards=Safeguards.OFF),
}

SEALED = {
    "credentials": Content.CREDENTIALS,
    "elicitation": Content.ELICITATION,
    "ml_bom": Content.ML_BOM,
}
"""Fields that are sealed, by the field of the model that names them."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "The model": ("name", "checkpoint", "digest", "modalities", "variants", "open_weights"),
    "What is to be measured, and when it is to be out": ("scope", "trusted_partners", "public"),
    "Sealed with it": ("elicitation", "credentials", "ml_bom", "take_out"),
}
"""Of the form's fields, by legend."""

_KEPT = "There is one already: leave this empty to keep it."


class ModelForm(forms.Form):
    """A model's identity, its planned dates, and what is sealed to its case."""

    GROUPS = GROUPS

    name = forms.CharField(max_length=200, label="Name of the model")
    checkpoint = forms.CharField(
        max_length=200, help_text="How you tell this checkpoint from others.", label="Checkpoint"
    )
    digest = forms.RegexField(
        regex=f"^{DIGEST}$",
        label="Digest",
        help_text="sha256: and 64 hexadecimal digits, of the weights or of your statement that"
        " pins the checkpoint.",
    )
    modalities = forms.TypedMultipleChoiceField(
        choices=[(one.value, one.value.capitalize()) for one in Modality],
        coerce=Modality,
        widget=forms.CheckboxSelectMultiple,
        label="What it takes or gives",
    )
    variants = forms.MultipleChoiceField(
        choices=[("on", "With its safeguards on"), ("off", "With its safeguards off")],
        widget=forms.CheckboxSelectMultiple,
        label="How it is offered",
    )
    scope = Lines(
        label="Capabilities to be measured",
        help_text="One on a line, such as: memory-safety discovery.",
    )
    open_weights = forms.BooleanField(required=False, label="The weights will be open")
    trusted_partners = Moment(
        required=False,
        label="Planned release to trusted partners",
        help_text="In UTC. The evaluator's window ends no later.",
    )
    public = Moment(
        required=False,
        label="Planned public release",
        help_text="In UTC. Both dates can be moved or taken back at any time.",
    )
    elicitation = SealedText(
        required=False,
        label="Elicitation notes",
        help_text="How to get the most out of the model: scaffold, tools, prompts, settings."
        " Sealed; the programme's people read it once the submission is accepted.",
    )
    credentials = SealedText(
        required=False,
        label="Endpoint and credentials",
        help_text="Sealed; nobody reads it before the window opens. You can also wait, and give it"
        " when you grant access.",
    )
    ml_bom = Upload(
        required=False,
        label="Model's bill of materials",
        help_text="CycloneDX JSON, 1.5 or later, with a model card. Sealed.",
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        now: datetime,
        name: str = "",
        before: Submission | None = None,
    ) -> None:
        """now: planned dates come after it. before: what is amended; name: of a new model."""
        super().__init__(data, files, initial=initial_of(before) if before else {"name": name})
        self._now, self._before = now, before
        given = [one for one in SEALED if before and getattr(before.model, one)]
        for one in given:
            self.fields[one].help_text = _KEPT
        if given:
            self.fields["take_out"] = forms.MultipleChoiceField(
                required=False,
                choices=[(one, self.fields[one].label) for one in given],
                widget=forms.CheckboxSelectMultiple,
                label="Leave out from now on",
            )

    def clean_trusted_partners(self) -> datetime | None:
        """Refuse a date that is past."""
        return self._later("trusted_partners", Audience.TRUSTED_PARTNERS)

    def clean_public(self) -> datetime | None:
        """Refuse a date that is past."""
        return self._later("public", Audience.PUBLIC)

    def clean_ml_bom(self) -> bytes | None:
        """Refuse what is no bill of materials of a model, saying what is wrong with it."""
        content: bytes | None = self.cleaned_data["ml_bom"]
        if content is not None:
            try:
                check_ml_bom(content)
            except BadInputError as error:
                raise forms.ValidationError(f"{error.what} {error.remedy}") from error
        return content

    def model(self, seal: Seal) -> Model:
        """Give the record of a valid form; what it seals is sealed by this."""
        given = self.cleaned_data
        return Model(
            name=given["name"],
            checkpoint=given["checkpoint"],
            digest=Digest(given["digest"]),
            modalities=tuple(given["modalities"]),
            variants=tuple(self._variants(given["variants"])),
            scope=given["scope"],
            open_weights=given["open_weights"],
            endpoint=self._before.model.endpoint if self._before else None,
            **self._sealed(seal),
        )

    def dates(self) -> tuple[ReleasePlanned, ...]:
        """Give the commands that plan the releases as the form has them, if they changed."""
        named = {Audience.TRUSTED_PARTNERS: "trusted_partners", Audience.PUBLIC: "public"}
        return tuple(
            ReleasePlanned(audience=audience, on=self.cleaned_data[name])
            for audience, name in named.items()
            if self.cleaned_data[name] != _planned(self._before, audience)
        )

    def _sealed(self, seal: Seal) -> Mapping[str, Digest | None]:
        given, found = self.cleaned_data, dict[str, Digest | None]()
        for name, content in SEALED.items():
            new = given[name]
            if new:
                found[name] = seal(new if isinstance(new, bytes) else new.encode(), content)
            elif self._before and name not in given.get("take_out", ()):
                found[name] = getattr(self._before.model, name)
        return found

    def _variants(self, chosen: list[str]) -> Iterator[Variant]:
        """Keep the names that variants have: trials were ordered, and are told apart, by them."""
        known = self._before.model.variants if self._before else ()
        for one in chosen:
            wanted = _VARIANTS[one]
            yield next((had for had in known if had.safeguards is wanted.safeguards), wanted)

    def _later(self, name: str, audience: Audience) -> datetime | None:
        on: datetime | None = self.cleaned_data[name]
        if on is not None and on <= self._now and on != _planned(self._before, audience):
            raise forms.ValidationError("This is past. Choose a later date, or leave it empty.")
        return on


def initial_of(before: Submission) -> dict[str, object]:
    """Give what the form shows of a submission that is amended."""
    model, names = before.model, {one.safeguards: key for key, one in _VARIANTS.items()}
    return {
        "name": model.name,
        "checkpoint": model.checkpoint,
        "digest": model.digest,
        "modalities": [one.value for one in model.modalities],
        "variants": [names[one.safeguards] for one in model.variants if one.safeguards in names],
        "scope": model.scope,
        "open_weights": model.open_weights,
        "trusted_partners": _planned(before, Audience.TRUSTED_PARTNERS),
        "public": _planned(before, Audience.PUBLIC),
    }


def _planned(before: Submission | None, audience: Audience) -> datetime | None:
    """Give a planned date as the form can show it: to the minute."""
    if before is None:
        return None
    trusted = audience is Audience.TRUSTED_PARTNERS
    on = (before.trusted_release if trusted else before.public_release).planned
    return on.replace(second=0, microsecond=0) if on else None
