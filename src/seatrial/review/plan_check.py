"""Compare a signed plan with what is really there, before anything runs (R5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.canonical import Json
from seatrial.core.record import to_json
from seatrial.review.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One place where two documents differ. A side that lacks it says `(absent)`."""

    path: str
    planned: str
    observed: str

    def __str__(self) -> str:
        return f"{self.path}: planned {self.planned}, observed {self.observed}"


def check_plan(plan: Plan, observed: Plan) -> tuple[Disagreement, ...]:
    """List everything in which the plan and a fresh resolution of its draft disagree.

    observed: the same draft resolved again, now, on this machine.
    Returns: in the plan's order; empty when the trial may start.
    """
    return tuple(differences(to_json(plan), to_json(observed)))


def differences(planned: Json, observed: Json, path: str = "") -> Iterator[Disagreement]:
    """Walk two JSON values and give each leaf that differs."""
    if isinstance(planned, Mapping) and isinstance(observed, Mapping):
        for key in (*planned, *(key for key in observed if key not in planned)):
            here = f"{path}.{key}" if path else key
            if key not in observed:
                yield Disagreement(path=here, planned=_show(planned[key]), observed="(absent)")
            elif key not in planned:
                yield Disagreement(path=here, planned="(absent)", observed=_show(observed[key]))
            else:
                yield from differences(planned[key], observed[key], here)
    elif _is_list(planned) and _is_list(observed):
        left, right = _listed(planned), _listed(observed)
        if len(left) != len(right):
            yield Disagreement(
                path=path, planned=f"{len(left)} entries", observed=f"{len(right)} entries"
            )
        for index, (one, other) in enumerate(zip(left, right, strict=False)):
            yield from differences(one, other, f"{path}[{index}]")
    elif type(planned) is not type(observed) or planned != observed:
        yield Disagreement(path=path, planned=_show(planned), observed=_show(observed))


def _is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _listed(value: Json) -> Sequence[Json]:
    assert isinstance(value, Sequence)  # noqa: S101 - _is_list said so; narrows the type
    return value


def _show(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."  # noqa: PLR2004 - one line
