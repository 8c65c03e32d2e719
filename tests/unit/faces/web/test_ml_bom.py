"""A bill of materials is taken when it is CycloneDX with a model card; else it says why not."""

import json
from typing import Any

import pytest

from seatrial.core.problem import BadInputError
from seatrial.faces.web.forms.ml_bom import check_ml_bom


def bill(**changes: Any) -> bytes:
    model = {
        "type": "machine-learning-model",
        "name": "Example 1",
        "modelCard": {"modelParameters": {"task": "text generation"}},
    }
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [model]}
    return json.dumps(document | changes).encode()


def test_a_bill_with_a_model_card_names_its_models() -> None:
    assert check_ml_bom(bill()) == ("Example 1",)


def test_a_model_may_be_what_the_bill_is_about_or_part_of_a_part() -> None:
    model = json.loads(bill())["components"][0]
    service = {"type": "application", "name": "Service", "components": [model]}

    assert check_ml_bom(bill(components=[service])) == ("Example 1",)
    assert check_ml_bom(bill(components=[], metadata={"component": model})) == ("Example 1",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"weights: many", "is not JSON"),
        (b"[]", "bomFormat must be CycloneDX"),
        (bill(bomFormat="SPDX"), "bomFormat must be CycloneDX"),
        (bill(specVersion="1.4"), r"specVersion is '1\.4'"),
        (bill(version="one"), r"at \$\.version: 'one' is not of type 'integer'"),
        (bill(colour="blue"), r"at \$: .*'colour' was unexpected"),
        (bill(components=[]), "no component has the type machine-learning-model"),
        (
            bill(components=[{"type": "machine-learning-model", "name": "Bare"}]),
            "machine-learning-model Bare has no modelCard",
        ),
        (
            bill(components=[{"type": "machine-learning-model", "name": "B", "modelCard": 1}]),
            r"at \$\.components\[0\]\.modelCard",
        ),
        (bill().decode().encode("utf-16"), "it is not UTF-8"),
        (bill(serialNumber="\ud800"), "it holds half a character"),
        (bill(**{"\udfff": 1}), "it holds half a character"),
        (
            bill(components=[{"type": "library", "name": str(n)} for n in range(1001)]),
            "a list of it has more than 1000 members",
        ),
        (bill(name="x" * (2 << 20)), "it is larger than 2048 KiB"),
        (bill(specVersion="9" * 10_000), "specVersion is '9{299}; model cards"),
        (b"[" * 100_000, "is not JSON"),
        (b'<!DOCTYPE l [<!ENTITY a "b">]><bom>&a;</bom>', "is not JSON"),
    ],
)
def test_what_is_wrong_is_named(content: bytes, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        check_ml_bom(content)
