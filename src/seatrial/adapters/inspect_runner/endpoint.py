"""The model under trial: open it by name, and see that it answers before anything is spent."""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from inspect_ai.model import GenerateConfig, Model, ModelUsage, get_model

from seatrial.adapters.inspect_runner.display import silence_display
from seatrial.core.problem import BadInputError, UnavailableError

REFERENCE = "reference/"
"""Names that start so are reference models, served by this very process over HTTP."""

_OURS = frozenset({"attempt_timeout", "max_retries", "timeout"})
"""Settings of generation that have options of their own, as a report states them apart."""

_FETCHES = frozenset({"mockllm"})
"""Providers that need the network for what has nothing to do with a model."""

_PACKAGES = re.compile(r"Install with: pip install ([\w .<>=\[\]-]+)")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:API_KEY|KEY|TOKEN|REGION|BASE_URL)\b")
_MARKUP = re.compile(r"\[/?(?:bold|blue|red|green|italic)\]")
"""What Inspect's messages for a terminal hold."""

_CHECK_ENDPOINT = "See that the endpoint runs and serves this model, and that the API key is right."

_GREETING = "Reply with the single word: ready"

_GREETING_TOKENS = 64
"""Room for a model that thinks before a one-word answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSetting:
    """How to reach a model. seconds: limit of one call. retries: tries after the first."""

    model: str
    base_url: str | None
    seconds: int
    retries: int
    api_key: str | None = None
    model_args: Mapping[str, str] = field(default_factory=dict[str, str])
    generation: Mapping[str, int | float] = field(default_factory=dict[str, int | float])


def open_model(setting: EndpointSetting) -> Model:
    """Make Inspect's model object; calls nothing.

    Raises: BadInputError for a name or argument that Inspect does not know.
    """
    silence_display()
    if setting.model.partition("/")[0] in _FETCHES:
        raise BadInputError(
            f"Model {setting.model!r} would fetch a tokenizer's file while the trial runs.",
            "Take a reference model instead, such as reference/novice.",
        )
    arguments = {name: _literal(value) for name, value in setting.model_args.items()}
    generation: dict[str, Any] = dict(setting.generation)
    unknown = sorted(set(generation) - set(GenerateConfig.model_fields) | set(generation) & _OURS)
    if unknown:
        raise BadInputError(
            f"--generation {unknown[0]} is no setting of a model's generation.",
            "Choose for example temperature, top_p, max_tokens or seed; limits of a call are "
            "--call-seconds and --call-retries.",
        )
    config = GenerateConfig(
        attempt_timeout=setting.seconds,
        max_retries=setting.retries,
        **generation,
    )
    try:
        # Inspect prints its banner of hooks on the first use of a model.
        with redirect_stdout(StringIO()):
            return get_model(
                setting.model,
                config=config,
                base_url=setting.base_url,
                api_key=setting.api_key,
                memoize=False,
                **arguments,
            )
    except Exception as error:
        # Providers raise what they like here: missing package, key or environment variable.
        found = _one_line(error)
        raise BadInputError(
            f"Model {setting.model!r} cannot be opened: {found}", _what_lacks(found)
        ) from error


def _literal(value: str) -> Any:
    """Read a number, true, false or null as such, as Inspect's -M does; else leave the text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


async def greet(model: Model, setting: EndpointSetting) -> ModelUsage:
    """Make one small call, so that a wrong name, key or address is found before a sample runs.

    Returns: what the call used.
    Raises: UnavailableError saying what the endpoint answered, or that it counts no tokens.
    """
    config = GenerateConfig(
        max_tokens=_GREETING_TOKENS, max_retries=0, attempt_timeout=setting.seconds
    )
    try:
        async with asyncio.timeout(setting.seconds + 5):
            output = await model.generate(_GREETING, config=config)
    except Exception as error:
        if isinstance(error, TimeoutError) or "AttemptTimeoutError" in repr(error):
            raise UnavailableError(
                f"Model {setting.model!r} did not answer within {setting.seconds} s.",
                "See that the endpoint runs, or raise --call-seconds.",
            ) from error
        raise UnavailableError(
            f"Model {setting.model!r}{_where(setting)} cannot be used: {_one_line(error)}",
            _what_lacks(_one_line(error), _CHECK_ENDPOINT),
        ) from error
    usage = output.usage
    if usage is None or usage.input_tokens + usage.output_tokens == 0:
        raise UnavailableError(
            f"Model {setting.model!r}{_where(setting)} does not say how many tokens a call used, "
            "so neither budgets nor the spending cap can be held.",
            "Turn on usage in the endpoint's answers (field `usage` of a chat completion).",
        )
    return usage


def _what_lacks(found: str, otherwise: str = "") -> str:
    """Say what to do about an error of a provider, from what it names."""
    if package := _PACKAGES.search(found):
        return (
            "Install the provider's package where Seatrial runs: "
            f".uv/bin/uv pip install --python .venv/bin/python {package[1].strip()}"
        )
    if names := dict.fromkeys(_VARIABLE.findall(found)):
        what = "--base-url, or set" if any("BASE_URL" in name for name in names) else "Set"
        given = "Give " if what.startswith("-") else ""
        return f"{given}{what} in the environment: {' or '.join(names)}."
    return otherwise or (
        "Give an Inspect model name (provider/model), set the provider's API key in the "
        "environment, and --base-url for an endpoint of your own."
    )


def _where(setting: EndpointSetting) -> str:
    return f" at {setting.base_url}" if setting.base_url else ""


def _one_line(error: BaseException) -> str:
    cause = error
    while cause.__cause__ is not None or (cause.__context__ is not None and not str(cause).strip()):
        cause = cause.__cause__ or cause.__context__ or cause
    text = " ".join(str(error).split()) or type(error).__name__
    root = " ".join(str(cause).split())
    if root and root not in text:
        text = f"{text} ({root})"
    plain = _MARKUP.sub("", text).removeprefix("ERROR: ")
    return plain.encode("ascii", errors="backslashreplace").decode()[:400]
