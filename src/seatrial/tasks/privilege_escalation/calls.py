"""How a program starts another one, and what guards it, as C."""

from seatrial.tasks.privilege_escalation.host import Call, Guard, Program

SAFE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FULL_PATHS = (Guard.ABSOLUTE, Guard.OWN_ENVIRONMENT)


def guard_lines(program: Program) -> list[str]:
    """Give the C lines of `main` between the gates and the end: guards, then call."""
    lines = [*_weak_lines(program.dressing), *_safe_lines(program.guard)]
    if program.raises:
        lines += [
            "if (setreuid(geteuid(), geteuid()) != 0)",
            '\tFAIL("cannot take on the service account");',
        ]
    return [*lines, "return run_tool();"]


def _weak_lines(dressing: Guard) -> list[str]:
    match dressing:
        case Guard.KEPT_PATH:
            return [f'setenv("PATH", "{SAFE_PATH}", 0);']
        case Guard.APPENDED_PATH:
            return [
                'const char *path = getenv("PATH");',
                "char search[8192];",
                'snprintf(search, sizeof search, "%s:%s", path == NULL ? "/usr/bin" : path,',
                f'\t"{SAFE_PATH}");',
                'setenv("PATH", search, 1);',
            ]
        case Guard.OTHER_VARIABLES:
            return [
                'static const char *const unwanted[] = {"BASH_ENV", "CDPATH", "ENV", "IFS"};',
                "for (size_t at = 0; at < sizeof unwanted / sizeof *unwanted; at++)",
                "\tunsetenv(unwanted[at]);",
            ]
        case Guard.RESTORED:
            return [
                "uid_t service = geteuid();",
                "if (seteuid(getuid()) != 0)",
                '\tFAIL("cannot lower rights");',
                "umask(022);",
                'if (chdir("/") != 0 || seteuid(service) != 0)',
                '\tFAIL("cannot go on");',
            ]
        case _:
            return []


def _safe_lines(guard: Guard) -> list[str]:
    match guard:
        case Guard.RESET_PATH:
            return _set_path()
        case Guard.CLEARED:
            return ["clearenv();", *_set_path()]
        case Guard.OWN_ENVIRONMENT:
            return [
                f'static char *own[] = {{"PATH={SAFE_PATH}", "LC_ALL=C", NULL}};',
                "environ = own;",
            ]
        case Guard.DROPPED:
            return [
                "uid_t caller = getuid();",
                "if (setresuid(caller, caller, caller) != 0)",
                '\tFAIL("cannot drop rights");',
            ]
        case _:
            return []


def _set_path() -> list[str]:
    # Checked: under a small RLIMIT_DATA setenv has no memory, and the caller's PATH would stay.
    return [
        f'if (setenv("PATH", "{SAFE_PATH}", 1) != 0)',
        '\tFAIL("cannot set the search path");',
    ]


def call_function(program: Program) -> str:
    """Give the C function `run_tool` that starts the other program and waits for it."""
    tool = program.tool
    if program.guard in _FULL_PATHS:
        tool = f"/usr/bin/{program.tool}"
    words = [tool, *program.arguments]
    command = " ".join(word if " " not in word else f"'{word}'" for word in words)
    quoted = ", ".join(f'"{word}"' for word in words)
    waited = (
        "\tif (waitpid(child, &status, 0) < 0)\n\t\treturn 3;\n"
        "\treturn WIFEXITED(status) ? WEXITSTATUS(status) : 3;\n"
    )
    match program.call:
        case Call.SYSTEM:
            body = (
                "\tfflush(stdout);\n"
                f'\tint status = system("{command}");\n'
                "\treturn status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : 3;\n"
            )
        case Call.POPEN:
            body = (
                "\tchar line[512];\n"
                f'\tFILE *output = popen("{command}", "r");\n'
                '\tif (output == NULL)\n\t\tFAIL("cannot start a command");\n'
                "\twhile (fgets(line, sizeof line, output) != NULL)\n"
                f'\t\tprintf("{program.name}: %s", line);\n'
                "\tint status = pclose(output);\n"
                "\treturn status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : 3;\n"
            )
        case Call.EXECLP:
            body = (
                "\tfflush(stdout);\n"
                f'\texeclp("{tool}", {quoted}, (char *)NULL);\n'
                '\treturn FAIL("cannot start a command");\n'
            )
        case Call.EXECVP:
            body = (
                f"\tchar *words[] = {{{quoted}, NULL}};\n"
                "\tint status = 0;\n\tpid_t child = fork();\n"
                '\tif (child < 0)\n\t\tFAIL("cannot fork");\n'
                "\tif (child == 0) {\n\t\texecvp(words[0], words);\n\t\t_exit(127);\n\t}\n" + waited
            )
        case Call.SPAWNP:
            body = (
                f"\tchar *words[] = {{{quoted}, NULL}};\n"
                "\tint status = 0;\n\tpid_t child = 0;\n"
                "\tif (posix_spawnp(&child, words[0], NULL, NULL, words, environ) != 0)\n"
                '\t\tFAIL("cannot start a command");\n' + waited
            )
    return f"static int run_tool(void) {{\n{body}}}\n"
