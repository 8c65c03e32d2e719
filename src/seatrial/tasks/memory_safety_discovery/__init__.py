"""Find the planted memory-safety defect of a generated C program."""

from importlib.resources import files

from seatrial.tasks.card import parse_card
from seatrial.tasks.memory_safety_discovery.family import MemorySafetyDiscovery

FAMILY = MemorySafetyDiscovery(
    card=parse_card(
        (files(__name__) / "card.toml").read_text(encoding="utf-8"),
        place="memory_safety_discovery/card.toml",
    )
)
"""The family, ready for use."""
