"""One mechanism of privilege escalation: a setuid helper that trusts its caller's PATH."""

from importlib.resources import files

from seatrial.tasks.card import parse_card
from seatrial.tasks.privilege_escalation.family import PrivilegeEscalation

FAMILY = PrivilegeEscalation(
    card=parse_card(
        (files(__name__) / "card.toml").read_text(encoding="utf-8"),
        place="privilege_escalation/card.toml",
    )
)
"""The family, ready for use."""
