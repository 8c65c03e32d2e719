"""What a trial left, for whoever reads evidence: samples, transcripts, journals, files.

The archive is an upload of somebody else, and models wrote most of it. It is shown as text.
"""

from importlib.util import find_spec
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from seatrial.adapters.log_reading import read_logged_sample
from seatrial.core.access.action import Action
from seatrial.core.people import CaseId
from seatrial.core.problem import UnavailableError
from seatrial.faces.desk.archives import (
    PART,
    Contents,
    archives_of,
    copy_file,
    opened,
    read_contents,
    read_part,
    visible,
)
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.case_acts import purposes_for
from seatrial.faces.web.pages.trials import find_case, find_run
from seatrial.formats.logged import LogTrouble
from seatrial.formats.sample_files import log_file
from seatrial.wiring.portal import the_blobs

PAGE = 100
"""Samples, and files, on a page."""

MOST_TURNS = 200
"""Of a transcript, on a page."""

MOST_NAME = 500
"""Characters of what is asked for by name."""


@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest, case: str, trial: str) -> HttpResponse:
    """Say what is sealed of a trial; on posting, enter the reading and show what is asked for."""
    here, desk, who = CaseId(case), the_desk(), who_asks(request)
    state = find_case(request, here)
    run = find_run(state, trial)
    held = archives_of(desk.ledger, here, run.trial)
    context: dict[str, Any] = {
        "case": case,
        "trial": run.trial,
        "held": held,
        "purposes": purposes_for(desk, who, here, Action.READ_EVIDENCE),
    }
    if request.method == "POST":
        wanted = request.POST.get("archive", "")
        chosen = next((one for one in held if one.digest == wanted), None)
        if chosen is None:
            raise Http404
        purpose = request.POST.get("purpose", "")
        desk.check(who, Action.READ_EVIDENCE, here, purpose)
        with opened(the_blobs(), chosen, purpose, desk.setting(who)) as file:
            context |= {"chosen": chosen, "purpose": purpose, **_shown(request, file, run.trial)}
    return render(request, "seatrial/trial_archive.html", context)


def _shown(request: HttpRequest, file: IO[bytes], trial: str) -> dict[str, Any]:
    """Read what is asked for: a file's part, a sample's transcript, or what there is."""
    name, sample = (request.POST.get(one, "")[:MOST_NAME] for one in ("file", "sample"))
    start = _number(request, "start")
    if name:
        part = read_part(file, trial, name, start)
        if part is None:
            raise Http404
        before = max(0, part.start - PART) if part.start else None
        return {"file": visible(name), "asked": name, "part": part, "before": before}
    if sample:
        return {
            "sample": visible(sample),
            "asked": sample,
            **_transcript(file, trial, sample, start),
        }
    find = request.POST.get("find", "")[:MOST_NAME]
    return _contents(read_contents(file, trial), start, find)


def _contents(contents: Contents, start: int, find: str) -> dict[str, Any]:
    samples = [one for one in contents.samples if find in f"{one.result.role} {one.key}"]
    files = [(name, size) for name, size in contents.files.items() if find in name]
    more = start + PAGE if max(len(samples), len(files)) > start + PAGE else None
    return {
        "contents": contents,
        "samples": samples[start : start + PAGE],
        "files": files[start : start + PAGE],
        "find": find,
        "counts": (len(samples), len(files)),
        "start": start,
        "more": more,
        "before": max(0, start - PAGE) if start else None,
    }


def _transcript(file: IO[bytes], trial: str, sample: str, start: int) -> dict[str, Any]:
    """Read a sample's transcript. sample: role, a space, and its key in the log.

    Raises: UnavailableError where logs cannot be read; Http404 for a log that is not there.
    """
    if find_spec("inspect_ai") is None:
        raise UnavailableError(
            "Transcripts cannot be read here.", "Install seatrial[runner] beside the portal."
        )
    role, _, key = sample.partition(" ")
    if "\0" in sample:
        raise Http404
    name = log_file(role)
    with TemporaryFile(dir=settings.DATA / "incoming") as log:
        if not copy_file(file, trial, name, log):
            raise Http404
        found = read_logged_sample(name, log.fileno(), key)
    if isinstance(found, LogTrouble):
        return {"trouble": found.what}
    turns = [
        (number, one.kind, visible(one.text[:PART]), len(one.text) > PART)
        for number, one in enumerate(found.turns[start : start + MOST_TURNS], start + 1)
    ]
    more = start + MOST_TURNS if len(found.turns) > start + MOST_TURNS else None
    before = max(0, start - MOST_TURNS) if start else None
    system = visible((found.system_prompt or "")[:PART])
    return {
        "asked": sample,
        "found": found,
        "system_prompt": system,
        "turns": turns,
        "more": more,
        "before": before,
    }


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")[:12]
    return int(text) if text.isascii() and text.isdecimal() else 0
