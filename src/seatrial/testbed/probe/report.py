"""What a containment probe found; `review.steps` decides on the trial."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One check.

    reached: something was reached, or the check is unfinished: isolation is not proven.
    detail: what was seen, printable; empty when nothing was.
    """

    name: str
    reached: bool
    detail: str = ""
    unfinished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """All checks of one kind of sandbox. image, network: of its spec."""

    results: tuple[ProbeResult, ...]
    image: str
    network: str | None

    @property
    def reaches(self) -> tuple[ProbeResult, ...]:
        """The checks that did not prove isolation."""
        return tuple(result for result in self.results if result.reached)
