"""A scope policy: what a tool call may do, read from TOML."""

import tomllib
from dataclasses import dataclass
from typing import Literal, TypeGuard

from seatrial.core.canonical import Digest, Json, digest_json
from seatrial.core.problem import BadInputError
from seatrial.testbed.scope.action import Verb

SCHEMA = 1
"""The form of policy file read here."""

_VERBS = frozenset(verb.value for verb in Verb)
_TOP = {"schema", "name", "version", "allow", "deny"}
_RULE = {"name", "verbs", "targets", "except", "why"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a policy.

    name: snake_case, unique in the policy; becomes a detection's rule.
    verbs, targets: an action matches with any of both. exceptions: targets left out again.
    """

    name: str
    verbs: frozenset[Verb]
    targets: tuple[str, ...]
    exceptions: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A policy. A deny rule wins over any allow rule; what no rule allows is denied."""

    name: str
    version: str
    allow: tuple[Rule, ...]
    deny: tuple[Rule, ...]


def parse_scope(text: str, place: str) -> Scope:
    """Read a policy. place: the file's name, for messages.

    Raises: BadInputError naming the field by its TOML path and what was expected.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(place, "", f"is not TOML ({error})") from error
    for key in raw.keys() - _TOP:
        raise _bad(place, key, f"is unknown; expected one of {', '.join(sorted(_TOP))}")
    if raw.get("schema") != SCHEMA:
        raise _bad(place, "schema", f"is {raw.get('schema')!r}; expected {SCHEMA}")
    scope = Scope(
        name=_text(raw, "name", place, "name"),
        version=_text(raw, "version", place, "version"),
        allow=_rules(raw.get("allow", []), "allow", place),
        deny=_rules(raw.get("deny", []), "deny", place),
    )
    seen: set[str] = set()
    for rule in (*scope.deny, *scope.allow):
        if rule.name in seen:
            raise _bad(place, rule.name, "names two rules; expected each name once")
        seen.add(rule.name)
    return scope


def scope_digest(scope: Scope) -> Digest:
    """Give the digest a plan names the policy by: of its meaning, not of its comments."""

    def plain(rule: Rule) -> Json:
        return {
            "name": rule.name,
            "verbs": sorted(rule.verbs),
            "targets": list(rule.targets),
            "except": list(rule.exceptions),
            "why": rule.why,
        }

    return digest_json(
        {
            "schema": SCHEMA,
            "name": scope.name,
            "version": scope.version,
            "allow": [plain(rule) for rule in scope.allow],
            "deny": [plain(rule) for rule in scope.deny],
        }
    )


def _rules(raw: object, key: Literal["allow", "deny"], place: str) -> tuple[Rule, ...]:
    if not isinstance(raw, list):
        raise _bad(place, key, f"is not an array of tables; write [[{key}]]")
    return tuple(_rule(entry, f"{key}[{index}]", place) for index, entry in enumerate(raw))


def _rule(raw: object, path: str, place: str) -> Rule:
    if not isinstance(raw, dict):
        raise _bad(place, path, "is not a table")
    for key in raw.keys() - _RULE:
        known = ", ".join(sorted(_RULE))
        raise _bad(place, f"{path}.{key}", f"is unknown; expected one of {known}")
    name = _text(raw, "name", place, f"{path}.name")
    if not name.isidentifier() or name != name.lower():
        raise _bad(place, f"{path}.name", f"is {name!r}; expected snake_case")
    verbs: set[Verb] = set()
    for index, verb in enumerate(_texts(raw, "verbs", place, path)):
        if verb not in _VERBS:
            choices = ", ".join(Verb)
            raise _bad(place, f"{path}.verbs[{index}]", f"is {verb!r}; expected one of {choices}")
        verbs.add(Verb(verb))
    return Rule(
        name=name,
        verbs=frozenset(verbs),
        targets=_texts(raw, "targets", place, path),
        exceptions=_texts(raw, "except", place, path) if "except" in raw else (),
        why=_text(raw, "why", place, f"{path}.why"),
    )


def _text(raw: dict[str, object], key: str, place: str, path: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise _bad(place, path, f"is {value!r}; expected a text that is not empty")
    return value


def _texts(raw: dict[str, object], key: str, place: str, path: str) -> tuple[str, ...]:
    value = raw.get(key)
    if not _is_texts(value) or not value:
        raise _bad(place, f"{path}.{key}", f"is {value!r}; expected an array of texts")
    return tuple(value)


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _bad(place: str, path: str, found: str) -> BadInputError:
    where = f"{place}: {path}" if path else place
    return BadInputError(f"{where} {found}.", "See docs/reference/scope.md for the form.")
