import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from made_up_case import digest
from made_up_certificate import CASE, CODE, OFFICE, STRANGER, file_of, issued

from seatrial.adapters.keys import FileSigner
from seatrial.core.canonical import canonical_json
from seatrial.core.people import PartyId
from seatrial.core.problem import BadInputError
from seatrial.core.record import to_json
from seatrial.core.words import DISCLAIMER, forbidden_words
from seatrial.formats.certificate import (
    MAX_BYTES,
    PAYLOAD_TYPE,
    code_digest,
    open_certificate,
    says_what_was_issued,
    sign_certificate,
)
from seatrial.formats.dsse import Trust, sign_envelope
from seatrial.review.submission.work_events import Finding


def trusted(signer: FileSigner = OFFICE) -> dict[str, Ed25519PublicKey]:
    key = serialization.load_pem_public_key(signer.public_pem)
    assert isinstance(key, Ed25519PublicKey)
    return {signer.keyid: key}


def test_a_signed_file_says_what_was_issued_and_that_it_is_no_approval() -> None:
    content = sign_certificate(file_of(issued()), OFFICE)

    file, opened = open_certificate(content, trusted(), place="file")

    assert opened.trust is Trust.TRUSTED
    assert says_what_was_issued(file, issued(), CASE.at)
    assert file.statement.startswith(DISCLAIMER)
    assert forbidden_words(opened.payload.decode()) == ()


def test_a_stranger_cannot_sign_for_the_office() -> None:
    content = sign_certificate(file_of(issued()), STRANGER)

    assert open_certificate(content, trusted(), place="file")[1].trust is Trust.UNKNOWN


def test_no_changed_byte_of_the_file_goes_unseen() -> None:
    content = sign_certificate(file_of(issued()), OFFICE)
    for at in range(0, len(content), 7):
        altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        try:
            _, opened = open_certificate(altered, trusted(), place="file")
        except BadInputError:
            continue
        assert opened.trust is not Trust.TRUSTED


@pytest.mark.parametrize(
    "changed",
    [
        {"statement": "It is good."},
        {"schema": "seatrial.certificate/2"},
    ],
)
def test_what_lacks_the_sentence_or_the_form_is_no_certificate(changed: dict[str, str]) -> None:
    payload = canonical_json(to_json(replace(file_of(issued()), **changed)))

    with pytest.raises(BadInputError):
        open_certificate(sign_envelope(payload, PAYLOAD_TYPE, OFFICE), trusted(), place="file")


def test_other_signed_documents_are_no_certificate() -> None:
    payload = canonical_json(to_json(file_of(issued())))
    spaced = json.dumps(json.loads(payload)).encode()

    for content in (
        sign_envelope(payload, "application/json", OFFICE),
        sign_envelope(spaced, PAYLOAD_TYPE, OFFICE),
        b"x" * (MAX_BYTES + 1),
        b"{}",
    ):
        with pytest.raises(BadInputError):
            open_certificate(content, trusted(), place="file")


def test_a_file_and_the_ledger_must_agree_in_everything_but_names() -> None:
    file = file_of(issued())
    renamed = replace(file, developer="Lab, renamed", issuer="Office, renamed")

    assert says_what_was_issued(renamed, issued(), CASE.at)
    for other in (
        replace(issued(), model=digest("other")),
        replace(issued(), finding=Finding.UNDETERMINED),
        replace(issued(), scope=("something else",)),
        replace(issued(), statements=()),
        replace(issued(), code=digest("other")),
        issued(days=299),
    ):
        assert not says_what_was_issued(file, other, CASE.at)
    # Which party it was is the ledger's to know; the file has its name only.
    assert says_what_was_issued(file, replace(issued(), developer=PartyId("x")), CASE.at)


def test_a_code_is_the_same_however_it_is_written() -> None:
    assert {code_digest(one) for one in (CODE, CODE.lower(), CODE.replace("-", " "))} == {
        code_digest(CODE)
    }
    assert code_digest(CODE[:-1]) != code_digest(CODE)


@pytest.mark.parametrize("field", ["model", "checkpoint", "code", "scope"])
def test_half_a_character_is_no_certificate(field: str) -> None:
    """A stranger's file: whoever checks it is told so, and the page does not fail."""
    said = json.loads(payload_of_ours())
    said[field] = ["\ud800"] if field == "scope" else "\ud800"
    content = sign_envelope(json.dumps(said).encode(), PAYLOAD_TYPE, STRANGER)
    with pytest.raises(BadInputError, match="canonical form"):
        open_certificate(content, trusted(), place="file")

    envelope = json.loads(content) | {"payloadType": "\ud800"}
    with pytest.raises(BadInputError, match="canonical form"):
        open_certificate(json.dumps(envelope).encode(), trusted(), place="file")


def test_what_is_wrong_can_always_be_said() -> None:
    with pytest.raises(BadInputError, match=r"file: \\ud800 is not a known field") as error:
        open_certificate(b'{"\\ud800": 1}', trusted(), place="file")

    assert error.value.what.encode()


def payload_of_ours() -> bytes:
    return canonical_json(to_json(file_of(issued())))
