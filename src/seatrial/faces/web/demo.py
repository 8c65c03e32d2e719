"""`seatrial serve --demo`: made-up parties and reviews in a data folder of their own."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from seatrial.adapters.clock import SystemClock
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.review.transparency.periods import published_quarters

OFFICE = "Office of Model Review"


def make_demo(policy: Path, say: Callable[[str], None]) -> None:
    """Fill the data folder of Django's settings; say who can sign in.

    policy: file of the example policy.
    Raises: RefusedError when there is a programme in the folder; BadInputError without the policy.
    """
    from seatrial.faces.web.beginning import begin_programme  # noqa: PLC0415 - sets Django up

    try:
        content = policy.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"The demonstration's policy {policy} cannot be read.",
            "Name one with --policy.",
        ) from error
    now = SystemClock().now()
    # The latest quarter whose figures are out: there the story begins.
    quarter = published_quarters(now - timedelta(days=300), now)[0]
    begins = quarter.begins_at + timedelta(days=1)
    path = begin_programme(OFFICE, content, at=begins)
    if path is None:
        raise RefusedError(
            "There is a programme in this folder.",
            "Give --demo a new folder, or none for one that is gone afterwards.",
        )
    # Only now: these need Django.
    from django.conf import settings  # noqa: PLC0415 - as said above
    from django.db import connections  # noqa: PLC0415 - as said above

    from seatrial.adapters.chance import draw_nonce  # noqa: PLC0415 - as said above
    from seatrial.faces.web import demo_story as told  # noqa: PLC0415 - as said above
    from seatrial.faces.web.demo_people import Story, StoryClock  # noqa: PLC0415 - as said above
    from seatrial.faces.worker.notices import tell_people  # noqa: PLC0415 - as said above
    from seatrial.wiring.ledger import open_ledger  # noqa: PLC0415 - as said above
    from seatrial.wiring.portal import the_ledger  # noqa: PLC0415 - as said above

    password = f"demo-{draw_nonce().hex()[:12]}"
    story = Story(ledger=the_ledger(), clock=StoryClock(begins), password=password)
    told.everybody_comes(story, path)
    told.a_quarter_passes(story, quarter)
    told.a_review_ends(story, now)
    told.a_review_is_half_way(story, now)
    # As a worker does it: inboxes are full also where none runs.
    tell_people()
    held = open_ledger(settings.DATA)
    held.checkpoints.sign(*held.keys.signer())
    # The server forks: what is open here must not be shared.
    connections.close_all()
    say("A demonstration: everything in it is made up. Sign in as")
    for one in story.people.values():
        say(f"  {one.email:<28} {one.name}, {one.role.value.replace('-', ' ')}")
    say(f"with the password {password}")
    say(
        f"Begin as {story.people[told.EVA].email}: the front page says what waits, and where to"
        " look first."
    )
