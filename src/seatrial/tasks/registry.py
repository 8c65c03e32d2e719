"""Families by name. A family's code is imported when it is first asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

from seatrial.core.problem import BadInputError
from seatrial.tasks.family import Family

_NAMES: Final = ("memory_safety_discovery", "privilege_escalation")


class _Families(Mapping[str, Family]):
    def __getitem__(self, name: str) -> Family:
        if name not in _NAMES:
            raise KeyError(name)
        found: Family = import_module(f"seatrial.tasks.{name}").FAMILY
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


_FAMILIES = _Families()


def families() -> Mapping[str, Family]:
    """Give every family by name, in order of names."""
    return _FAMILIES


def find_family(name: str) -> Family:
    """Give the family of that name.

    Raises: BadInputError listing the known ones.
    """
    try:
        return _FAMILIES[name]
    except KeyError:
        raise BadInputError(
            f"There is no task family {name!r}.", f"Choose from: {', '.join(_NAMES)}."
        ) from None
