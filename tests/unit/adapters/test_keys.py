"""Signing keys as files."""

import multiprocessing
import os
import stat
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from seatrial.adapters.keys import (
    MOST_BYTES,
    load_or_make_signer,
    load_public_keys,
    load_same_signer,
    trust_key,
)
from seatrial.core.problem import BadInputError, RefusedError, UnavailableError

AT_ONCE = 8


def test_a_key_is_made_once_private_and_signs_for_its_public_part(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    first, made = load_or_make_signer(path)
    again, made_again = load_or_make_signer(path)

    assert (made, made_again) == (True, False)
    assert first.keyid == again.keyid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (keyid, key), *_ = load_public_keys(path.with_suffix(".pub.pem")).items()
    assert keyid == first.keyid
    key.verify(first.sign(b"words"), b"words")


def test_a_trust_file_may_hold_several_keys(tmp_path: Path) -> None:
    signers = [load_or_make_signer(tmp_path / f"{n}.pem")[0] for n in range(3)]
    trust = tmp_path / "trust.pem"
    trust.write_bytes(b"# ours\n".join(signer.public_pem for signer in signers))

    assert set(load_public_keys(trust)) == {signer.keyid for signer in signers}


@pytest.mark.parametrize(
    "content",
    [b"", b"no key at all", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"],
)
def test_a_file_without_public_keys_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trust.pem"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"trust\.pem"):
        load_public_keys(path)


def test_a_private_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "other.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(BadInputError, match="not an Ed25519 key"):
        load_or_make_signer(path)


def test_only_the_key_that_signed_before_signs_again(tmp_path: Path) -> None:
    path = tmp_path / "s.pem"
    signer, _ = load_or_make_signer(path)
    assert load_same_signer(path, (signer.keyid,)).keyid == signer.keyid

    with pytest.raises(RefusedError, match="another key"):
        load_same_signer(path, ("other",))
    path.unlink()
    with pytest.raises(BadInputError, match="is gone"):
        load_same_signer(path, (signer.keyid,))
    assert not path.exists()


def at_once(act: Callable[[int], str]) -> list[str]:
    """Do something in several processes at the same moment."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(AT_ONCE)

    def run(number: int, sender: Connection) -> None:
        barrier.wait(30)
        sender.send(act(number))

    receivers: list[Connection] = []
    processes = []
    for number in range(AT_ONCE):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=run, args=(number, sender))
        process.start()
        sender.close()
        receivers.append(receiver)
        processes.append(process)
    try:
        return [one.recv() for one in receivers]
    finally:
        for process, receiver in zip(processes, receivers, strict=True):
            process.join()
            receiver.close()


def test_processes_that_need_a_first_key_at_once_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"

    def act(_: int) -> str:
        signer, made = load_or_make_signer(path)
        return f"{signer.keyid} {made}"

    answers = [one.split() for one in at_once(act)]

    assert len({keyid for keyid, _ in answers}) == 1
    assert sorted(made for _, made in answers) == ["False"] * (AT_ONCE - 1) + ["True"]
    assert sorted(one.name for one in path.parent.iterdir()) == ["signing.pem", "signing.pub.pem"]


def test_processes_that_trust_their_keys_at_once_are_all_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATRIAL_TRUST", str(tmp_path / "trust" / "trusted.pem"))
    signers = [load_or_make_signer(tmp_path / f"{n}.pem")[0] for n in range(AT_ONCE)]

    paths = at_once(lambda number: str(trust_key(signers[number])))

    assert set(load_public_keys(Path(paths[0]))) == {one.keyid for one in signers}


def fifo(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)


ODD_FILES = (Path.mkdir, fifo, dangling, huge)


@pytest.mark.parametrize("make", ODD_FILES, ids=lambda one: one.__name__)
def test_what_is_no_small_file_is_no_key(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "odd.pem"
    make(path)

    with pytest.raises(BadInputError, match=r"odd\.pem"):
        load_public_keys(path)
    with pytest.raises(BadInputError, match=r"odd\.pem"):
        load_or_make_signer(path)


def test_a_folder_that_takes_no_key_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, _ = load_or_make_signer(tmp_path / "file")
    below = tmp_path / "file" / "signing.pem"
    monkeypatch.setenv("SEATRIAL_TRUST", str(below))

    with pytest.raises(UnavailableError, match="cannot be written"):
        load_or_make_signer(below)
    with pytest.raises(UnavailableError, match="cannot be written"):
        trust_key(signer)
