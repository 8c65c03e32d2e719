"""A plan as a signed file."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from seatrial.core.canonical import is_canonical
from seatrial.core.json_text import parse_json
from seatrial.core.ports import Signer
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.formats.dsse import Opened, open_envelope, sign_envelope
from seatrial.review.plan import PLAN_PAYLOAD_TYPE, Plan, check_draft, plan_bytes


def sign_plan(plan: Plan, signer: Signer) -> bytes:
    """Give the content of `plan.dsse.json`."""
    return sign_envelope(plan_bytes(plan), PLAN_PAYLOAD_TYPE, signer)


def open_plan(
    content: bytes, trusted_keys: Mapping[str, Ed25519PublicKey], *, place: str
) -> tuple[Plan, Opened]:
    """Read a signed plan; the caller decides on `Opened.trust`.

    Raises: BadInputError when it is no envelope, no plan, one that makes no sense, or not in
    canonical form.
    """
    opened = open_envelope(content, trusted_keys, place=place)
    if opened.payload_type != PLAN_PAYLOAD_TYPE:
        raise BadInputError(
            f"{place}: payloadType is {opened.payload_type!r}, expected '{PLAN_PAYLOAD_TYPE}'.",
            "Give a signed plan.",
        )
    plan = from_json(Plan, parse_json(opened.payload, place=place), place=place)
    check_draft(plan.draft, place=place)
    if not is_canonical(opened.payload, to_json(plan)):
        raise BadInputError(
            f"{place}: the plan is not in canonical form.", "Sign it with seatrial."
        )
    return plan, opened
