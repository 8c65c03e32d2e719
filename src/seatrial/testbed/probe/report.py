"""What a containment probe found, and whether a trial may start."""

from dataclasses import dataclass

from seatrial.core.problem import RefusedError


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


def require_contained(report: ProbeReport) -> None:
    """Refuse a trial whose sandbox leads anywhere (R1, R2).

    Raises: RefusedError naming each check and what it reached.
    """
    if not report.reaches:
        return
    named = "; ".join(f"{one.name} ({one.detail})" for one in report.reaches)
    raise RefusedError(
        f"The sandbox of image {report.image} is not contained: {named}.",
        "Close what was reached; docs/reference/containment-probe.md says how each check works.",
    )
