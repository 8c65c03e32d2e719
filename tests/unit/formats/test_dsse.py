import json
from types import ModuleType

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from seatrial.core.problem import BadInputError
from seatrial.formats.dsse import Trust, open_envelope, sign_envelope


def _signed(made_up: ModuleType, payload: bytes = b"payload") -> bytes:
    return sign_envelope(payload, "text/plain", made_up.TestSigner())


def test_what_was_signed_is_read_back_as_trusted(made_up: ModuleType) -> None:
    signer = made_up.TestSigner()

    opened = open_envelope(_signed(made_up), signer.trusted, place="e")

    assert (opened.payload, opened.payload_type) == (b"payload", "text/plain")
    assert (opened.trust, opened.keyids) == (Trust.TRUSTED, (signer.keyid,))


def test_another_implementation_verifies_it(made_up: ModuleType) -> None:
    signer = made_up.TestSigner()
    key = SSlibKey.from_crypto(signer.public, keyid=signer.keyid)

    envelope = Envelope.from_dict(json.loads(_signed(made_up)))

    assert envelope.verify([key], 1) == {signer.keyid: key}


def test_a_key_nobody_trusts_is_unknown(made_up: ModuleType) -> None:
    other = made_up.TestSigner(2)

    assert open_envelope(_signed(made_up), other.trusted, place="e").trust is Trust.UNKNOWN
    assert open_envelope(_signed(made_up), {}, place="e").trust is Trust.UNKNOWN


def test_a_trusted_key_named_by_a_forger_is_forged(made_up: ModuleType) -> None:
    signer = made_up.TestSigner()
    other = json.loads(_signed(made_up, b"another payload"))
    envelope = json.loads(_signed(made_up))
    envelope["signatures"] = other["signatures"]
    content = json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()

    assert open_envelope(content, signer.trusted, place="e").trust is Trust.FORGED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"payload":"', b'"payload": "', "not in canonical form"),
        (b'"payload":"', b'"payload":"*', "payload is not base64"),
        (b"cGF5bG9hZA==", b"cGF5bG9hZB==", "payload is not plain base64"),
        (b'"signatures":[', b'"signatures":[],"x":[', "x is not a known field"),
        (b'"keyid"', b'"keyld"', r"signatures\[0\]\.keyld is not a known field"),
    ],
)
def test_an_envelope_has_one_spelling(
    made_up: ModuleType, old: bytes, new: bytes, message: str
) -> None:
    content = _signed(made_up).replace(old, new)

    with pytest.raises(BadInputError, match=message):
        open_envelope(content, {}, place="e")


def test_an_envelope_without_signature_is_refused(made_up: ModuleType) -> None:
    envelope = json.loads(_signed(made_up))
    envelope["signatures"] = []

    with pytest.raises(BadInputError, match="has no signature"):
        open_envelope(json.dumps(envelope).encode(), {}, place="e")
