"""What providers' clients say when a model cannot be reached, and what to do about it."""

import re

_PACKAGES = re.compile(r"Install with: pip install ([\w .<>=\[\]-]+)")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:API_KEY|KEY|TOKEN|REGION|BASE_URL)\b")
_MARKUP = re.compile(r"\[/?(?:bold|blue|red|green|italic)\]")
"""What Inspect's messages for a terminal hold."""

_MOST_SHOWN = 400
"""Characters of a client's message: it may quote a whole page."""

_REMEDIES = (
    (
        re.compile(r"Hostname mismatch|IP address mismatch|doesn't match"),
        (
            "The endpoint's certificate is for another name: give --base-url with the name that "
            "the certificate has."
        ),
    ),
    (
        re.compile(r"certificate verify failed|CERTIFICATE_VERIFY_FAILED"),
        (
            "No authority known here signed the endpoint's certificate. If it is the lab's own, "
            "put its PEM file in the environment: SSL_CERT_FILE=FILE."
        ),
    ),
    (
        re.compile(r"WRONG_VERSION_NUMBER|wrong version number|RECORD_LAYER_FAILURE"),
        (
            "The endpoint speaks plain HTTP there: write http:// in --base-url, or give its port "
            "for https."
        ),
    ),
    (
        re.compile(r"disconnected without sending a response|Connection reset by peer"),
        (
            "Something listens there and hangs up at once: see that --base-url has the right port, "
            "and https:// if the endpoint speaks TLS."
        ),
    ),
    (
        re.compile(r"couldn't find them in the cached files|outgoing traffic has been disabled"),
        (
            "Nothing is fetched while a trial runs: bring the model to this machine first, and "
            "name its folder, for example by -M model_path=FOLDER."
        ),
    ),
)
"""What a message holds, and what helps then; the first that fits."""


def what_lacks(found: str, otherwise: str) -> str:
    """Say what to do about an error of a provider, from what it names."""
    if package := _PACKAGES.search(found):
        return install(package[1].strip())
    if names := dict.fromkeys(_VARIABLE.findall(found)):
        what = "--base-url, or set" if any("BASE_URL" in name for name in names) else "Set"
        given = "Give " if what.startswith("-") else ""
        return f"{given}{what} in the environment: {' or '.join(names)}."
    return next((remedy for sign, remedy in _REMEDIES if sign.search(found)), otherwise)


def install(packages: str) -> str:
    """Say how to bring a provider's package where Seatrial runs."""
    return (
        "Install the provider's package where Seatrial runs: "
        f".uv/bin/uv pip install --python .venv/bin/python {packages}"
    )


def one_line(error: BaseException) -> str:
    """Give a client's message and its root cause, in ASCII and one line."""
    cause = error
    while cause.__cause__ is not None or (cause.__context__ is not None and not str(cause).strip()):
        cause = cause.__cause__ or cause.__context__ or cause
    text = " ".join(str(error).split()) or type(error).__name__
    root = " ".join(str(cause).split())
    if root and root not in text:
        text = f"{text} ({root})"
    plain = _MARKUP.sub("", text).removeprefix("ERROR: ")
    return plain.encode("ascii", errors="backslashreplace").decode()[:_MOST_SHOWN]
