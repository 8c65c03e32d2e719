"""From the command line's options to a trial's setting, and to its plan."""

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from seatrial.adapters.inspect_runner.endpoint import REFERENCE
from seatrial.adapters.keys import FileSigner
from seatrial.adapters.policy_files import PolicyFiles
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.review.plan import Plan, PlanDraft, parse_plan
from seatrial.tasks.commitment import SeedSet, read_seed_file


def read_plan_file(path: Path) -> tuple[PlanDraft, Plan | None]:
    """Read a draft (TOML) or a signed plan (DSSE).

    Returns: the draft, and the plan when it was signed already. Its signature is checked when
    the trial is verified; here it only fixes what the trial must agree with.
    Raises: BadInputError naming the place.
    """
    content = read_input(path)
    if path.suffix == ".json":
        from seatrial.formats.signed_plan import open_plan  # noqa: PLC0415 - slow to import

        plan, _ = open_plan(content, {}, place=str(path))
        return plan.draft, plan
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path} is not UTF-8 text.", "Give a plan in TOML.") from error
    return parse_plan(text, place=str(path)), None


def open_own_plan(content: bytes, signer: FileSigner, *, place: str) -> Plan:
    """Read the plan that a trial goes on with, if `signer` signed these very bytes.

    Raises: RefusedError when they were altered since.
    """
    from seatrial.formats.dsse import Trust  # noqa: PLC0415 - slow to import
    from seatrial.formats.signed_plan import open_plan  # noqa: PLC0415 - slow to import

    plan, opened = open_plan(content, {signer.keyid: signer.public_key}, place=place)
    if opened.trust is not Trust.TRUSTED:
        raise RefusedError(
            f"{place} was altered after it was signed.",
            "Bring back the plan that the trial began with; its finished samples are kept.",
        )
    return plan


def read_input(path: Path) -> bytes:
    """Read a file that the user named. Raises: BadInputError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"{path} cannot be read ({error.strerror}).", "Name a file that is there."
        ) from error


def read_seed_sets(paths: Iterable[Path]) -> tuple[SeedSet, ...]:
    """Read secret seed files. Raises: BadInputError."""
    return tuple(read_seed_file(read_input(path), place=str(path)) for path in paths)


def with_controls(draft: PlanDraft, *, controls: bool) -> PlanDraft:
    """Leave the controls out unless they are asked for."""
    return draft if controls else replace(draft, controls=())


def read_price(text: str | None, model: str, cap_usd: float) -> tuple[float | None, float | None]:
    """Read `IN/OUT` or one number: USD per million tokens.

    Raises: BadInputError for another form, and when there is a cap but no price: a cap that
    cannot be held would be no cap.
    """
    if text is None:
        if model.startswith(REFERENCE):
            return None, None
        raise BadInputError(
            f"The price of {model} is not known, so the cap of {cap_usd:.2f} USD cannot be held.",
            "Give --price INPUT/OUTPUT in USD per million tokens, --price 0 for a model of "
            "your own.",
        )
    first, _, second = text.partition("/")
    try:
        prices = float(first), float(second or first)
    except ValueError as error:
        raise BadInputError(
            f"--price {text!r} is not a number or two.", "Write for example --price 3/15."
        ) from error
    for one in prices:
        finite("--price", one)
    if min(prices) < 0:
        raise BadInputError(f"--price {text!r} is below 0.", "Write for example --price 3/15.")
    if cap_usd == 0 and max(prices) > 0:
        raise BadInputError(
            "The cap is 0 USD and the model has a price: not one call could be made.",
            "Give a higher --cap, or --price 0 for a model of your own.",
        )
    return prices


def finite(option: str, number: float) -> float:
    """Give the number back. Raises: BadInputError when it is infinite or no number."""
    if not math.isfinite(number):
        raise BadInputError(f"{option} {number} is not a finite number.", "Write a plain number.")
    return number


def read_pairs(option: str, pairs: Iterable[str]) -> dict[str, str]:
    """Read NAME=VALUE settings. Raises: BadInputError for one without `=`."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise BadInputError(f"{option} {pair!r} has no '='.", f"Write {option} NAME=VALUE.")
        found[name] = value
    return found


def read_numbers(option: str, pairs: Iterable[str]) -> dict[str, int | float]:
    """Read NAME=NUMBER settings. Raises: BadInputError."""
    numbers: dict[str, int | float] = {}
    for name, value in read_pairs(option, pairs).items():
        try:
            numbers[name] = int(value) if value.lstrip("-").isdigit() else float(value)
            finite(option, numbers[name])
        except ValueError as error:
            raise BadInputError(
                f"{option} {name}={value!r} is not a number.", f"Write {option} temperature=0.7."
            ) from error
    return numbers


def policy_files(plan: Path) -> PolicyFiles:
    """Give where the plan's policies are looked for."""
    return PolicyFiles.beside(plan)
