"""The author of one program: writes guards, limits, loops and results in their own style."""

from dataclasses import dataclass

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.naming import Names
from seatrial.tasks.memory_safety_discovery.source import Line, code
from seatrial.tasks.memory_safety_discovery.style import Style

_REMARKS = (
    "sanity",
    "bounds",
    "see the format notes",
    "never trust the file",
    "refuse what does not fit",
    "limits",
    "reject nonsense early",
)
_COMPLAINTS = (
    "bad {}",
    "{}: malformed",
    "{} refused",
    "cannot use this {}",
    "{} out of range",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A capacity in the program. spelling: how the source writes it."""

    value: int
    spelling: str


class Author:
    """Writes C in one style.

    stream: draws what is left to taste. names, style: fixed for the program.
    """

    def __init__(self, stream: SeedStream, names: Names, style: Style) -> None:
        self.stream = stream
        self.names = names
        self.style = style
        self.macros: list[tuple[str, int]] = []
        self.state_type = names.type(*stream.choice(_STATE_WORDS))
        self.state_name = names.variable("the", "state")
        self.digest = names.variable(stream.choice(("digest", "mix", "tally", "fingerprint")))
        self.complain = names.function("complain")
        self.require = names.constant(stream.choice(("reject_if", "bail_if", "fail_if")))
        prefix = names.constant("rc").lower() if style.naming == "snake" else "RC"
        self.ok_code, self.bad_code = f"{prefix.upper()}_OK", f"{prefix.upper()}_BAD"

    @property
    def state(self) -> str:
        """Expression prefix of a field of the program's state, `st->` or `the_state.`."""
        if self.style.context == "global":
            return f"{self.state_name}."
        return f"{self.names.local('ctx')}->"

    def parameters(self, *others: str) -> str:
        """Write a parameter list that starts with the state, where it is passed."""
        own = f"struct {self.state_type} *{self.names.local('ctx')}"
        given = others if self.style.context == "global" else (own, *others)
        return ", ".join(given) or "void"

    def arguments(self, *others: str) -> str:
        """Write the arguments of a call from a function that has the state."""
        given = others if self.style.context == "global" else (self.names.local("ctx"), *others)
        return ", ".join(given)

    @property
    def result(self) -> str:
        """The type that tells success."""
        return {"bool": "bool", "enum": f"enum {self.bad_code.lower()}"}.get(
            self.style.returns, "int"
        )

    @property
    def success(self) -> str:
        """The statement that reports success."""
        values = {"bool": "true", "enum": self.ok_code}
        return f"return {values.get(self.style.returns, '0')};"

    def failed(self, call: str) -> str:
        """Turn a call into a condition that holds when it failed."""
        match self.style.returns:
            case "bool":
                return f"!{call}"
            case "enum":
                return f"{call} != {self.ok_code}"
            case "int":
                return f"{call} < 0"
            case _:
                return f"{call} != 0"

    def failure(self, noun: str) -> str:
        """Write the statement that reports failure."""
        match self.style.returns:
            case "bool":
                return "return false;"
            case "enum":
                return f"return {self.bad_code};"
            case "int":
                return "return -1;"
            case _:
                text = self.stream.choice(_COMPLAINTS).format(noun)
                return f'return {self.complain}("{text}");'

    def guard(
        self,
        condition: str,
        noun: str,
        *,
        flawed: str | None = None,
        action: str | None = None,
    ) -> list[Line]:
        """Write an early exit when `condition` holds.

        flawed: the condition in the original, None when it is the same there.
        action: the statement to take, by default the one that reports failure.
        """
        act = action or self.failure(noun)
        sound = self._exit(condition, act)
        if self.style.comments > 1 and self.stream.chance(1, 3):
            remark = code(f"/* {self.stream.choice(_REMARKS)} */")
        else:
            remark = []
        if flawed is None:
            return remark + [Line(sound=(text,)) for text in sound]
        head = Line(sound=(sound[0],), flawed=(self._exit(flawed, act)[0],))
        return remark + [head] + [Line(sound=(text,)) for text in sound[1:]]

    def _exit(self, condition: str, act: str) -> tuple[str, ...]:
        match self.style.guards:
            case "braced":
                return (f"if ({condition}) {{", act, "}")
            case "two_lines":
                return (f"if ({condition})", act)
            case "macro" if act.startswith("return") and self.style.returns != "message":
                if act != self.success:
                    return (f"{self.require}({condition});",)
                return (f"if ({condition})", act)
            case _:
                return (f"if ({condition}) {act}",)

    def limit(self, value: int, *words: str) -> Limit:
        """Introduce a capacity: a macro, an enum constant or a literal."""
        if self.style.limits == "literal":
            return Limit(value=value, spelling=str(value))
        name = self.names.constant(self.stream.choice(("max", "cap", "num", "limit")), *words)
        self.macros.append((name, value))
        return Limit(value=value, spelling=name)

    def above(self, what: str, limit: Limit, most: int) -> str:
        """Write a condition that holds when `what` is over `most`, in terms of `limit`."""
        gap = most - limit.value
        if gap == -1:
            return f"{what} >= {limit.spelling}"
        return f"{what} > {plus(limit, gap)}"

    def fold(self, value: str) -> str:
        """Write the statement that folds `value` into the running digest."""
        digest = self.state + self.digest
        match self.style.mixing:
            case 0:
                return f"{digest} = {digest} * 33u + {value};"
            case 1:
                return f"{digest} += {value};"
            case 2:
                return f"{digest} = ({digest} << 3 | {digest} >> 29) ^ {value};"
            case _:
                return f"{digest} ^= {value} + ({digest} << 5);"

    def aside(self, value: str) -> list[Line]:
        """Write, more often than not, a harmless statement: guard and use do not always touch."""
        return code(self.fold(value)) if self.stream.chance(3, 4) else []

    def loop(self, bound: str, body: list[Line], *, step: int = 1) -> list[Line]:
        """Write a counting loop over local `i` below `bound`. body must not `continue`."""
        i = self.names.local("i")
        forward = f"{i}++" if step == 1 else f"{i} += {step}"
        if self.style.counting == "for":
            head = code(f"for (size_t {i} = 0; {i} < {bound}; {forward}) {{")
            return [*head, *body, *code("}")]
        head = code(f"size_t {i} = 0;", f"while ({i} < {bound}) {{")
        return [*code("{"), *head, *body, *code(f"{forward};", "}", "}")]


def plus(limit: Limit, gap: int) -> str:
    """Spell a limit plus a small number."""
    if limit.spelling.isdigit():
        return str(limit.value + gap)
    if gap == 0:
        return limit.spelling
    return f"{limit.spelling} {'+' if gap > 0 else '-'} {abs(gap)}"


_STATE_WORDS = (
    ("state",),
    ("context",),
    ("reader", "state"),
    ("job",),
    ("work",),
    ("instance",),
    ("session", "state"),
    ("env",),
)
