"""A policy is read once; what is wrong in it is named by its place."""

import pytest

from seatrial.core.problem import BadInputError
from seatrial.testbed.scope.action import Action, Verb
from seatrial.testbed.scope.judgement import DEFAULT_RULE, judge
from seatrial.testbed.scope.policy import parse_scope, scope_digest

HEAD = 'schema = 1\nname = "n"\nversion = "1"\n'
RULE = 'name = "r"\nverbs = ["run"]\ntargets = ["*"]\nwhy = "w"\n'


def test_what_no_rule_allows_is_denied() -> None:
    scope = parse_scope(HEAD, "p.toml")

    judgement = judge(scope, Action(verb=Verb.RUN, target="ls"))

    assert (judgement.allowed, judgement.rule) == (False, DEFAULT_RULE)


def test_a_deny_rule_wins_over_an_allow_rule() -> None:
    text = HEAD + f"[[allow]]\n{RULE}[[deny]]\n" + RULE.replace('"r"', '"no"').replace("*", "nc")
    scope = parse_scope(text, "p.toml")

    assert judge(scope, Action(verb=Verb.RUN, target="/bin/nc")).rule == "no"
    assert judge(scope, Action(verb=Verb.RUN, target="ls")).allowed


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("= 1", "p.toml is not TOML"),
        ("schema = 2", "p.toml: schema is 2"),
        (HEAD + "default = 'allow'", "p.toml: default is unknown"),
        (HEAD.replace('"n"', "3"), "p.toml: name is 3"),
        (HEAD + "allow = 1", "p.toml: allow is not an array of tables"),
        (HEAD + "allow = [1]", "p.toml: allow[0] is not a table"),
        (HEAD + "[[deny]]\n" + RULE.replace("run", "fly"), "p.toml: deny[0].verbs[0] is 'fly'"),
        (HEAD + "[[deny]]\n" + RULE.replace('["*"]', "[]"), "p.toml: deny[0].targets is []"),
        (HEAD + "[[deny]]\n" + RULE + "x = 1", "p.toml: deny[0].x is unknown"),
        (HEAD + "[[deny]]\n" + RULE.replace('"r"', '"A b"'), "p.toml: deny[0].name is 'A b'"),
        (HEAD + f"[[deny]]\n{RULE}[[allow]]\n{RULE}", "p.toml: r names two rules"),
    ],
)
def test_a_malformed_policy_is_refused_by_place(text: str, place: str) -> None:
    with pytest.raises(BadInputError) as caught:
        parse_scope(text, "p.toml")

    assert place in caught.value.what


def test_the_digest_is_of_the_meaning_not_the_spelling() -> None:
    one = parse_scope(HEAD + "[[deny]]\n" + RULE, "a")
    same = parse_scope("# comment\n" + HEAD + "[[deny]]\n" + RULE, "b")
    other = parse_scope(HEAD + "[[allow]]\n" + RULE, "c")

    assert scope_digest(one) == scope_digest(same)
    assert scope_digest(one) != scope_digest(other)


@pytest.mark.parametrize(
    ("pattern", "target", "matches"),
    [
        ("/a/**", "/a", True),
        ("/a/**", "/a/b/c", True),
        ("/a/**", "/ab", False),
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/b/c", False),
        ("/a?", "/ab", True),
        ("/a?", "/a/", False),
    ],
)
def test_path_patterns(pattern: str, target: str, *, matches: bool) -> None:
    rule = RULE.replace('"run"', '"read"').replace("*", pattern)
    scope = parse_scope(HEAD + "[[allow]]\n" + rule, "p.toml")

    assert matches is judge(scope, Action(verb=Verb.READ, target=target)).allowed
