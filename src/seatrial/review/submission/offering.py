"""Guards of offer and terms."""

from seatrial.core.ledger.aggregate import Setting
from seatrial.core.stages import refuse_unless
from seatrial.review.submission.model import (
    Model,
    Terms,
    is_digest,
    model_faults,
    terms_digest,
)
from seatrial.review.submission.state import Submission


def check_model(model: Model) -> None:
    """Refuse a model that nobody could review. Raises: NotPossibleError naming what is missing."""
    faults = list(model_faults(model))
    refuse_unless(not faults, f"The model needs {'; '.join(faults)}.", "Add it to the draft.")


def check_terms(state: Submission, terms: Terms) -> None:
    """Refuse terms beyond the policy's. Raises: NotPossibleError."""
    strange = sorted(set(terms.purposes) - set(state.rules.purposes))
    refuse_unless(
        terms.purposes and not strange,
        f"The terms' purposes must be among {', '.join(state.rules.purposes)}"
        f"{'; not among them: ' + ', '.join(strange) if strange else ', at least one'}.",
        "Choose from the policy's purposes.",
    )
    refuse_unless(
        0 <= terms.retention_days <= state.rules.retention_days,
        f"The terms keep sealed content for {terms.retention_days} days; the policy's most is"
        f" {state.rules.retention_days}.",
        "Choose fewer days.",
    )
    refuse_unless(
        is_digest(terms.nondisclosure),
        "The terms name no nondisclosure agreement by its digest.",
        "Upload the agreement's text first.",
    )


def check_agreement(state: Submission, digest: str, setting: Setting) -> None:
    """Refuse to agree to other terms than those proposed, or to one's own proposal."""
    if state.terms is None:
        raise TypeError("a submission that is offered has terms")
    refuse_unless(
        digest == terms_digest(state.terms),
        "These are not the terms that were last proposed.",
        "Read the present terms, then agree to those.",
    )
    refuse_unless(
        is_developer(state, setting) != state.terms_by_developer,
        "Whoever proposed the terms cannot agree to them for the other side.",
        "Wait for the other side.",
    )


def is_developer(state: Submission, setting: Setting) -> bool:
    """Tell whether the actor acts for the developer."""
    return setting.actor.party == state.developer
