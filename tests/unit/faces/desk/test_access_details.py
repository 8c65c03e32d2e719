"""Sealed access details as workers read them."""

import pytest

from seatrial.core.problem import BadInputError
from seatrial.faces.desk.access_details import AccessDetails, read_access_details

WHOLE = b"""
model = "openai-api/lab/m-1"
base_url = "https://api.example.org/v1"
api_key = "sk-planted"
price_input = 3
[variants."safeguards off"]
model = "openai-api/lab/m-1-raw"
api_key = "sk-other"
"""


def test_a_variants_own_details_replace_what_stands_above() -> None:
    plain, raw = (read_access_details(WHOLE, name) for name in ("as sold", "safeguards off"))

    assert plain == AccessDetails(
        model="openai-api/lab/m-1",
        base_url="https://api.example.org/v1",
        api_key="sk-planted",
        price_input=3.0,
        price_output=None,
    )
    assert (raw.model, raw.api_key) == ("openai-api/lab/m-1-raw", "sk-other")
    assert raw.base_url == plain.base_url


def test_a_reference_model_needs_no_endpoint() -> None:
    assert read_access_details(b'model = "reference/novice"', "x").base_url == ""


@pytest.mark.parametrize(
    "content",
    [
        b"key: sk-planted",
        b"\xff sk-planted",
        b'api_key = "sk-planted"',
        b'model = "a/b"\napi_key = "sk-planted"',
        b'model = "a/b"\nbase_url = "https://planted.example"',
        b'model = 5\napi_key = "sk-planted"',
        b'model = "reference/x"\nprice_input = "sk-planted"',
        b'model = "reference/x"\nprice_input = -1',
        b'model = "reference/x"\nprice_input = inf',
    ],
)
def test_what_cannot_be_read_is_refused_and_not_repeated(content: bytes) -> None:
    with pytest.raises(BadInputError) as refused:
        read_access_details(content, "x")

    said = f"{refused.value.what} {refused.value.remedy} {refused.value.__cause__}"
    assert "planted" not in said
