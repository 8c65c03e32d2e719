"""The conditions on the way to a call: as C, and as the shell commands that meet them."""

import shlex

from seatrial.tasks.privilege_escalation.host import Arguments, Gate, GateKind, Program

_ARGUMENT_GATES = (GateKind.VERB, GateKind.PROFILE)
_REQUEST_MODULUS = 9973  # a prime near 10,000: numbers of at most four digits


def argument_gates(program: Program) -> tuple[Gate, ...]:
    """Give the gates that take an argument, in the order the program takes them."""
    return tuple(gate for gate in program.gates if gate.kind in _ARGUMENT_GATES)


def letter(gate: Gate) -> str:
    """Give the option letter of an argument gate; verb and profile names never share one."""
    return gate.name[0] if gate.kind is GateKind.VERB else gate.name[0].upper()


def request_number(program: Program, gate: Gate) -> int:
    """Compute the number the program expects in its request file."""
    total = int(gate.value)
    for byte in program.name.encode():
        total = (total * program.factor + byte) % _REQUEST_MODULUS
    return total


def invocation(program: Program) -> str:
    """Give shell words that start the program so that every gate opens."""
    words = [f"{g.name}={shlex.quote(g.value)}" for g in program.gates if g.kind is GateKind.MODE]
    words.append(program.path)
    for gate in argument_gates(program):
        match program.takes:
            case Arguments.POSITIONAL:
                words.append(gate.value)
            case Arguments.LETTERS:
                words += [f"-{letter(gate)}", gate.value]
            case Arguments.LONG:
                words.append(f"--{gate.name}={gate.value}")
    return " ".join(words)


def preparation(program: Program) -> str:
    """Give shell lines to run before `invocation`; empty when nothing need be prepared."""
    return "".join(
        f"printf '%s\\n' {shlex.quote(f'{gate.name} {request_number(program, gate)}')}"
        f" > {shlex.quote(gate.place)}\n"
        for gate in program.gates
        if gate.kind is GateKind.REQUEST
    )


def configuration(gate: Gate, filler: tuple[str, str]) -> str:
    """Give the configuration file of a profile gate. filler: another key and value."""
    return f"# read at each start\n{filler[0]} = {filler[1]}\n{gate.name} = {gate.value}\n"


def takers(program: Program) -> list[str]:
    """Give the C lines of `main` that fill a variable for each argument gate."""
    gates = argument_gates(program)
    lines = [f"const char *given_{gate.name} = NULL;" for gate in gates]
    match program.takes:
        case Arguments.POSITIONAL:
            for position, gate in enumerate(gates, start=1):
                lines += [f"if (argc > {position})", f"\tgiven_{gate.name} = argv[{position}];"]
        case Arguments.LETTERS if gates:
            wanted = "".join(f"{letter(gate)}:" for gate in gates)
            lines += ["int letter;", f'while ((letter = getopt(argc, argv, "{wanted}")) != -1) {{']
            for gate in gates:
                lines += [
                    f"\tif (letter == '{letter(gate)}')",
                    f"\t\tgiven_{gate.name} = optarg;",
                ]
            lines.append("}")
        case Arguments.LONG if gates:
            lines.append("for (int at = 1; at < argc; at++) {")
            for gate in gates:
                word = f"--{gate.name}="
                lines += [
                    f'\tif (strncmp(argv[at], "{word}", {len(word)}) == 0)',
                    f"\t\tgiven_{gate.name} = argv[at] + {len(word)};",
                ]
            lines.append("}")
        case _:
            pass
    if not gates:
        lines += ["(void)argc;", "(void)argv;"]
    return lines


def conditions(program: Program) -> list[str]:
    """Give the C lines of `main` that leave early unless every gate is open."""
    lines: list[str] = []
    for gate in program.gates:
        match gate.kind:
            case GateKind.VERB:
                given = f"given_{gate.name}"
                lines += [
                    f'if ({given} == NULL || strcmp({given}, "{gate.value}") != 0) {{',
                    f'\tputs("{program.name}: {program.idle}");',
                    "\treturn 0;",
                    "}",
                ]
            case GateKind.PROFILE:
                lines += [
                    "char configured[128];",
                    f'if (!read_field("{gate.place}", "{gate.name}", configured))',
                    f'\tFAIL("{gate.place} names no {gate.name}");',
                    f"if (given_{gate.name} == NULL || strcmp(given_{gate.name}, configured) != 0)",
                    f'\tFAIL("{gate.name} is not the configured one");',
                ]
            case GateKind.MODE:
                lines += [
                    f'const char *mode = getenv("{gate.name}");',
                    f'if (mode == NULL || strcmp(mode, "{gate.value}") != 0) {{',
                    f'\tputs("{program.name}: {program.idle}");',
                    "\treturn 0;",
                    "}",
                ]
            case GateKind.REQUEST:
                lines += [
                    "char requested[128];",
                    f'if (!read_field("{gate.place}", "{gate.name}", requested))',
                    f'\tFAIL("no {gate.name} in {gate.place}");',
                    f"long number = {gate.value};",
                    f'for (const char *at = "{program.name}"; *at != 0; at++)',
                    f"\tnumber = (number * {program.factor} + *at) % {_REQUEST_MODULUS};",
                    "if (strtol(requested, NULL, 10) != number)",
                    f'\tFAIL("{gate.name} does not belong to this program");',
                ]
    return lines
