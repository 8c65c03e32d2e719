"""The model under trial: open it by name, and see that it answers before anything is spent."""

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

from inspect_ai.model import GenerateConfig, Model, ModelUsage, get_model

from seatrial.adapters.inspect_runner.display import silence_display
from seatrial.adapters.inspect_runner.endpoint_errors import install, one_line, what_lacks
from seatrial.core.problem import BadInputError, UnavailableError

REFERENCE = "reference/"
"""Names that start so are reference models, served by this very process over HTTP."""

_OURS = frozenset({"attempt_timeout", "max_retries", "timeout"})
"""Settings of generation that have options of their own, as a report states them apart."""

_FETCHES = frozenset({"mockllm"})
"""Providers that need the network for what has nothing to do with a model."""

_SERVERS = frozenset({"vllm", "vllm-completions", "sglang"})
"""Providers that start a server of their own on this machine unless they are given an address."""

_LOOPBACK = "127.0.0.1"
"""Where such a server listens: by itself it would take calls from the whole network."""

_STAY_OFFLINE = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1"}
"""Nothing is fetched or reported while a trial runs; read by the packages that load weights."""

_RESERVED = frozenset({"api_key", "base_url", "config", "memoize", "model", "role"})
"""Arguments of Inspect that are no provider's setting."""

_ANY_BASE_URL = "INSPECT_EVAL_MODEL_BASE_URL"
"""Inspect's address for whatever provider has none of its own."""

_CHECK_NAME = (
    "Give an Inspect model name (provider/model), set the provider's API key in the "
    "environment, and --base-url for an endpoint of your own."
)
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
    os.environ.update(_STAY_OFFLINE)
    arguments = _arguments(setting)
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
        found = one_line(error)
        raise BadInputError(
            f"Model {setting.model!r} cannot be opened: {found}", what_lacks(found, _CHECK_NAME)
        ) from error


def address_of(model: str, base_url: str | None) -> str | None:
    """Give the address that calls to `model` go to; None when it is the provider's own.

    Providers take one from the environment as well; it is looked up here, so that the report
    names it and a resumed trial keeps it.
    Raises: BadInputError when it is no HTTP address, or holds a key that would be written down.
    """
    provider, _, rest = model.partition("/")
    service = rest.partition("/")[0] if provider == "openai-api" else provider
    variable = f"{service.upper().replace('-', '_')}_BASE_URL"
    given = base_url or os.environ.get(variable) or os.environ.get(_ANY_BASE_URL)
    if not given or model.startswith(REFERENCE):
        return None
    remedy = "Write for example --base-url https://models.lab.example/v1."
    try:
        parts = urlsplit(given)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        named = None
    if not named:
        raise BadInputError(f"{given!r} is no HTTP address of an endpoint.", remedy)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInputError(
            "The endpoint's address holds a user name, a password or what stands behind `?`; "
            "it is written into the report.",
            f"{remedy} Keys belong in the provider's environment variable.",
        )
    return given


def _arguments(setting: EndpointSetting) -> dict[str, Any]:
    """Read what `-M` gave, and see to servers that a provider would start on this machine."""
    for name in sorted(_RESERVED & set(setting.model_args)):
        raise BadInputError(
            f"-M {name} is no setting of a provider.",
            "API keys come from the provider's environment variable, the address from --base-url.",
        )
    arguments = {name: _literal(value) for name, value in setting.model_args.items()}
    provider = setting.model.partition("/")[0]
    if provider in _SERVERS and "port" not in arguments and not setting.base_url:
        package = provider.partition("-")[0]
        if find_spec(package) is None:
            raise BadInputError(
                f"Model {setting.model!r} cannot be opened: no --base-url is given, and {package} "
                "is not installed to start a server here.",
                f"Give --base-url of a running server. Or: {install(package)}",
            )
        arguments.setdefault("host", _LOOPBACK)
    return arguments


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
            f"Model {setting.model!r}{_where(setting)} cannot be used: {one_line(error)}",
            what_lacks(one_line(error), _CHECK_ENDPOINT),
        ) from error
    usage = output.usage
    if usage is None or usage.input_tokens + usage.output_tokens == 0:
        raise UnavailableError(
            f"Model {setting.model!r}{_where(setting)} does not say how many tokens a call used, "
            "so neither budgets nor the spending cap can be held.",
            "Turn on usage in the endpoint's answers (field `usage` of a chat completion).",
        )
    return usage


def _where(setting: EndpointSetting) -> str:
    return f" at {setting.base_url}" if setting.base_url else ""
