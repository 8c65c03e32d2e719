"""Names for everything in a program, in one author's manner, never twice the same."""

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.style import Style

_LOCALS: dict[str, tuple[str, ...]] = {
    "index": ("index", "slot", "idx", "pos", "which", "at"),
    "other": ("other", "dest", "target", "second", "to"),
    "value": ("value", "val", "amount", "v", "level"),
    "count": ("count", "num", "items", "n_items", "cnt"),
    "width": ("width", "stride", "unit", "each", "step"),
    "data": ("data", "src", "bytes", "in", "raw"),
    "len": ("len", "length", "nbytes", "dlen", "avail"),
    "declared": ("declared", "claimed", "want", "announced", "expect"),
    "offset": ("offset", "start", "begin", "first", "off"),
    "i": ("i", "k", "j", "x"),
    "made": ("made", "node", "fresh", "it", "created"),
    "victim": ("victim", "old", "gone", "prev", "last"),
    "total": ("total", "need", "room", "space", "sum_bytes"),
    "buffer": ("buffer", "tmp", "local", "scratch", "text"),
    "used": ("used", "filled", "n_used", "depth", "taken"),
    "grown": ("grown", "bigger", "moved", "newer"),
    "tail": ("tail", "end_item", "back", "latest"),
    "ctx": ("ctx", "st", "self", "state", "s", "me"),
    "input": ("p", "ptr", "payload", "rec", "body"),
    "size": ("size", "n", "plen", "left", "limit"),
    "cursor": ("c", "cur", "rd", "stream", "cursor"),
}

_SHORTENED = str.maketrans("", "", "aeiou")
_TERSE_LENGTH = 5


class Names:
    """Gives out names and remembers them.

    stream: draws synonyms. style: how words are joined.
    """

    def __init__(self, stream: SeedStream, style: Style, prefix: str) -> None:
        self._style = style
        self._prefix = prefix
        self._prefixed = stream.chance(1, 2)
        self._taken = set(_RESERVED)
        self._locals: dict[str, str] = {}
        self._shared: dict[tuple[str, ...], str] = {}
        for role, synonyms in _LOCALS.items():
            free = [name for name in synonyms if name not in self._taken]
            self._locals[role] = stream.choice(free)
            self._taken.add(self._locals[role])

    def local(self, role: str) -> str:
        """Name a local variable or parameter by what it is for."""
        return self._locals[role]

    def shared(self, *words: str) -> str:
        """Name a struct member or a local: the same words give the same name again."""
        if words not in self._shared:
            self._shared[words] = self.variable(*words)
        return self._shared[words]

    def function(self, *words: str) -> str:
        """Name a function."""
        words = _split((self._prefix, *words) if self._prefixed else words)
        return self._unique(self._join(words))

    def variable(self, *words: str) -> str:
        """Name a field or a variable at file scope."""
        words = _split(words)
        if self._style.naming in {"snake", "terse"}:
            return self._unique("_".join(words))
        return self._unique(words[0] + "".join(w.capitalize() for w in words[1:]))

    def type(self, *words: str) -> str:
        """Name a struct."""
        words = _split(words)
        if self._style.naming == "pascal":
            return self._unique("".join(word.capitalize() for word in words))
        return self._unique("_".join(words))

    def constant(self, *words: str) -> str:
        """Name a macro or an enum constant."""
        return self._unique("_".join(words).upper())

    def _join(self, words: tuple[str, ...]) -> str:
        match self._style.naming:
            case "camel":
                return words[0] + "".join(word.capitalize() for word in words[1:])
            case "pascal":
                return "".join(word.capitalize() for word in words)
            case "terse":
                return "_".join(_shorten(word) for word in words)
            case _:
                return "_".join(words)

    def _unique(self, name: str) -> str:
        candidate, number = name, 2
        while candidate in self._taken:
            candidate, number = f"{name}{number}", number + 1
        self._taken.add(candidate)
        return candidate


_WORDS_OF_C = """
auto break case char const continue default do double else enum extern float for goto if
int long register return short signed sizeof static struct switch typedef union unsigned void
volatile while inline restrict bool true false NULL main exit free malloc calloc realloc
memcpy memset memcmp memmove strlen strcmp strtol strtoul printf fprintf stdout stderr stdin
FILE fopen fread fclose fseek ftell rewind index open close read write select link send accept
bind connect listen time signal remove rename truncate pause raise abort abs div log exp gamma
y0 y1 j0 j1 round floor ceil pow drain stat sync nice fork wait kill alarm sleep
u8 u16 u32 s16 s32 BYTE WORD DWORD SHORT LONG byte ushort_t word argc argv size
"""
_RESERVED = frozenset(_WORDS_OF_C.split()) - {"index", "size"}


def _split(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for word in words for part in word.split("_"))


def _shorten(word: str) -> str:
    if len(word) <= _TERSE_LENGTH:
        return word
    return (word[0] + word[1:].translate(_SHORTENED))[:_TERSE_LENGTH]
