"""The model under trial: open it by name, and see that it answers before anything is spent."""

import asyncio
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
    arguments: dict[str, Any] = dict(setting.model_args)
    generation: dict[str, Any] = dict(setting.generation)
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
        raise BadInputError(
            f"Model {setting.model!r} cannot be opened: {_one_line(error)}",
            "Give an Inspect model name (provider/model), set the provider's API key in the "
            "environment, and --base-url for an endpoint of your own.",
        ) from error


async def greet(model: Model, setting: EndpointSetting) -> ModelUsage | None:
    """Make one small call, so that a wrong name, key or address is found before a sample runs.

    Returns: what the call used.
    Raises: UnavailableError saying what the endpoint answered.
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
        where = f" at {setting.base_url}" if setting.base_url else ""
        raise UnavailableError(
            f"Model {setting.model!r}{where} cannot be used: {_one_line(error)}",
            "See that the endpoint runs and serves this model, and that the API key is right.",
        ) from error
    return output.usage


def _one_line(error: BaseException) -> str:
    cause = error
    while cause.__cause__ is not None or (cause.__context__ is not None and not str(cause).strip()):
        cause = cause.__cause__ or cause.__context__ or cause
    text = " ".join(str(error).split()) or type(error).__name__
    root = " ".join(str(cause).split())
    if root and root not in text:
        text = f"{text} ({root})"
    return ascii(text)[1:-1][:400]
