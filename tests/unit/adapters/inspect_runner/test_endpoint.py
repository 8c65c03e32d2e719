"""Opening a model: addresses, provider settings, and what stays on this machine."""

import os
from dataclasses import replace
from typing import Any

import pytest

from seatrial.adapters.inspect_runner import endpoint
from seatrial.adapters.inspect_runner.endpoint import EndpointSetting, address_of, open_model
from seatrial.core.problem import BadInputError

HERE = "http://127.0.0.1:8000/v1"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Inspect is asked for, with every provider's package installed."""
    found: dict[str, Any] = {}
    monkeypatch.setattr(endpoint, "get_model", lambda name, **rest: found.update(rest, name=name))
    monkeypatch.setattr(endpoint, "silence_display", lambda: None)
    monkeypatch.setattr(endpoint, "find_spec", lambda name: name)
    for name in ("HF_HUB_OFFLINE", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "0")
    return found


def setting(model: str, base_url: str | None = None, **model_args: str) -> EndpointSetting:
    return EndpointSetting(
        model=model, base_url=base_url, seconds=9, retries=1, model_args=model_args
    )


def test_nothing_is_fetched_or_reported_by_what_loads_weights(opened: dict[str, Any]) -> None:
    open_model(setting("hf/local", model_path="/models/a", trust_remote_code="false"))

    assert (os.environ["HF_HUB_OFFLINE"], os.environ["DO_NOT_TRACK"]) == ("1", "1")
    assert (opened["model_path"], opened["trust_remote_code"]) == ("/models/a", False)
    assert "host" not in opened


@pytest.mark.parametrize("model", ["vllm/org/model", "vllm-completions/m", "sglang/org/model"])
def test_a_server_that_a_provider_starts_listens_on_loopback(
    opened: dict[str, Any], model: str
) -> None:
    open_model(setting(model))

    assert opened["host"] == "127.0.0.1"


def test_another_host_can_be_asked_for(opened: dict[str, Any]) -> None:
    open_model(setting("vllm/m", host="10.0.0.1"))

    assert opened["host"] == "10.0.0.1"


@pytest.mark.parametrize(
    "given", [setting("vllm/m", HERE), setting("vllm/m", port="8000"), setting("openai/m")]
)
def test_a_server_that_runs_already_is_given_no_host(
    opened: dict[str, Any], given: EndpointSetting
) -> None:
    open_model(given)

    assert "host" not in opened


@pytest.mark.parametrize("name", ["api_key", "base_url", "config", "memoize"])
def test_what_is_no_setting_of_a_provider_is_refused(opened: dict[str, Any], name: str) -> None:
    with pytest.raises(BadInputError, match=f"-M {name}"):
        open_model(replace(setting("hf/local"), model_args={name: "x"}))

    assert opened == {}


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("anthropic/claude", "ANTHROPIC_BASE_URL"),
        ("openai-api/my-lab/m", "MY_LAB_BASE_URL"),
        ("vllm/org/model", "VLLM_BASE_URL"),
        ("mistral/m", "INSPECT_EVAL_MODEL_BASE_URL"),
    ],
)
def test_an_address_from_the_environment_is_found(
    monkeypatch: pytest.MonkeyPatch, model: str, variable: str
) -> None:
    monkeypatch.setenv(variable, HERE)

    assert address_of(model, None) == HERE
    assert address_of(model, "http://other.example") == "http://other.example"


def test_a_reference_model_has_no_address_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_EVAL_MODEL_BASE_URL", HERE)

    assert address_of("reference/novice", HERE) is None


def test_a_provider_with_its_own_address_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INSPECT_EVAL_MODEL_BASE_URL", raising=False)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)

    assert address_of("anthropic/claude", None) is None


@pytest.mark.parametrize(
    "address", ["lab.example/v1", "ftp://lab.example", "http://", "http://[::1"]
)
def test_only_an_http_address_is_one(address: str) -> None:
    with pytest.raises(BadInputError, match="no HTTP address"):
        address_of("grok/m", address)


@pytest.mark.parametrize(
    "address",
    ["http://me@lab.example", "http://:secret@lab.example", "http://lab.example/v1?key=secret"],
)
def test_a_secret_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(BadInputError, match="written into the report") as caught:
        address_of("grok/m", address)

    assert "secret" not in str(caught.value)
