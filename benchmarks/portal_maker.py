"""Makes the portal that `portal.py` measures: `portal_maker.py CASES`, in a process of its own.

SEATRIAL_DATA and SEATRIAL_DATABASE say where. Prints one JSON object: cookies and tokens of
people, a case that both evaluators have, and how much there is.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from seatrial.adapters.clock import SystemClock

ROOT = Path(__file__).parents[1]
YEARS = timedelta(days=730)
"""Of the programme: long enough for figures of several quarters."""


def main() -> None:
    """Begin, fill, sign people in."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
    from seatrial.faces.web.beginning import begin_programme  # noqa: PLC0415 - reads what is set

    now = SystemClock().now().replace(microsecond=0)
    begin = now - YEARS
    policy = (ROOT / "policy" / "programme-example.toml").read_bytes()
    begin_programme("Office", policy, begin)
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from portal_cases import FEW, fill  # noqa: PLC0415 - Django is set up by now
    from portal_people import cookie_of, sign_head, token_of  # noqa: PLC0415 - the same

    people, cases = fill(int(sys.argv[1]), begin, now)
    case = cases[len(cases) // 2 // FEW * FEW + 1]
    named = {name: getattr(people, name) for name in ("head", "every", "few", "auditor")}
    entries = sign_head()
    made = {
        "case": case.name,
        "entries": entries,
        "cookies": {name: cookie_of(one) for name, one in named.items()},
        "people": {name: one.person for name, one in named.items()},
        "tokens": {name: token_of(named[name], case.name, now) for name in ("every", "few")},
    }
    sys.stdout.write(json.dumps(made))


if __name__ == "__main__":
    main()
