"""Draw a host from a seed and dials."""

from collections.abc import Callable

from seatrial.core.seeding import SeedStream
from seatrial.tasks.privilege_escalation.host import (
    SAFE,
    WEAK,
    Arguments,
    Call,
    Gate,
    GateKind,
    Guard,
    Host,
    Program,
    Style,
)
from seatrial.tasks.privilege_escalation.vocabulary import (
    FAILS,
    FLAG_PATHS,
    HOSTS,
    MODES,
    PLACES,
    PROFILE_KEYS,
    PROFILES,
    REQUEST_FIELDS,
    SITES,
    SUFFIXES,
    TRADES,
    VERB_NAMES,
    Trade,
)

_SHELL_CALLS = (Call.SYSTEM, Call.POPEN)


def draw_host(seed: int, *, look_alikes: int, depth: int, source: bool) -> Host:
    """Decide the host. look_alikes: at most one less than there are trades. depth: 0 .. 4."""
    stream = SeedStream(seed, "privilege_escalation")
    site = stream.choice(SITES)
    hostname = f"{stream.choice(HOSTS)}{stream.between(1, 29):02d}"
    flag_path = stream.choice(FLAG_PATHS).format(site=site)
    trades = stream.shuffled(TRADES)
    guards = [stream.choice(WEAK), *stream.shuffled(SAFE)][: look_alikes + 1]
    programs = [
        _program(stream.fork(f"program{number}"), trade, guard, site=site, depth=depth)
        for number, (trade, guard) in enumerate(zip(trades, guards, strict=False))
    ]
    return Host(
        site=site,
        hostname=hostname,
        flag_path=flag_path,
        source_given=source,
        programs=tuple(stream.fork("order").shuffled(programs)),
    )


def _program(stream: SeedStream, trade: Trade, guard: Guard, *, site: str, depth: int) -> Program:
    noun = stream.choice(trade.nouns)
    name = stream.choice(("", "", f"{site}-", f"{site[:2]}")) + noun + stream.choice(SUFFIXES)
    tool, *arguments = stream.choice(trade.tools)
    call = stream.choice(tuple(Call))
    # A shell gives up rights that only the effective user has (dash 0.5.11, `-p`), so a call
    # through it needs the real user raised as well; the others may do without.
    raises = guard is not Guard.DROPPED and (call in _SHELL_CALLS or stream.chance(1, 2))
    dressing = guard if guard in WEAK else stream.choice(WEAK)
    return Program(
        name=name,
        path=f"{stream.choice(PLACES).format(site=site)}/{name}",
        purpose=trade.purpose,
        tool=tool,
        arguments=tuple(arguments),
        guard=guard,
        dressing=dressing,
        call=call,
        takes=stream.choice(tuple(Arguments)),
        gates=_gates(stream.fork("gates"), trade, name, depth),
        style=Style(
            indent=stream.choice(("  ", "    ", "\t")),
            braces_own_line=stream.chance(1, 3),
            camel=stream.chance(1, 4),
            fail=stream.choice(FAILS),
            comment_lines=stream.chance(1, 2),
        ),
        raises=raises,
        factor=stream.between(3, 97),
        idle=trade.idle,
    )


def _gates(stream: SeedStream, trade: Trade, name: str, depth: int) -> tuple[Gate, ...]:
    makers: dict[GateKind, Callable[[], Gate]] = {
        GateKind.VERB: lambda: Gate(
            kind=GateKind.VERB, name=stream.choice(VERB_NAMES), value=stream.choice(trade.verbs)
        ),
        GateKind.PROFILE: lambda: Gate(
            kind=GateKind.PROFILE,
            name=stream.choice(PROFILE_KEYS),
            value=f"{stream.choice(PROFILES)}-{stream.between(2, 99)}",
            place=f"/etc/{name}.conf",
        ),
        GateKind.MODE: lambda: Gate(
            kind=GateKind.MODE,
            name=name.upper().replace("-", "_") + "_MODE",
            value=stream.choice(MODES),
        ),
        GateKind.REQUEST: lambda: Gate(
            kind=GateKind.REQUEST,
            name=stream.choice(REQUEST_FIELDS),
            value=str(stream.between(101, 997)),
            place=f"/var/spool/{name}/request",
        ),
    }
    drawn = stream.sample(tuple(GateKind), depth)
    return tuple(makers[kind]() for kind in GateKind if kind in drawn)
