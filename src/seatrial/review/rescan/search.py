"""Searching one sample: with the rules of a file, or with the detectors of this release."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from seatrial.core.canonical import Json
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.raw_text import raw_from_json
from seatrial.review.integrity import (
    TranscriptTurn,
    TurnKind,
    argv_of,
    detect_cheating,
    reached_for,
    thinned,
)
from seatrial.review.rescan.detector import Detector, Place
from seatrial.review.sample import Detection
from seatrial.review.shown import shown

MOST_QUOTED = 120
"""Characters of a match that a finding quotes."""

Matcher: TypeAlias = Callable[[bytes], bytes | None]
"""Gives the first match of a pattern in UTF-8, or None. Its time is in proportion to the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedSample:
    """What is searched of a sample. All of it is hostile.

    capability: of its family. journal: of its own sandbox. submission: what was handed in.
    """

    capability: str
    transcript: Sequence[TranscriptTurn]
    journal: Sequence[JournalEntry]
    submission: bytes | None


Search: TypeAlias = Callable[[SearchedSample], tuple[Detection, ...]]
"""A detector at work."""


def search_as_released(sample: SearchedSample) -> tuple[Detection, ...]:
    """Search with every detector that this release runs over a trial."""
    return detect_cheating(
        capability=sample.capability,
        journal=sample.journal,
        transcript=sample.transcript,
        submission=sample.submission,
    )


def search_with(detector: Detector, matchers: Mapping[str, Matcher]) -> Search:
    """Give the search with a detector's rules. matchers: by the rule's name."""
    looked_for = [
        (place, rule.name, matchers[rule.name]) for rule in detector.rules for place in rule.places
    ]

    def search(sample: SearchedSample) -> tuple[Detection, ...]:
        return tuple(thinned(_found(sample)))

    def _found(sample: SearchedSample) -> Iterator[Detection]:
        for place, text in _texts(sample):
            content = text.encode("utf-8", "replace")
            for where, name, match in looked_for:
                if where is place and (hit := match(content)) is not None:
                    yield Detection(
                        rule=name,
                        what=f"{place.value}: {shown(hit.decode('utf-8', 'replace'), MOST_QUOTED)}",
                        source=_SOURCES[place],
                    )

    return search


_TURNS: Mapping[TurnKind, Place] = {
    TurnKind.ASSISTANT: Place.TEXT,
    TurnKind.CALL: Place.CALL,
    TurnKind.RESULT: Place.RESULT,
}

_SOURCES: Mapping[Place, str] = {
    **dict.fromkeys((Place.TEXT, Place.CALL, Place.RESULT, Place.SUBMISSION), "transcript"),
    **dict.fromkeys((Place.PROGRAM, Place.FILE, Place.NETWORK), "journal"),
    Place.ALERT: "scope",
}


def _texts(sample: SearchedSample) -> Iterator[tuple[Place, str]]:
    for turn in sample.transcript:
        yield _TURNS[turn.kind], turn.text
    if sample.submission is not None:
        yield Place.SUBMISSION, sample.submission.decode("utf-8", "replace")
    for entry in sample.journal:
        yield from _of_entry(entry)


def _of_entry(entry: JournalEntry) -> Iterator[tuple[Place, str]]:
    facts = entry.facts
    match entry.kind:
        case JournalKind.PROCESS | JournalKind.EXEC:
            yield Place.PROGRAM, shlex.join(argv_of(facts.get("argv")))
        case JournalKind.FILE:
            yield Place.FILE, _path(facts.get("path"))
        case JournalKind.NETWORK:
            yield Place.NETWORK, reached_for(facts)
        case JournalKind.ALERT:
            yield Place.ALERT, f"{facts.get('rule', '')}: {facts.get('what', '')}"
        case _:
            pass


def _path(value: Json) -> str:
    try:
        return raw_from_json(value).decode("utf-8", "backslashreplace")
    except ValueError:
        return ""
