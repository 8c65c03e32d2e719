"""Judge an action by a policy. Pure."""

import fnmatch
import functools
import re
import string
from dataclasses import dataclass

from seatrial.testbed.scope.action import Action, Verb
from seatrial.testbed.scope.policy import Rule, Scope

DEFAULT_RULE = "default_deny"
"""Named when no rule allows an action."""

_PATH_VERBS = {Verb.READ, Verb.WRITE}
_CLASS = re.compile(r"\[[!^]?\]?[^\]]*\]")
_PARTICULAR = 4
"""Digits and letters that a class may match and still name something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether a policy lets an action run. rule: which one decided; why: in its words."""

    allowed: bool
    rule: str
    why: str


def judge(scope: Scope, action: Action) -> Judgement:
    """Find the rule that decides: the first deny rule, else the first allow rule, else deny."""
    for rule in scope.deny:
        if _covers(rule, action, denying=True):
            return Judgement(allowed=False, rule=rule.name, why=rule.why)
    for rule in scope.allow:
        if _covers(rule, action, denying=False):
            return Judgement(allowed=True, rule=rule.name, why=rule.why)
    return Judgement(allowed=False, rule=DEFAULT_RULE, why="No rule of the policy allows it.")


def _covers(rule: Rule, action: Action, *, denying: bool) -> bool:
    if action.verb not in rule.verbs:
        return False
    if any(_matches(pattern, action, loosely=denying) for pattern in rule.targets):
        # An exception must cover the target surely: it is read strictly when denying.
        return not any(_matches(p, action, loosely=not denying) for p in rule.exceptions)
    return False


def _matches(pattern: str, action: Action, *, loosely: bool) -> bool:
    if action.verb in _PATH_VERBS:
        if loosely and action.is_pattern:
            return _may_overlap(pattern, action.target)
        return _path_regex(pattern).fullmatch(action.target) is not None
    if action.verb is Verb.RUN and "/" not in pattern:
        return fnmatch.fnmatchcase(action.target.rpartition("/")[2], pattern)
    if action.verb is Verb.CONNECT:
        host = action.target.lower().rstrip(".")
        # `127.*` speaks of addresses: 127.0.0.1.example.org is none.
        if not loosely and pattern[:1].isdigit() and not re.fullmatch(r"[\d.]+", host):
            return False
        return fnmatch.fnmatchcase(host, pattern.lower())
    return fnmatch.fnmatchcase(action.target, pattern)


@functools.lru_cache(maxsize=512)
def _path_regex(pattern: str) -> re.Pattern[str]:
    """Translate: `*` and `?` stay within a component, `/**` is the path and all below it."""
    out = ""
    rest = pattern
    while rest:
        if rest == "/**":
            out, rest = out + r"(/.*)?", ""
        elif rest.startswith("**"):
            out, rest = out + ".*", rest[2:]
        elif rest[0] == "*":
            out, rest = out + "[^/]*", rest[1:]
        elif rest[0] == "?":
            out, rest = out + "[^/]", rest[1:]
        else:
            out, rest = out + re.escape(rest[0]), rest[1:]
    return re.compile(out, re.DOTALL)


def _may_overlap(pattern: str, target: str) -> bool:
    """Say whether the shell may expand `target` to a path that `pattern` covers.

    A bare `*` or `[0-9]*` does not count: `/proc/*/maps` asks for no process in particular,
    `/proc/[1]/maps` and `/proc/[1-3]/maps` do.
    """
    wanted, given = pattern.split("/"), target.split("/")
    for index, part in enumerate(wanted):
        if part == "**":
            return True
        if index >= len(given):
            return False
        if not _part_may_match(part, given[index]):
            return False
    return len(wanted) == len(given)


def _part_may_match(wanted: str, given: str) -> bool:
    if fnmatch.fnmatchcase(given, wanted):
        return True
    literal = re.sub(r"[*?]", "", _CLASS.sub(lambda m: "" if _is_wide(m[0]) else "x", given))
    return bool(literal) and fnmatch.fnmatchcase(wanted, given)


def _is_wide(characters: str) -> bool:
    """Whether a class like `[0-9]` asks for nothing in particular."""
    alike = string.digits + string.ascii_letters
    return sum(fnmatch.fnmatchcase(one, characters) for one in alike) > _PARTICULAR
