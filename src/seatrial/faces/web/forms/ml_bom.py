"""A model's bill of materials: CycloneDX JSON with a model card, checked before it is sealed.

Source: CycloneDX 1.5 to 1.7 (ECMA-424), `components[].modelCard`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError

MODEL = "machine-learning-model"
"""Type of a component that is a model."""

VERSIONS = ("1.5", "1.6", "1.7")
"""Of CycloneDX, which the checker knows and which have model cards."""

MOST_BYTES = 2 * 1024 * 1024
MOST_LISTED = 1000
"""Members of one list: the checker holds each against each, and 20,000 would take it minutes."""

MOST_SAID = 300
"""Characters of the checker's sentence; it may quote the document."""

_REMEDY = "Correct it, or leave it out: a bill of materials is optional."


def check_ml_bom(content: bytes) -> tuple[str, ...]:
    """Give the names of the models that have a card.

    Raises: BadInputError with the place and what was expected there.
    """
    text = _text(content)
    document = parse_json(text.encode(), place="The bill of materials")
    _check_size(document)
    if not isinstance(document, Mapping) or document.get("bomFormat") != "CycloneDX":
        raise _wrong("it is no CycloneDX JSON: bomFormat must be CycloneDX")
    version = document.get("specVersion")
    if version not in VERSIONS:
        shown = repr(version)[:MOST_SAID]
        raise _wrong(f"specVersion is {shown}; model cards are in {', '.join(VERSIONS)}")
    _check_schema(text, str(version))
    models = [one for one in _components(document) if one.get("type") == MODEL]
    if not models:
        raise _wrong(f"no component has the type {MODEL}")
    carded = [str(one["name"]) for one in models if one.get("modelCard")]
    if not carded:
        names = ", ".join(str(one["name"]) for one in models)
        raise _wrong(f"the {MODEL} {names[:MOST_SAID]} has no modelCard")
    return tuple(carded)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _wrong(f"it is larger than {MOST_BYTES // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong("it is not UTF-8") from error


def _check_size(document: object) -> None:
    """Refuse what would wear the checker out, and text that no page can show."""
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            _check_text(one)
        elif isinstance(one, Mapping):
            members = cast("Mapping[str, object]", one)
            waiting += [*members, *members.values()]
        elif isinstance(one, list):
            listed = cast("list[object]", one)
            if len(listed) > MOST_LISTED:
                raise _wrong(f"a list of it has more than {MOST_LISTED} members")
            waiting += listed


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _wrong("it holds half a character") from error


def _check_schema(text: str, version: str) -> None:
    # Over a second to load, for one form.
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - as said above
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - the same

    wrong = JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(text)
    if wrong is not None:
        raise _wrong(f"at {wrong.data.json_path}: {wrong.data.message[:MOST_SAID]}")


def _components(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Give every component, also those within others, and the one the bill is about."""
    about = document.get("metadata")
    if isinstance(about, Mapping):
        yield from _with_parts(cast("Mapping[str, object]", about).get("component"))
    parts = document.get("components")
    for one in cast("Sequence[object]", parts) if isinstance(parts, Sequence) else ():
        yield from _with_parts(one)


def _with_parts(component: object) -> Iterator[Mapping[str, object]]:
    if isinstance(component, Mapping):
        held = cast("Mapping[str, object]", component)
        yield held
        parts = held.get("components")
        for one in cast("Sequence[object]", parts) if isinstance(parts, Sequence) else ():
            yield from _with_parts(one)


def _wrong(what: str) -> BadInputError:
    return BadInputError(f"The bill of materials is not taken: {what}.", _REMEDY)
