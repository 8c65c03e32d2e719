"""The form of a draft: what model is offered, in plain fields."""

from django import forms

from seatrial.core.canonical import Digest
from seatrial.faces.web.forms.record_form import DIGEST, Lines
from seatrial.review.submission.model import Modality, Model, Variant
from seatrial.review.trial import Safeguards

_VARIANTS = {
    "on": Variant(name="safeguards on", safeguards=Safeguards.ON),
    "off": Variant(name="safeguards off", safeguards=Safeguards.OFF),
}


class ModelForm(forms.Form):
    """A model's identity. What would let someone reach it is sealed, and not asked for here."""

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

    def model(self) -> Model:
        """Give the record of a valid form."""
        given = self.cleaned_data
        return Model(
            name=given["name"],
            checkpoint=given["checkpoint"],
            digest=Digest(given["digest"]),
            modalities=tuple(given["modalities"]),
            variants=tuple(_VARIANTS[one] for one in given["variants"]),
            scope=given["scope"],
            open_weights=given["open_weights"],
        )


def initial_of(model: Model) -> dict[str, object]:
    """Give what the form shows for a model that is amended."""
    names = {variant.safeguards: key for key, variant in _VARIANTS.items()}
    return {
        "name": model.name,
        "checkpoint": model.checkpoint,
        "digest": model.digest,
        "modalities": [one.value for one in model.modalities],
        "variants": [names[one.safeguards] for one in model.variants if one.safeguards in names],
        "scope": model.scope,
        "open_weights": model.open_weights,
    }
