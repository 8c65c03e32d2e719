"""What lies between a trial and its endpoint goes wrong: TLS, the wrong protocol, resets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from breaking_proxy import breaking
from certificates import make_certificate
from loopback import served
from tests.journeys.conftest import PLAN, ROOT, Seatrial

from seatrial.models.answer_file import FixedAnswers
from seatrial.models.app import Endpoint
from seatrial.models.catalog import POLICIES

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(seatrial: Seatrial, tmp_path: Path) -> Run:
    """Start a trial at an address; give exit status and what it said."""

    def start(address: str, *more: object, plan: Path = PLAN, **extra: str) -> tuple[int, str]:
        ran = seatrial(
            *("trial", "run", "--plan", plan, "--model", "openai-api/lab/null", "--price", "0"),
            *("--base-url", address, "--out", tmp_path / "t", *more),
            LAB_API_KEY="any",
            **extra,
        )
        assert "Traceback" not in ran.stderr
        return ran.returncode, ran.stderr

    return start


def app() -> object:
    return Endpoint(POLICIES, FixedAnswers({}), simulate=False).app()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path / "own.pem", host="127.0.0.1")


@pytest.fixture
def over_tls(certificate: Path) -> Iterator[int]:
    with served(app(), certificate=certificate) as port:
        yield port


def test_a_certificate_of_an_unknown_authority_is_refused(run: Run, over_tls: int) -> None:
    status, said = run(f"https://127.0.0.1:{over_tls}/v1")

    assert (status, "certificate verify failed" in said, "SSL_CERT_FILE" in said) == (
        *(4, True, True),
    ), said


def test_a_labs_own_certificate_is_taken_when_named(
    run: Run, over_tls: int, certificate: Path
) -> None:
    status, said = run(f"https://127.0.0.1:{over_tls}/v1", SSL_CERT_FILE=str(certificate))

    assert status == 0, said


def test_a_certificate_for_another_host_is_refused(run: Run, tmp_path: Path) -> None:
    other = make_certificate(tmp_path / "other.pem", host="models.lab.example")
    with served(app(), certificate=other) as port:
        status, said = run(f"https://127.0.0.1:{port}/v1", SSL_CERT_FILE=str(other))

    assert (status, "is for another name" in said) == (4, True), said


def test_plain_http_where_https_was_asked_for_is_named(run: Run) -> None:
    with served(app()) as port:
        status, said = run(f"https://127.0.0.1:{port}/v1")

    assert (status, "speaks plain HTTP" in said) == (4, True), said


def test_https_where_plain_http_was_asked_for_is_named(run: Run, over_tls: int) -> None:
    status, said = run(f"http://127.0.0.1:{over_tls}/v1")

    assert (status, "https:// if the endpoint speaks TLS" in said) == (4, True), said


@pytest.mark.parametrize(
    "address", ["models.lab.example/v1", "ftp://models.lab.example", "https://", "http://[::1/v1"]
)
def test_what_is_no_address_is_named(run: Run, tmp_path: Path, address: str) -> None:
    status, said = run(address)

    assert (status, "is no HTTP address" in said) == (2, True), said
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize(
    "address", ["https://me:secret@lab.example/v1", "https://lab.example/v1?k=secret"]
)
def test_a_key_in_the_address_is_refused_and_not_repeated(run: Run, address: str) -> None:
    status, said = run(address)

    assert (status, "environment variable" in said, "secret" in said) == (2, True, False), said


def test_connections_reset_midway_stop_the_trial_and_finished_samples_stay(
    run: Run, seatrial: Seatrial, tmp_path: Path
) -> None:
    """The first call and one sample go through; the next four samples are cut off."""
    text = PLAN.read_text().replace("11..12", "11..16").replace('"policy/', f'"{ROOT}/policy/')
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    folder = tmp_path / "t"
    with served(app()) as port, breaking(port, healthy=4) as (proxy, relayed):
        status, said = run(
            *(f"http://127.0.0.1:{relayed}/v1", "--jobs", "1", "--call-retries", "0"), plan=plan
        )
        kept = {one: one.read_bytes() for one in folder.glob("work/records/*/*.json")}
        proxy.healthy = 10**6
        resumed = seatrial("trial", "resume", folder, LAB_API_KEY="any")

    assert (status, "seatrial trial resume" in said) == (4, True), said
    assert 1 <= len(kept) < 8
    assert resumed.returncode == 0, resumed.stderr
    assert {one: one.read_bytes() for one in kept} == kept
    assert len(list(folder.glob("work/records/*/*.json"))) == 8
