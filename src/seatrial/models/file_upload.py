"""Shell scripts that put files into a sandbox through a bash tool."""

import base64

from seatrial.models.actions import quote

CHUNK_BYTES = 48 * 1024
"""Bytes of a file per script: their base64 stays below the kernel's 128 KiB per argument."""


def upload_scripts(path: str, contents: bytes, mode: int) -> tuple[str, ...]:
    """Give scripts, to be run in order, that write `contents` to `path`."""
    target = quote(path)
    scripts = [f'mkdir -p "$(dirname {target})"\n']
    for start in range(0, max(len(contents), 1), CHUNK_BYTES):
        encoded = base64.encodebytes(contents[start : start + CHUNK_BYTES]).decode("ascii")
        into = ">>" if start else ">"
        script = f"base64 -d {into} {target} <<'END_OF_FILE'\n{encoded}END_OF_FILE\n"
        if start:
            scripts.append(script)
        else:
            scripts[0] += script
    scripts[-1] += f"chmod {mode:o} {target}\n"
    return tuple(scripts)
