"""Errors that a person can act on."""


class ProblemError(Exception):
    """Something that stops the work and that someone can mend.

    what: names the place and what was found and expected, in one sentence.
    remedy: what to do, in one sentence.
    Subclasses say in their docstring who can recover and how. Only the command line
    turns one into an exit status (`exit_code`).
    """

    exit_code: int = 1

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


class BadInputError(ProblemError):
    """A file, argument or answer from outside is not of its form; the giver can correct it."""

    exit_code = 2


class RefusedError(ProblemError):
    """A rule of the programme forbids going on (containment, plan, scope); nothing was run."""

    exit_code = 3


class UnavailableError(ProblemError):
    """The machine, endpoint or tool lacks something; the operator can provide it."""

    exit_code = 4
