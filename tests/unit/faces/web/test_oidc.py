"""The file that names an organisation's own sign-in."""

from pathlib import Path

import pytest

from seatrial.core.problem import BadInputError
from seatrial.faces.web.accounts.oidc import read_oidc

FILE = 'name = "Office"\nclient_id = "seatrial"\nclient_secret = "s"\nserver = "{server}"\n{more}\n'


def written(folder: Path, server: str, more: str = "") -> str:
    path = folder / "oidc.toml"
    path.write_text(FILE.format(server=server, more=more))
    return str(path)


def test_a_provider_is_named_by_a_file_and_forms_may_end_at_it(tmp_path: Path) -> None:
    path = written(tmp_path, "https://id.example/realm", 'origins = ["https://login.example"]')

    found = read_oidc(path, public=True)

    assert found is not None
    assert found.form_origins == ("https://id.example", "https://login.example")
    (app,) = found.for_allauth["openid_connect"]["APPS"]
    assert app["settings"] == {
        "server_url": "https://id.example/realm",
        "oauth_pkce_enabled": True,
    }
    assert read_oidc("", public=True) is None


@pytest.mark.parametrize(
    ("server", "more"),
    [
        ("http://id.example", ""),
        ("http://127.0.0.1:8080", ""),
        ("id.example", ""),
        ("https://id.example/?a=b", ""),
        ("https://id.example", 'origins = ["http://login.example"]'),
        ("https://id.example", 'origins = ["*"]'),
        ("https://id.example", 'scope = "all"'),
    ],
)
def test_what_could_be_listened_to_or_is_not_known_is_refused(
    server: str, more: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError):
        read_oidc(written(tmp_path, server, more), public=True)


def test_a_simulator_on_this_machine_will_do_for_a_portal_on_this_machine(tmp_path: Path) -> None:
    assert read_oidc(written(tmp_path, "http://127.0.0.1:8080"), public=False)
    with pytest.raises(BadInputError, match="SEATRIAL_OIDC"):
        read_oidc(str(tmp_path / "gone.toml"), public=False)
